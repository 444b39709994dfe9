// Looks at paths and puts them back as they were: through open folders, so that no link leads elsewhere.
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Looked, PathAccess } from '../../core/checkpoint/pathAccess.ts';
import type { PathState, UnkeptReason } from '../../core/checkpoint/pathState.ts';
import type { Files } from '../../core/ports.ts';
import { isProcessRunning } from '../isProcessRunning.ts';
import { changeMode, openFolder, openOrMakeFolder, PathMoved, type OpenFolder } from './openPath.ts';
import { errorCode, isNotThere } from './realPath.ts';
import { temporaryName } from './temporaryName.ts';

const PERMISSIONS = 0o7777;
const OWNER_MAY_WRITE = 0o200;
/** Contents of larger files are not read. */
const MOST_BYTES = 32 * 1024 * 1024;
const FOLDER_STAYS = new Set(['ENOTEMPTY', 'EEXIST', 'EBUSY']);
const TEMPORARY = /^\.bowline-(\d+)-\d+\.tmp$/;

const NOTHING: Looked = { state: null, modifiedAtMs: null };

/** Files are written by `files`, which knows what it may not touch. */
export function createPathAccess(files: Pick<Files, 'read' | 'realPath' | 'write'>): PathAccess {
  return {
    resolve: async (path) => join(await files.realPath(dirname(path)), basename(path)),
    look: (path) => look(path, files),
    async write(path, bytes, mode) {
      const stat = await statOf(path);
      // a turn may have made it read-only; its folder decides whether it may be replaced
      if (stat?.isFile() === true && (stat.mode & OWNER_MAY_WRITE) === 0)
        await chmod(path, stat.mode | OWNER_MAY_WRITE);
      await files.write(path, bytes, mode ?? undefined);
    },
    link: (path, target) =>
      inFolder(path, openOrMakeFolder, async (folder, name) => {
        const temporary = folder.at(temporaryName());
        symlinkSync(target, temporary);
        try {
          await folder.verify();
          renameSync(temporary, folder.at(name));
        } catch (error) {
          rmSync(temporary, { force: true });
          throw error;
        }
      }),
    remove: (path) => inFolder(path, openFolder, async (folder, name) => unlinkSync(folder.at(name))),
    makeFolder: (path, mode) =>
      inFolder(path, openOrMakeFolder, async (folder, name) => {
        makeUnlessThere(folder.at(name));
        await chmod(path, mode);
      }),
    removeFolder: async (path) => {
      try {
        await inFolder(path, openFolder, async (folder, name) => rmdirSync(folder.at(name)));
      } catch (error) {
        if (FOLDER_STAYS.has(errorCode(error) ?? '')) return false;
        if (!isNotThere(error)) throw error;
      }
      return true;
    },
    chmod,
    tidy: (path) => tidy(path),
  };
}

async function look(path: string, files: Pick<Files, 'read'>): Promise<Looked> {
  const before = await statOf(path);
  if (before === null) return NOTHING;
  const mode = before.mode & PERMISSIONS;
  if (before.isDirectory()) return { state: { kind: 'folder', mode }, modifiedAtMs: null };
  if (before.isSymbolicLink()) return { state: await linkAt(path), modifiedAtMs: null };
  if (!before.isFile()) return { state: { kind: 'other' }, modifiedAtMs: null };
  const { size, mtimeMs: modifiedAtMs } = before;
  const unkept = (reason: UnkeptReason): Looked => ({
    state: { kind: 'file', mode, content: { unkept: reason, size, modifiedAtMs } },
    modifiedAtMs,
  });
  if (size > MOST_BYTES) return unkept('tooLarge');
  try {
    const content = await files.read(path);
    const after = await statOf(path);
    if (after?.mtimeMs !== modifiedAtMs || content.length !== size) return unkept('changing');
    return { state: { kind: 'file', mode, content }, modifiedAtMs };
  } catch {
    // It may not be read, or is not what it was a moment ago: nothing is done to it either way.
    return unkept('unreadable');
  }
}

async function linkAt(path: string): Promise<PathState | null> {
  let target = '';
  await inFolder(path, openFolder, async (folder, name) => {
    target = readlinkSync(folder.at(name));
  });
  return { kind: 'link', target };
}

function makeUnlessThere(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Null when nothing is there, or when a folder on the way leads elsewhere by now. */
async function statOf(path: string): Promise<Stats | null> {
  let found: Stats | null = null;
  try {
    await inFolder(path, openFolder, async (folder, name) => {
      found = lstatSync(folder.at(name));
    });
  } catch (error) {
    if (!isNotThere(error) && !(error instanceof PathMoved)) throw error;
  }
  return found;
}

function chmod(path: string, mode: number): Promise<void> {
  return inFolder(path, openFolder, async (folder, name) => changeMode(folder, name, mode));
}

async function tidy(path: string): Promise<void> {
  await inFolder(path, openFolder, async (folder) => {
    for (const name of readdirSync(folder.at('.'))) {
      const pid = TEMPORARY.exec(name)?.[1];
      if (pid !== undefined && !isProcessRunning(Number(pid))) rmSync(folder.at(name), { force: true });
    }
  }).catch((error: unknown) => {
    if (!isNotThere(error) && !(error instanceof PathMoved)) throw error;
  });
}

async function inFolder(
  path: string,
  opening: (path: string) => Promise<OpenFolder>,
  task: (folder: OpenFolder, name: string) => Promise<void>,
): Promise<void> {
  const folder = await opening(dirname(path));
  try {
    await task(folder, basename(path));
  } finally {
    folder.close();
  }
}
