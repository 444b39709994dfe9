// What stands where a protected name does not exist yet, so that no command can make it while it runs.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Log } from '../../core/ports.ts';
import { hexHash } from '../hash.ts';
import { isProcessRunning } from '../isProcessRunning.ts';
import { readRegularFile } from '../fs/regularFile.ts';
import { removeWhatIsLeftOf, type PrivateFolders } from './privateFolders.ts';

/**
 * A mount needs something to be mounted on. An empty folder is the one thing that can stand there and harm nobody: git does not see it,
 * and removing it removes nothing else, as `rmdir` takes empty folders only. Notes about those held are kept in the server's private
 * folder, so that a server that was killed is cleaned up after, by its janitor or by the next server.
 */
export interface StandIns {
  /**
   * Makes what is missing, and keeps it until it is released as often as it was held: what stands in for one command already must not go
   * when only that one is over. Returns what is held; the rest is there for good, or cannot be made by anybody of this user. All or nothing.
   */
  hold(paths: readonly string[]): readonly string[];
  release(paths: readonly string[]): void;
}

export function createStandIns(folders: PrivateFolders, log: Log): StandIns {
  const holders = new Map<string, number>();
  removeLeftOvers(folders);
  return {
    hold(paths) {
      const taken: string[] = [];
      try {
        for (const path of paths) {
          const held = holders.get(path) ?? 0;
          if (held === 0 && !take(path, folders)) continue;
          holders.set(path, held + 1);
          taken.push(path);
        }
      } catch (error) {
        release(taken);
        throw error;
      }
      return taken;
    },
    release,
  };
  function release(paths: readonly string[]): void {
    for (const path of paths) {
      const left = (holders.get(path) ?? 0) - 1;
      if (left > 0) holders.set(path, left);
      else {
        holders.delete(path);
        letGo(path, folders, log);
      }
    }
  }
}

/**
 * git reads these wherever they are, and an empty folder would stop it. `commondir` says that a repository has all that is its own, and an
 * empty file of settings says nothing. The janitor knows them too.
 */
const FILES: Readonly<Record<string, string>> = { commondir: '.', 'config.worktree': '' };

function make(path: string): void {
  const text = FILES[basename(path)];
  if (text === undefined) mkdirSync(path, { mode: 0o755 });
  else writeFileSync(path, text, { flag: 'wx', mode: 0o644 });
}

/** Throws where something else stands by now. */
function unmake(path: string): void {
  const text = FILES[basename(path)];
  if (text === undefined) return rmdirSync(path);
  if (readRegularFile(path).toString('utf8') !== text) throw new Error('It is not the stand-in any more.');
  rmSync(path);
}

/** Whether there is a stand-in at the path now, of this or of another server. What else is there is not ours. */
function take(path: string, folders: PrivateFolders): boolean {
  if (existsSync(path) && !isHeldByOthers(path, folders)) return false;
  const note = join(folders.own, 'held', noteName(path));
  // noted first: a server that is killed in between leaves a note too many, never a folder too many
  writeFileSync(note, path);
  try {
    make(path);
    return true;
  } catch (error) {
    if (isHeldByOthers(path, folders)) return true;
    rmSync(note, { force: true });
    if (existsSync(path) || isOutOfReach(path, error)) return false;
    throw isLink(path)
      ? new Error(`${path} is a link that leads nowhere. Remove it, or make what it leads to.`)
      : error;
  }
}

/** Whether the folder is closed to this user, who cannot open it either: then it is closed to every command. */
function isOutOfReach(path: string, error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EROFS') return true;
  return code === 'EACCES' && statSync(dirname(path), { throwIfNoEntry: false })?.uid !== process.geteuid?.();
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function letGo(path: string, folders: PrivateFolders, log: Log): void {
  rmSync(join(folders.own, 'held', noteName(path)), { force: true });
  if (isHeldByOthers(path, folders)) return;
  try {
    unmake(path);
  } catch (error) {
    // the user has put something there meanwhile, or removed it: then it is not ours any more
    log.debug('A stand-in of the sandbox was not removed.', { path, error: String(error) });
  }
}

function isHeldByOthers(path: string, { base, own }: Pick<PrivateFolders, 'base' | 'own'>): boolean {
  return serversIn(base).some((folder) => folder !== own && existsSync(join(folder, 'held', noteName(path))));
}

/** Removes what servers that are gone left behind. */
function removeLeftOvers({ base, own }: PrivateFolders): void {
  for (const folder of serversIn(base)) {
    if (folder === own || isProcessRunning(processOf(folder))) continue;
    for (const note of namesIn(join(folder, 'held'))) {
      try {
        const path = readFileSync(join(folder, 'held', note), 'utf8');
        rmSync(join(folder, 'held', note));
        if (!isHeldByOthers(path, { base, own: folder })) unmake(path);
      } catch {
        // gone already, or no longer empty: not ours
      }
    }
    removeWhatIsLeftOf(folder);
  }
}

export function noteName(path: string): string {
  return hexHash('sha256', path).slice(0, 32);
}

function serversIn(base: string): string[] {
  return namesIn(base).map((name) => join(base, name));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // another server removed it just now
  }
}

function processOf(folder: string): number {
  return Number.parseInt(folder.slice(folder.lastIndexOf('/') + 1), 10);
}
