// Plain file access for the core, with writes that never leave half a file.
import { constants, type Dirent, type Stats } from 'node:fs';
import {
  access,
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { FileKind, Files, FileStat } from '../../core/ports.ts';

/** Permission bits of a mode, without the file type. */
const PERMISSIONS = 0o7777;
const NOT_THERE = new Set(['ENOENT', 'ENOTDIR']);
const FOLDER_STAYS = new Set(['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY', 'EACCES', 'EPERM']);

/** What is said instead of the content of the user's key file. */
export const KEPT_PRIVATE = 'It holds the keys of the user and is not read.';

let lastTemporary = 0;

/** `keyFile`: the file with the user's key, whose content is nobody's to read by this way, whatever name leads to it. */
export function createFiles({ keyFile }: { readonly keyFile?: string } = {}): Files {
  return {
    read: async (path) => {
      if (keyFile !== undefined && (await isSameFile(path, keyFile))) throw new Error(KEPT_PRIVATE);
      return readFile(path);
    },
    write,
    remove: (path) => unlink(path),
    removeEmptyFolder,
    stat: async (path) => {
      const found = await statOrNull(path);
      return found === null ? null : fileStat(found);
    },
    list: async (path) => {
      const entries = await readdir(path, { withFileTypes: true });
      return entries.map((entry) => ({ name: entry.name, kind: kindOf(entry) }));
    },
    realPath,
  };
}

/** The operating system's code of an error, e.g. ENOENT; null when it has none. */
export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

async function write(path: string, bytes: Uint8Array, mode?: number): Promise<void> {
  // A rename onto a symbolic link would replace the link instead of the file behind it.
  const target = await realPath(path);
  const existing = await statOrNull(target);
  // A rename asks only the folder; a file that its user made read-only stays as it is.
  if (existing !== null) await access(target, constants.W_OK);
  else await mkdir(dirname(target), { recursive: true });
  lastTemporary += 1;
  const temporary = join(dirname(target), `.bowline-${process.pid}-${lastTemporary}.tmp`);
  try {
    await writeFile(temporary, bytes, { flag: 'wx' });
    await keepOwner(temporary, existing);
    const wanted = mode ?? (existing === null ? null : existing.mode & PERMISSIONS);
    if (wanted !== null) await chmod(temporary, wanted);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function keepOwner(temporary: string, existing: Stats | null): Promise<void> {
  if (existing === null || process.platform === 'win32') return;
  const created = await stat(temporary);
  if (created.uid === existing.uid && created.gid === existing.gid) return;
  try {
    await chown(temporary, existing.uid, existing.gid);
  } catch {
    // Only root may give files away; the file is then owned by who runs the server, as with any editor.
  }
}

async function isSameFile(left: string, right: string): Promise<boolean> {
  const [one, other] = await Promise.all([statOrNull(left), statOrNull(right)]);
  return one !== null && other !== null && one.ino === other.ino && one.dev === other.dev;
}

async function removeEmptyFolder(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    if (FOLDER_STAYS.has(errorCode(error) ?? '')) return false;
    throw error;
  }
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    if (NOT_THERE.has(errorCode(error) ?? '')) return null;
    throw error;
  }
}

async function realPath(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!NOT_THERE.has(errorCode(error) ?? '')) throw error;
    const parent = dirname(path);
    return parent === path ? path : join(await realPath(parent), basename(path));
  }
}

function kindOf(entry: Dirent | Stats): FileKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
}

function fileStat(found: Stats): FileStat {
  return { kind: kindOf(found), size: found.size, modifiedAtMs: found.mtimeMs, mode: found.mode & PERMISSIONS };
}
