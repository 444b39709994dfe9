// Finds what may not be written within a writable folder: settings that decide what runs later, hooks and configuration of repositories.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PROTECTED_NAMES } from '../../core/pathPolicy/protectedNames.ts';
import { gitPlaces } from './gitPlaces.ts';

export interface ProtectedPaths {
  /** They exist, and are read-only. */
  readonly readOnly: readonly string[];
  /** They must not be made. What is there of them is there for good, or stands in for another command. */
  readonly absent: readonly string[];
  /** Beyond the folder: what a commit in it writes to. */
  readonly writable: readonly string[];
}

export interface ProtectedPathFinder {
  of(root: string): Promise<ProtectedPaths>;
  /** A command may have made repositories: they are looked for again, now, while nobody waits. */
  refresh(roots: readonly string[]): void;
}

const DEPTH = 6;
/** A tree with more folders than that is looked at no further: near its root are those that count. */
const MOST_FOLDERS = 30_000;
/** Mounts take time, and more than so many cannot be: where there are more nested repositories, a commit in one of them is for outside. */
const MOST_LOOKED_INTO = 60;
/** How long what was found is believed: the user makes repositories too. */
const BELIEVED_MS = 10_000;
/** Full of folders, and of other people's repositories at most. */
const NOT_ENTERED = new Set(['node_modules', '.git']);
/** They must not come into being at the root of a workspace: an editor or an agent would read them. */
const ABSENT_NAMES = ['.vscode', '.bowline', '.mcp.json'];

interface Scan {
  readonly nested: Promise<readonly string[]>;
  /** Waits for the one before it: what it will find is found from now on. */
  isQueued: boolean;
  finishedAtMs: number | null;
}

export function createProtectedPathFinder(nowMs: () => number): ProtectedPathFinder {
  const scans = new Map<string, Scan>();
  const start = (root: string): Scan => {
    const previous = scans.get(root);
    const isBusy = previous !== undefined && previous.finishedAtMs === null;
    // one that has not begun yet will see all there is, however many ask for it
    if (isBusy && previous.isQueued) return previous;
    const scan: Scan = { nested: scanAfter(isBusy ? previous.nested : null), isQueued: isBusy, finishedAtMs: null };
    async function scanAfter(before: Promise<unknown> | null): Promise<readonly string[]> {
      await before;
      scan.isQueued = false;
      const found = await findNested(root);
      scan.finishedAtMs = nowMs();
      return found;
    }
    scans.set(root, scan);
    return scan;
  };
  const isFresh = ({ finishedAtMs }: Scan): boolean => finishedAtMs === null || nowMs() - finishedAtMs < BELIEVED_MS;
  return {
    async of(root) {
      const known = scans.get(root);
      const nested = await (known !== undefined && isFresh(known) ? known : start(root)).nested;
      // the root itself is looked at every time: it counts most and costs least
      const own = await ofFolder(root, root);
      if (nested.length > MOST_LOOKED_INTO) return joined(own, nested.map(closed));
      return joined(own, await Promise.all(nested.map((folder) => ofFolder(folder, root))));
    },
    refresh(roots) {
      for (const root of roots) start(root);
    },
  };
}

async function ofFolder(folder: string, root: string): Promise<ProtectedPaths> {
  const isRoot = folder === root;
  const git = gitPlaces(folder, root);
  const names = PROTECTED_NAMES.filter((name) => name !== '.git');
  const workspaces = isRoot ? (await namesIn(folder)).filter((name) => name.endsWith('.code-workspace')) : [];
  const absent = isRoot ? ABSENT_NAMES : [];
  return {
    readOnly: [...git.readOnly, ...existing(folder, [...names, ...workspaces])],
    absent: [...git.absent, ...absent.map((name) => join(folder, name))],
    // a submodule writes into its parent's repository, which is writable already
    writable: isRoot ? git.writable : [],
  };
}

/** In fewer paths: whole repositories are read-only. */
function closed(folder: string): ProtectedPaths {
  return { readOnly: existing(folder, PROTECTED_NAMES), absent: [], writable: [] };
}

function existing(folder: string, names: readonly string[]): string[] {
  return names.map((name) => join(folder, name)).filter(existsSync);
}

function joined(root: ProtectedPaths, nested: readonly ProtectedPaths[]): ProtectedPaths {
  const all = [root, ...nested];
  return {
    readOnly: [...new Set(all.flatMap((paths) => paths.readOnly))],
    absent: [...new Set(all.flatMap((paths) => paths.absent))],
    writable: [...new Set(all.flatMap((paths) => paths.writable))],
  };
}

/** The folders below `root` that have a protected name in them. */
async function findNested(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  let level = [root];
  let seen = 0;
  for (let depth = 0; depth < DEPTH && level.length > 0 && seen < MOST_FOLDERS; depth += 1) {
    const listed = await Promise.all(level.slice(0, MOST_FOLDERS - seen).map(listFolder));
    seen += listed.length;
    if (depth > 0) found.push(...listed.filter((entry) => entry.isGuarded).map((entry) => entry.folder));
    level = listed.flatMap((entry) => entry.inner);
  }
  return found;
}

interface Listed {
  readonly folder: string;
  readonly isGuarded: boolean;
  readonly inner: readonly string[];
}

async function listFolder(folder: string): Promise<Listed> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return {
      folder,
      isGuarded: entries.some(({ name }) => PROTECTED_NAMES.includes(name)),
      inner: entries.flatMap((entry) =>
        entry.isDirectory() && !NOT_ENTERED.has(entry.name) ? [join(folder, entry.name)] : [],
      ),
    };
  } catch {
    return { folder, isGuarded: false, inner: [] }; // not to be read by us, so not by a command either
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    return []; // the command will find out
  }
}
