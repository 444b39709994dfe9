// Opens files and folders by their real path, and makes sure that what was opened is what lies there: no link on the way is followed,
// and a folder that is swapped for a link in between is noticed.
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
  type BigIntStats,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isCaseInsensitive } from './caseProbe.ts';

const FD_FOLDER = '/proc/self/fd';
/** Only Linux tells the path of an open file, and takes an open folder as the beginning of a path. */
const HAS_FD_PATHS = process.platform === 'linux' && existsSync(FD_FOLDER);
/** Linux's O_PATH, which Node does not name: a handle that only says where it is. */
const O_PATH = 0o10000000;
/** Windows has none of these; they are undefined there, which counts as 0. */
const { O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK, O_NOCTTY } = constants;

/** What is reached by the path is not what lies there: a link, or something that was swapped in meanwhile. */
export class PathMoved extends Error {
  override readonly name = 'PathMoved';
  readonly code = 'ELOOP';

  constructor(path: string, cause?: unknown) {
    super(
      `${path} leads elsewhere by a symbolic link, or was replaced while it was being opened; nothing was touched`,
      {
        cause,
      },
    );
  }
}

/** A folder that stays the same one, whatever happens to its path. */
export interface OpenFolder {
  /** A path for the entry that does not depend on what the folder's own path leads to by now. */
  at(name: string): string;
  /** Throws PathMoved when the folder is no longer where it was. */
  verify(): Promise<void>;
  close(): void;
}

/** `path` is a real path. Throws PathMoved when it is not, or not any more. */
export async function openFolder(path: string): Promise<OpenFolder> {
  if (!HAS_FD_PATHS) return unpinnedFolder(path);
  const file = opened(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  const verify = (): Promise<void> => expectHere(file, path);
  try {
    await verify();
  } catch (error) {
    closeSync(file);
    throw error;
  }
  return { at: (name) => `${FD_FOLDER}/${file}/${name}`, verify, close: () => closeSync(file) };
}

/** As {@link openFolder}; what is missing of it is made first. */
export async function openOrMakeFolder(path: string): Promise<OpenFolder> {
  try {
    return await openFolder(path);
  } catch (error) {
    if (!isCode(error, 'ENOENT') || dirname(path) === path) throw error;
  }
  const parent = await openOrMakeFolder(dirname(path));
  try {
    mkdirSync(parent.at(basename(path)));
  } catch (error) {
    // somebody was faster
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    parent.close();
  }
  return openFolder(path);
}

/** Changes the permissions of what lies in the folder, unless it is a link. */
export function changeMode(folder: OpenFolder, name: string, mode: number): void {
  const path = folder.at(name);
  if (!HAS_FD_PATHS) {
    if (lstatSync(path).isSymbolicLink()) throw new PathMoved(path);
    chmodSync(path, mode);
    return;
  }
  // says where it is, also when its owner may not read it, and stays that file whatever takes its name
  const file = openSync(path, O_PATH | O_NOFOLLOW);
  try {
    if (fstatSync(file).isSymbolicLink()) throw new PathMoved(path);
    chmodSync(`${FD_FOLDER}/${file}`, mode);
  } finally {
    closeSync(file);
  }
}

/** Opens the regular file whose real path this is, for reading. Never waits for the other end of a pipe. */
export async function openFile(path: string): Promise<{ readonly file: number; readonly stats: Stats }> {
  const file = opened(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  try {
    const stats = fstatSync(file);
    await expectHere(file, path);
    if (!stats.isFile())
      throw Object.assign(new Error(`${path} is no regular file`), { code: stats.isDirectory() ? 'EISDIR' : 'EINVAL' });
    return { file, stats };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

function opened(path: string, flags: number): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    // O_NOFOLLOW on a link; with O_DIRECTORY the kernel says that it is no folder
    if (isCode(error, 'ELOOP')) throw new PathMoved(path, error);
    throw error;
  }
}

async function expectHere(file: number, path: string): Promise<void> {
  if (HAS_FD_PATHS) {
    const actual = readlinkSync(`${FD_FOLDER}/${file}`);
    if (actual !== path && !(await isOtherSpelling(actual, path))) throw new PathMoved(path);
    return;
  }
  // Not one step: whoever swaps folders in just this moment, twice, is not seen. The other systems give nothing better without native code.
  await expectReal(path);
  const isSame = isSameFile(fstatSync(file, { bigint: true }), statSync(path, { bigint: true }));
  if (!isSame) throw new PathMoved(path);
}

async function unpinnedFolder(path: string): Promise<OpenFolder> {
  const verify = (): Promise<void> => expectReal(path);
  await verify();
  return { at: (name) => join(path, name), verify, close: () => undefined };
}

async function expectReal(path: string): Promise<void> {
  const actual = realpathSync.native(path);
  if (actual !== path && !(await isOtherSpelling(actual, path))) throw new PathMoved(path);
}

/** Where case makes no difference, the system may name the file as somebody else once spelled it. */
async function isOtherSpelling(actual: string, path: string): Promise<boolean> {
  const folded = (text: string): string => text.normalize('NFC').toLowerCase();
  return folded(actual) === folded(path) && (await isCaseInsensitive(dirname(path)));
}

function isSameFile(one: BigIntStats, other: BigIntStats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
