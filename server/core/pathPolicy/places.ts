// Where things lie on this machine that the path policy speaks about, and how paths are compared.
import { comparableName } from '../../protocol/keptFiles.ts';

/** Folders under all their names: as they were given, and with links resolved. Absolute. */
export interface Places {
  /** The user's own home. */
  readonly userHomes: readonly string[];
  /** Bowline's home: configuration, rules, key, threads. */
  readonly bowlineHomes: readonly string[];
  /** The home of the reference server, whose key is as private as ours. */
  readonly codexHomes: readonly string[];
  /** `/tmp`, where the system has one. */
  readonly slashTmp: readonly string[];
  /** What TMPDIR names. */
  readonly tmpdir: readonly string[];
}

/** For tests and for where nothing is known: only names and system files count then. */
export const NO_PLACES: Places = { userHomes: [], bowlineHomes: [], codexHomes: [], slashTmp: [], tmpdir: [] };

/** Whether `path` is `root` or lies below it, by its exact spelling. A root that was left empty is no root, and surely not the whole disk. */
export function isWithin(path: string, root: string): boolean {
  if (root === '') return false;
  const base = root.replace(/[/\\]+$/, '');
  return path === base || path.startsWith(`${base}/`) || path.startsWith(`${base}\\`);
}

/** As {@link isWithin} for what is to be guarded: whatever any file system could take for the same name is taken for it. */
export function isWithinAnySpelling(path: string, root: string): boolean {
  return root !== '' && isWithin(comparablePath(path), comparablePath(root));
}

/** The same few folders are compared with each path, and each path with all of them. */
const COMPARED = new Map<string, string>();
const MOST_COMPARED = 1000;

export function comparablePath(path: string): string {
  const known = COMPARED.get(path);
  if (known !== undefined) return known;
  const compared = madeComparable(path);
  if (COMPARED.size >= MOST_COMPARED) COMPARED.clear();
  COMPARED.set(path, compared);
  return compared;
}

function madeComparable(path: string): string {
  const drive = /^[A-Za-z]:/.exec(path)?.[0] ?? '';
  return drive.toLowerCase() + path.slice(drive.length).split(/[/\\]/).map(comparableName).join('/');
}
