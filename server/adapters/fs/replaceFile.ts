// Replaces a file as a whole: what is new is written beside it and renamed over it, with the mode and the owner of the old one.
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { errorCode } from './realPath.ts';
import { temporaryName } from './temporaryName.ts';

export interface Replacement {
  /** What is replaced; null when there is nothing. */
  readonly existing: Stats | null;
  /** Permission bits; those of what is replaced unless given. */
  readonly mode?: number;
  /** Writes the new content. */
  fill(file: number): Promise<void>;
}

const PERMISSIONS = 0o7777;
const READ_AND_WRITE = 0o666;
const ANY_NEW = 0o666;
const { O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_NOFOLLOW } = constants;

/** The folder does not let new files in, or the file is a mount of its own: then it can only be written where it lies. */
const STAYS_IN_PLACE = new Set(['EACCES', 'EPERM', 'EBUSY', 'EXDEV']);

/** `path` is no link. */
export async function replaceFile(path: string, replacement: Replacement): Promise<void> {
  const temporary = join(dirname(path), temporaryName());
  const { existing } = replacement;
  const mode = replacement.mode ?? (existing === null ? null : existing.mode & PERMISSIONS);
  try {
    await fillNew(temporary, { existing, mode, fill: (file) => replacement.fill(file) });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    if (existing === null || !STAYS_IN_PLACE.has(errorCode(error) ?? '')) throw error;
    await fillInPlace(path, replacement);
  }
}

export interface NewFile {
  /** What it will replace; null when there is nothing. */
  readonly existing: Stats | null;
  /** Permission bits; null: those of any new file. */
  readonly mode: number | null;
  fill(file: number): Promise<void>;
}

/** Fills a file that is not there yet. At no moment may more people read it than in the end. */
export async function fillNew(path: string, { existing, mode, fill }: NewFile): Promise<void> {
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, (mode ?? ANY_NEW) & READ_AND_WRITE);
  try {
    await fill(file);
    if (existing !== null || mode !== null) become(file, { existing, mode });
  } finally {
    closeSync(file);
  }
}

/** Gives the new file the owner of the one that it replaces, where that is allowed, and the permissions. */
function become(file: number, { existing, mode }: Pick<NewFile, 'existing' | 'mode'>): void {
  const created = fstatSync(file);
  const isOthers = existing !== null && (created.uid !== existing.uid || created.gid !== existing.gid);
  if (isOthers && process.platform !== 'win32') giveTo(file, existing);
  // a new owner may have cost it some of them
  if (mode !== null && (isOthers || (created.mode & PERMISSIONS) !== mode)) fchmodSync(file, mode);
}

function giveTo(file: number, { uid, gid }: Stats): void {
  try {
    fchownSync(file, uid, gid);
  } catch {
    // Only root may give files away; the file is then owned by who runs the server, as with any editor.
  }
}

async function fillInPlace(path: string, { mode, fill }: Replacement): Promise<void> {
  const file = openSync(path, O_WRONLY | O_TRUNC | O_NOFOLLOW);
  try {
    await fill(file);
    if (mode !== undefined) fchmodSync(file, mode);
  } finally {
    closeSync(file);
  }
}
