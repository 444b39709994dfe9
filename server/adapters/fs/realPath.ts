// What a path really is: links resolved, names as they stand in their folders.
import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isCaseInsensitive as probeCase } from './caseProbe.ts';

/** The last is Node's word for a name with a NUL in it: no file can have it. */
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR', 'ERR_INVALID_ARG_VALUE']);

/** Whether upper and lower case make no difference in a folder. */
export type CaseProbe = (folder: string) => Promise<boolean>;

/** The path with every link resolved; for a path that does not exist, of its nearest existing parent plus the rest. */
export async function realPathOf(path: string, isCaseInsensitive: CaseProbe = probeCase): Promise<string> {
  try {
    // asked first, for an error costs several times as much as a look
    const isThere = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
    if (isThere) return await truePath(realpathSync.native(path), isCaseInsensitive);
  } catch (error) {
    if (!isNotThere(error)) throw error;
  }
  const parent = dirname(path);
  return parent === path ? path : join(await realPathOf(parent, isCaseInsensitive), basename(path));
}

export function isNotThere(error: unknown): boolean {
  return NOT_THERE.has(errorCode(error) ?? '');
}

/** The operating system's code of an error, e.g. ENOENT; null when it has none. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/**
 * Linux resolves links but leaves the case as it was asked for; where it makes no difference, two spellings would pass for two files. Above
 * the first folder that tells cases apart nothing is looked at: such folders hand it down.
 */
async function truePath(path: string, isCaseInsensitive: CaseProbe): Promise<string> {
  const parent = dirname(path);
  if (parent === path || !(await isCaseInsensitive(parent))) return path;
  const name = basename(path);
  const folded = fold(name);
  const names = readdirSync(parent);
  const own = names.includes(name) ? name : (names.find((candidate) => fold(candidate) === folded) ?? name);
  return join(await truePath(parent, isCaseInsensitive), own);
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
