// All files, links and folders below a folder, as they are at one moment, without their contents.
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

export interface TreeEntry {
  readonly kind: 'file' | 'link' | 'folder' | 'other';
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly ino: bigint;
  /** Permission bits. */
  readonly mode: number;
  /** What a link holds; "" for all others. */
  readonly target: string;
}

/** By path relative to the root. */
export type Tree = ReadonlyMap<string, TreeEntry>;

export interface TreeBudget {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** How long the event loop is held at most. */
const SLICE_MS = 8;
const PERMISSIONS = 0o7777;

/** Rejects in words for the user when the tree is larger than the budget. */
export async function readTree(root: string, budget: TreeBudget, signal: AbortSignal): Promise<Tree> {
  const tree = new Map<string, TreeEntry>();
  const folders = [''];
  let bytes = 0n;
  let sliceStartedAt = performance.now();
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`;
      const entry = entryAt(join(root, path));
      if (entry === null) continue;
      tree.set(path, entry);
      if (entry.kind === 'folder') folders.push(path);
      if (entry.kind === 'file') bytes += entry.size;
      if (tree.size > budget.maxEntries) throw tooLarge(`more than ${budget.maxEntries} files`);
      if (bytes > budget.maxBytes) throw tooLarge(`more than ${Math.round(budget.maxBytes / 1024 / 1024)} MiB`);
    }
    if (performance.now() - sliceStartedAt < SLICE_MS) continue;
    await setImmediate();
    signal.throwIfAborted();
    sliceStartedAt = performance.now();
  }
  return tree;
}

/** Whether nothing happened to an entry of the same tree between two looks. */
export function isUntouched(earlier: TreeEntry, later: TreeEntry): boolean {
  return isAsBefore(earlier, later) && earlier.ino === later.ino && earlier.ctimeNs === later.ctimeNs;
}

/** Whether the entry looks the same, though it may have been put there anew. Of folders only what they are counts. */
export function isAsBefore(earlier: TreeEntry, later: TreeEntry): boolean {
  if (earlier.kind !== later.kind || earlier.mode !== later.mode || earlier.target !== later.target) return false;
  return earlier.kind !== 'file' || (earlier.size === later.size && earlier.mtimeNs === later.mtimeNs);
}

/** Null when it went away while the tree was read. */
function entryAt(path: string): TreeEntry | null {
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return null;
  const kind = stat.isFile() ? 'file' : stat.isSymbolicLink() ? 'link' : stat.isDirectory() ? 'folder' : 'other';
  const { size, mtimeNs, ctimeNs, ino } = stat;
  const target = kind === 'link' ? readlinkSync(path) : '';
  return { kind, size, mtimeNs, ctimeNs, ino, mode: Number(stat.mode) & PERMISSIONS, target };
}

function tooLarge(size: string): Error {
  return new Error(`The workspace is too large to be rehearsed in a copy: it has ${size}.`);
}
