// Opens files and folders by their real path, and makes sure that what was opened is what lies there: no link on the way is followed,
// and a folder that is swapped for a link in between is noticed.
import { constants, existsSync, type BigIntStats, type Stats } from 'node:fs';
import { chmod, lstat, mkdir, open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
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
  close(): Promise<void>;
}

/** `path` is a real path. Throws PathMoved when it is not, or not any more. */
export async function openFolder(path: string): Promise<OpenFolder> {
  if (!HAS_FD_PATHS) return unpinnedFolder(path);
  const handle = await opened(path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  const verify = (): Promise<void> => expectHere(handle, path);
  try {
    await verify();
  } catch (error) {
    await handle.close();
    throw error;
  }
  return { at: (name) => `${FD_FOLDER}/${handle.fd}/${name}`, verify, close: () => handle.close() };
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
    await mkdir(parent.at(basename(path)));
  } catch (error) {
    // somebody was faster
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    await parent.close();
  }
  return openFolder(path);
}

/** Changes the permissions of what lies in the folder, unless it is a link. */
export async function changeMode(folder: OpenFolder, name: string, mode: number): Promise<void> {
  const path = folder.at(name);
  if (!HAS_FD_PATHS) {
    if ((await lstat(path)).isSymbolicLink()) throw new PathMoved(path);
    await chmod(path, mode);
    return;
  }
  // says where it is, also when its owner may not read it, and stays that file whatever takes its name
  const handle = await open(path, O_PATH | O_NOFOLLOW);
  try {
    if ((await handle.stat()).isSymbolicLink()) throw new PathMoved(path);
    await chmod(`${FD_FOLDER}/${handle.fd}`, mode);
  } finally {
    await handle.close();
  }
}

/** Opens the regular file whose real path this is, for reading. Never waits for the other end of a pipe. */
export async function openFile(path: string): Promise<{ readonly handle: FileHandle; readonly stats: Stats }> {
  const handle = await opened(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  try {
    const stats = await handle.stat();
    await expectHere(handle, path);
    if (!stats.isFile())
      throw Object.assign(new Error(`${path} is no regular file`), { code: stats.isDirectory() ? 'EISDIR' : 'EINVAL' });
    return { handle, stats };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function opened(path: string, flags: number): Promise<FileHandle> {
  try {
    return await open(path, flags);
  } catch (error) {
    // O_NOFOLLOW on a link; with O_DIRECTORY the kernel says that it is no folder
    if (isCode(error, 'ELOOP')) throw new PathMoved(path, error);
    throw error;
  }
}

async function expectHere(handle: FileHandle, path: string): Promise<void> {
  if (HAS_FD_PATHS) {
    const actual = await readlink(`${FD_FOLDER}/${handle.fd}`);
    if (actual !== path && !(await isOtherSpelling(actual, path))) throw new PathMoved(path);
    return;
  }
  // Not one step: whoever swaps folders in just this moment, twice, is not seen. The other systems give nothing better without native code.
  await expectReal(path);
  const [mine, now] = await Promise.all([handle.stat({ bigint: true }), stat(path, { bigint: true })]);
  if (!isSameFile(mine, now)) throw new PathMoved(path);
}

async function unpinnedFolder(path: string): Promise<OpenFolder> {
  const verify = (): Promise<void> => expectReal(path);
  await verify();
  return { at: (name) => join(path, name), verify, close: () => Promise.resolve() };
}

async function expectReal(path: string): Promise<void> {
  const actual = await realpath(path);
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
