// Looks at what a path names before a tool reads it: devices, pipes and sockets are never opened, and what is kept from the model asks.
import { resolve } from 'node:path';
import type { Files, FileStat } from '../core/ports.ts';
import type { LoadMask } from '../core/secrets/maskedRunner.ts';
import { readConsent } from '../core/turn/readConsent.ts';
import type { ToolContext } from '../core/turn/tool.ts';
import { ToolRefusal } from './shownCall.ts';

/** What the tools that read need of the world. */
export interface ReadingDeps {
  readonly files: Files;
  readonly mask: LoadMask;
}

export interface FoundPath {
  /** Absolute, as it was asked for. */
  readonly path: string;
  /** Where that leads to; this is what is decided on, and read. */
  readonly realPath: string;
  readonly stat: FileStat;
}

/** The file or folder that `path` names, seen from `cwd`; throws a ToolRefusal for anything else. */
export async function findReadable(files: Files, cwd: string, path: string): Promise<FoundPath> {
  const absolute = resolve(cwd, path);
  const realPath = await files.realPath(absolute);
  const stat = await files.stat(realPath);
  if (stat === null) throw new ToolRefusal(`There is nothing at ${absolute}. List its folder to see what is there.`);
  if (stat.kind !== 'file' && stat.kind !== 'directory') {
    throw new ToolRefusal(`${absolute} is a device, pipe or socket; only files and folders can be read.`);
  }
  return { path: absolute, realPath, stat };
}

/** As {@link findReadable}, for files alone. */
export async function findFile(files: Files, cwd: string, path: string): Promise<FoundPath> {
  const found = await findReadable(files, cwd, path);
  if (found.stat.kind === 'directory')
    throw new ToolRefusal(`${found.path} is a folder; list_dir shows what is in it.`);
  return found;
}

/** Throws a ToolRefusal when it may not be read; true when the user had to allow it. */
export async function expectConsent({ realPath }: FoundPath, itemId: string, context: ToolContext): Promise<boolean> {
  const consent = await readConsent({ path: realPath, itemId }, context);
  if (consent.type === 'refused') throw new ToolRefusal(consent.reason);
  context.signal.throwIfAborted();
  return consent.type === 'allowed';
}
