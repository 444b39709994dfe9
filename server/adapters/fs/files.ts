// File access for the core: by real paths alone, over no link, and with writes that never leave half a file.
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
  type Dirent,
  type Stats,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { KEPT_PRIVATE } from '../../core/pathPolicy/reading.ts';
import type { FileKind, Files, FileStat } from '../../core/ports.ts';
import { readBytes, writeBytes } from './openBytes.ts';
import { openFile, openFolder, openOrMakeFolder, PathMoved, type OpenFolder } from './openPath.ts';
import { errorCode, isNotThere, realPathOf, type CaseProbe } from './realPath.ts';
import { fillNew } from './replaceFile.ts';
import { breathe } from './slices.ts';
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
  const { keyFile, hardLinkProblem } = options;
  const isKey = (stats: Stats): boolean => {
    const key = keyFile === undefined ? null : statOrNull(keyFile);
    return key !== null && key.ino === stats.ino && key.dev === stats.dev;
  };
  return {
    read: (path) => read(path, { isKey, hardLinkProblem }),
    write,
    remove: (path) => inFolderOf(path, (folder, name) => unlinkSync(folder.at(name))),
    removeEmptyFolder,
    stat: async (path) => {
      await breathe();
      const found = statOrNull(path);
      return found === null ? null : fileStat(found);
    },
    list: async (path) => {
      const folder = await openFolder(path);
      try {
        const entries = readdirSync(folder.at('.'), { withFileTypes: true });
        return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
      } finally {
        folder.close();
      }
    },
    realPath: (path) => realPathOf(path, options.isCaseInsensitive),
  };
}

export { errorCode };

interface Refusals {
  isKey(stats: Stats): boolean;
  readonly hardLinkProblem: FilesOptions['hardLinkProblem'];
}

async function read(path: string, { isKey, hardLinkProblem }: Refusals): Promise<Uint8Array> {
  await breathe();
  const { file, stats } = await openFile(path);
  try {
    if (isKey(stats)) throw new Error(KEPT_PRIVATE);
    const problem = stats.nlink > 1 ? ((await hardLinkProblem?.(stats)) ?? null) : null;
    if (problem !== null) throw new Error(problem);
    return await readBytes(file, stats.size);
  } finally {
    closeSync(file);
  }
}

/** The other names of a file with several keep the old bytes: the new ones get a file of their own. */
async function write(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
  await breathe();
  const folder = await openOrMakeFolder(dirname(path));
  const temporary = folder.at(temporaryName());
  try {
    const target = folder.at(basename(path));
    const existing = lstatOrNull(target);
    if (existing?.isSymbolicLink() === true) throw new PathMoved(path);
    // A rename asks only the folder; a file that its user made read-only stays as it is.
    if (existing !== null) accessSync(target, constants.W_OK);
    await fillNew(temporary, {
      existing,
      mode: mode ?? (existing === null ? null : existing.mode & PERMISSIONS),
      fill: (file) => writeBytes(file, bytes),
    });
    await folder.verify();
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    folder.close();
  }
}

async function removeEmptyFolder(path: string): Promise<boolean> {
  try {
    await inFolderOf(path, (folder, name) => rmdirSync(folder.at(name)));
    return true;
  } catch (error) {
    if (FOLDER_STAYS.has(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function inFolderOf(path: string, task: (folder: OpenFolder, name: string) => void): Promise<void> {
  const folder = await openFolder(dirname(path));
  try {
    task(folder, basename(path));
  } finally {
    folder.close();
  }
}

const statOrNull = (path: string): Stats | null => orNull(() => statSync(path, UNLESS_ABSENT));
const lstatOrNull = (path: string): Stats | null => orNull(() => lstatSync(path, UNLESS_ABSENT));

/** An error costs several times as much as the look, and most looks at new files find nothing. */
const UNLESS_ABSENT = { throwIfNoEntry: false } as const;

function orNull(look: () => Stats | undefined): Stats | null {
  try {
    return look() ?? null;
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
