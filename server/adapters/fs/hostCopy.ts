// Copies a file, a link, or a folder with all that is in it, with the rights of the user; never the user's key.
import { constants, type Stats } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  open,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  symlink,
  type FileHandle,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isWithin } from '../../core/pathPolicy/places.ts';
import { KEPT_PRIVATE } from '../../core/pathPolicy/reading.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import {
  isADirectory,
  isSame,
  keptPrivate,
  leadsTo,
  lstatOrNull,
  notAFile,
  statOrNull,
  type KeyFile,
} from './hostPath.ts';
import { writeBytes } from './openBytes.ts';
import { realPathOf } from './realPath.ts';
import { replaceFile } from './replaceFile.ts';
import { temporaryName } from './temporaryName.ts';

export interface Copy {
  readonly source: string;
  readonly destination: string;
  readonly isRecursive: boolean;
}

const PERMISSIONS = 0o7777;
const CHUNK_BYTES = 1024 * 1024;
const { O_RDONLY, O_NONBLOCK } = constants;

export async function copyEntry({ source, destination, isRecursive }: Copy, key: KeyFile): Promise<void> {
  const found = await lstat(source);
  if (!found.isDirectory()) return copyOne(source, { found, destination }, key);
  if (!isRecursive)
    throw new ProtocolError('invalidRequest', 'fs/copy requires recursive: true when sourcePath is a directory', {
      kind: 'isDirectory',
    });
  if (isWithin(await realPathOf(destination), await realpath(source)))
    throw new ProtocolError('invalidRequest', 'fs/copy cannot copy a directory to itself or one of its descendants', {
      kind: 'copyIntoItself',
    });
  await copyFolder(source, { found, destination }, key);
}

interface Target {
  /** What lies at the source, links not followed. */
  readonly found: Stats;
  readonly destination: string;
}

/** What is there already stays, and what has the same name is replaced. */
async function copyFolder(source: string, { found, destination }: Target, key: KeyFile): Promise<void> {
  const isNew = (await statOrNull(destination)) === null;
  await mkdir(destination, { recursive: true });
  for (const name of await readdir(source)) {
    const from = join(source, name);
    const target: Target = { found: await lstat(from), destination: join(destination, name) };
    await (target.found.isDirectory() ? copyFolder : copyOne)(from, target, key);
  }
  // last: a folder that may not be written to could not have been filled
  if (isNew) await chmod(destination, found.mode & PERMISSIONS);
}

async function copyOne(source: string, { found, destination }: Target, key: KeyFile): Promise<void> {
  if (found.isSymbolicLink()) return copyLink(source, destination);
  if (!found.isFile()) throw notAFile(source);
  await copyFile(source, destination, key);
}

async function copyFile(source: string, destination: string, key: KeyFile): Promise<void> {
  const from = await open(source, O_RDONLY | O_NONBLOCK);
  try {
    const stats = await from.stat();
    if (!stats.isFile()) throw notAFile(source);
    await key.refuse(stats);
    const path = await leadsTo(destination);
    if (path === key.path) throw keptPrivate(KEPT_PRIVATE);
    const existing = await statOrNull(path);
    if (existing !== null) {
      if (existing.isDirectory()) throw isADirectory(destination);
      if (!existing.isFile()) throw notAFile(destination);
      await key.refuse(existing);
      if (isSame(existing, stats)) return;
    }
    await replaceFile(path, { existing, mode: stats.mode & PERMISSIONS, fill: (to) => pour(from, to) });
  } finally {
    await from.close();
  }
}

async function pour(from: FileHandle, to: number): Promise<void> {
  const chunk = new Uint8Array(CHUNK_BYTES);
  let position = 0;
  for (;;) {
    const { bytesRead } = await from.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    await writeBytes(to, chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
}

/** The link itself. Another link in its place is replaced, anything else is not. */
async function copyLink(source: string, destination: string): Promise<void> {
  const leads = await readlink(source);
  const existing = await lstatOrNull(destination);
  if (existing?.isSymbolicLink() !== true) return symlink(leads, destination);
  const temporary = join(dirname(destination), temporaryName());
  try {
    await symlink(leads, temporary);
    await rename(temporary, destination);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
