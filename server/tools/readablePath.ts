// Looks at what a path names before a tool reads it: devices, pipes and sockets are never opened.
import { resolve } from 'node:path';
import type { Files, FileStat } from '../core/ports.ts';
import { ToolRefusal } from './shownCall.ts';

export interface FoundPath {
  /** Absolute. */
  readonly path: string;
  readonly stat: FileStat;
}

/** The file or folder that `path` names, seen from `cwd`; throws a ToolRefusal for anything else. */
export async function findReadable(files: Files, cwd: string, path: string): Promise<FoundPath> {
  const absolute = resolve(cwd, path);
  const stat = await files.stat(absolute);
  if (stat === null) throw new ToolRefusal(`There is nothing at ${absolute}. List its folder to see what is there.`);
  if (stat.kind !== 'file' && stat.kind !== 'directory') {
    throw new ToolRefusal(`${absolute} is a device, pipe or socket; only files and folders can be read.`);
  }
  return { path: absolute, stat };
}

/** As {@link findReadable}, for files alone. */
export async function findFile(files: Files, cwd: string, path: string): Promise<FoundPath> {
  const found = await findReadable(files, cwd, path);
  if (found.stat.kind === 'directory')
    throw new ToolRefusal(`${found.path} is a folder; list_dir shows what is in it.`);
  return found;
}
