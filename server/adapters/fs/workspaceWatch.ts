// Sees what commands did to the files of a workspace, by comparing snapshots.
import { lstatSync } from 'node:fs';
import { resolve } from 'node:path';
import type { WorkspaceBaseline, WorkspaceChange, WorkspaceWatch } from '../../core/ports.ts';
import { isSameFile, takeSnapshot, wasOutOfView, type Snapshot, type SnapshotBudget } from './workspaceSnapshot.ts';

const MIB = 1024 * 1024;
const DEFAULT_BUDGET: SnapshotBudget = { maxFiles: 20_000, maxFileBytes: MIB / 4, maxTotalBytes: 64 * MIB };
/** Roots whose last snapshot is kept for the next turn. */
const KEPT_ROOTS = 2;
const SHOWN_FOLDERS = 3;

/** Files that git ignores, symbolic links and installed packages (`node_modules`, …) are not watched. */
export function createWorkspaceWatch(budget: Partial<SnapshotBudget> = {}): WorkspaceWatch {
  const limits = { ...DEFAULT_BUDGET, ...budget };
  const latest = new Map<string, Snapshot>();
  const keep = (snapshot: Snapshot): void => {
    latest.delete(snapshot.root);
    latest.set(snapshot.root, snapshot);
    for (const root of [...latest.keys()].slice(0, -KEPT_ROOTS)) latest.delete(root);
  };
  return {
    async baseline(root, signal) {
      signal.throwIfAborted();
      const path = resolve(root);
      const snapshot = await takeSnapshot(path, latest.get(path) ?? null, { budget: limits, signal });
      keep(snapshot);
      return new SnapshotBaseline(snapshot, { budget: limits, keep });
    },
  };
}

interface BaselineOptions {
  readonly budget: SnapshotBudget;
  readonly keep: (snapshot: Snapshot) => void;
}

class SnapshotBaseline implements WorkspaceBaseline {
  #snapshot: Snapshot;
  readonly #options: BaselineOptions;
  /** Calls go one after the other: each compares with what the one before it saw. */
  #tail: Promise<unknown> = Promise.resolve();

  constructor(snapshot: Snapshot, options: BaselineOptions) {
    this.#snapshot = snapshot;
    this.#options = options;
  }

  get limitation(): string | null {
    return limitationOf(this.#snapshot, this.#options.budget);
  }

  changes(signal: AbortSignal): Promise<readonly WorkspaceChange[]> {
    const advance = (): Promise<readonly WorkspaceChange[]> => this.#advance(signal);
    const result = this.#tail.then(advance, advance);
    this.#tail = result;
    return result;
  }

  async #advance(signal: AbortSignal): Promise<readonly WorkspaceChange[]> {
    signal.throwIfAborted();
    const earlier = this.#snapshot;
    const later = await takeSnapshot(earlier.root, earlier, { budget: this.#options.budget, signal });
    this.#snapshot = later;
    this.#options.keep(later);
    return changesBetween(earlier, later);
  }
}

function changesBetween(earlier: Snapshot, later: Snapshot): WorkspaceChange[] {
  const changes: WorkspaceChange[] = [];
  for (const [path, file] of later.files) {
    const known = earlier.files.get(path);
    if (isSameFile(known, file)) continue;
    // A file that only came into view was there before: nothing is known of a change to it.
    if (known === undefined && wasOutOfView(earlier, path)) continue;
    changes.push({ path, before: known?.bytes ?? null, after: file.bytes });
  }
  for (const [path, file] of earlier.files)
    if (!later.files.has(path) && !isStillThere(path)) changes.push({ path, before: file.bytes, after: null });
  return changes.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}

/** Out of view (ignored by now, or beyond the budget) is not deleted. */
function isStillThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // A folder above it is gone or closed.
    return false;
  }
}

function limitationOf(snapshot: Snapshot, budget: SnapshotBudget): string | null {
  const limits: string[] = [];
  if (snapshot.isTruncated) limits.push(`Only the first ${budget.maxFiles} files are watched.`);
  const unknown = [...snapshot.files.values()].filter((file) => file.bytes === 'unknown').length;
  if (unknown > 0) limits.push(`Of ${unknown} large files only the fact of a change is seen.`);
  const { unreadable } = snapshot;
  if (unreadable.length > 0) {
    const shown = unreadable.slice(0, SHOWN_FOLDERS).join(', ');
    const more = unreadable.length > SHOWN_FOLDERS ? `, and ${unreadable.length - SHOWN_FOLDERS} more` : '';
    limits.push(`Not readable: ${shown}${more}.`);
  }
  return limits.length === 0 ? null : limits.join(' ');
}
