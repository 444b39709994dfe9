// File access for the core: by real paths alone, over no link, and with writes that never leave half a file.
import { constants, type Dirent, type Stats } from 'node:fs';
import { access, lstat, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { KEPT_PRIVATE } from '../../core/pathPolicy/reading.ts';
import type { FileKind, Files, FileStat } from '../../core/ports.ts';
import { openFile, openFolder, openOrMakeFolder, PathMoved, type OpenFolder } from './openPath.ts';
import { errorCode, isNotThere, realPathOf, type CaseProbe } from './realPath.ts';
import { fillNew } from './replaceFile.ts';
import { temporaryName } from './temporaryName.ts';

/** Permission bits of a mode, without the file type. */
const PERMISSIONS = 0o7777;
const FOLDER_STAYS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY', 'EACCES', 'EPERM']);

export interface FilesOptions {
  /** The file with the user's key, whose content is nobody's to read by this way, whatever name leads to it. */
  readonly keyFile?: string;
  /** Why a file with several names may not be read: one of them lies where credentials do. */
  readonly hardLinkProblem?: (stats: Stats) => Promise<string | null>;
  /** Whether case makes no difference in a folder; found out by looking unless given. */
  readonly isCaseInsensitive?: CaseProbe;
}

export function createFiles(options: FilesOptions = {}): Files {
  return {
    read: (path) => read(path, options),
    write,
    remove: (path) => inFolderOf(path, async (folder, name) => unlink(folder.at(name))),
    removeEmptyFolder,
    stat: async (path) => {
      const found = await statOrNull(path);
      return found === null ? null : fileStat(found);
    },
    list: async (path) => {
      const folder = await openFolder(path);
      try {
        const entries = await readdir(folder.at('.'), { withFileTypes: true });
        return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
      } finally {
        await folder.close();
      }
    },
    realPath: (path) => realPathOf(path, options.isCaseInsensitive),
  };
}

export { errorCode };

async function read(path: string, { keyFile, hardLinkProblem }: FilesOptions): Promise<Uint8Array> {
  const { handle, stats } = await openFile(path);
  try {
    if (keyFile !== undefined && (await isFile(stats, keyFile))) throw new Error(KEPT_PRIVATE);
    const problem = stats.nlink > 1 ? ((await hardLinkProblem?.(stats)) ?? null) : null;
    if (problem !== null) throw new Error(problem);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** The other names of a file with several keep the old bytes: the new ones get a file of their own. */
async function write(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
  const folder = await openOrMakeFolder(dirname(path));
  const temporary = folder.at(temporaryName());
  try {
    const target = folder.at(basename(path));
    const existing = await lstatOrNull(target);
    if (existing?.isSymbolicLink() === true) throw new PathMoved(path);
    // A rename asks only the folder; a file that its user made read-only stays as it is.
    if (existing !== null) await access(target, constants.W_OK);
    await fillNew(temporary, {
      existing,
      mode: mode ?? (existing === null ? null : existing.mode & PERMISSIONS),
      fill: (handle) => handle.writeFile(bytes),
    });
    await folder.verify();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await folder.close();
  }
}

async function removeEmptyFolder(path: string): Promise<boolean> {
  try {
    await inFolderOf(path, async (folder, name) => rmdir(folder.at(name)));
    return true;
  } catch (error) {
    if (FOLDER_STAYS.has(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function inFolderOf(path: string, task: (folder: OpenFolder, name: string) => Promise<void>): Promise<void> {
  const folder = await openFolder(dirname(path));
  try {
    await task(folder, basename(path));
  } finally {
    await folder.close();
  }
}

async function isFile(stats: Stats, path: string): Promise<boolean> {
  const other = await statOrNull(path);
  return other !== null && other.ino === stats.ino && other.dev === stats.dev;
}

const statOrNull = (path: string): Promise<Stats | null> => orNull(stat(path));
const lstatOrNull = (path: string): Promise<Stats | null> => orNull(lstat(path));

async function orNull(found: Promise<Stats>): Promise<Stats | null> {
  try {
    return await found;
  } catch (error) {
    if (isNotThere(error)) return null;
    throw error;
  }
}

function kindOf(entry: Dirent | Stats): FileKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

function fileStat(found: Stats): FileStat {
  return {
    kind: kindOf(found),
    size: found.size,
    modifiedAtMs: found.mtimeMs,
    mode: found.mode & PERMISSIONS,
    links: found.nlink,
  };
}
