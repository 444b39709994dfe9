// What lies at a path of the user's, where a write to it ends, and whether it is the key file under another name.
import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { KEPT_PRIVATE } from '../../core/pathPolicy/reading.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { errorCode, isNotThere } from './realPath.ts';

/** Tells the key file by what it is, whatever its name. */
export interface KeyFile {
  readonly path: string;
  /** Throws ProtocolError invalidRequest `keptPrivate` when these are the stats of the key file. */
  refuse(stats: Stats): Promise<void>;
}

export function keyFileAt(path: string): KeyFile {
  return {
    path,
    async refuse(stats) {
      const kept = await statOrNull(path);
      if (kept !== null && isSame(kept, stats)) throw keptPrivate(KEPT_PRIVATE);
    },
  };
}

export function keptPrivate(message: string): ProtocolError {
  return new ProtocolError('invalidRequest', message, { kind: 'keptPrivate' });
}

export function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

/** Where a write to the path ends: behind its links, also behind one that leads to nothing yet. */
export async function leadsTo(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    // where links go in a circle it is another code
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const folder = await realpath(dirname(path));
  const own = join(folder, basename(path));
  const entry = await lstatOrNull(own);
  return entry?.isSymbolicLink() === true ? leadsTo(resolve(folder, await readlink(own))) : own;
}

export async function statOrNull(path: string): Promise<Stats | null> {
  return await orNull(stat(path));
}

export async function lstatOrNull(path: string): Promise<Stats | null> {
  return await orNull(lstat(path));
}

async function orNull(found: Promise<Stats>): Promise<Stats | null> {
  try {
    return await found;
  } catch (error) {
    if (isNotThere(error) || errorCode(error) === 'ELOOP') return null;
    throw error;
  }
}

export function notAFile(path: string): ProtocolError {
  return new ProtocolError('invalidRequest', `path \`${path}\` is not a file`, { kind: 'notAFile' });
}

/** As the system says it. */
export function isADirectory(path: string): Error {
  return Object.assign(new Error(`${path} is a directory`), { code: 'EISDIR' });
}
