// Sees what commands did to the files of a workspace, by comparing snapshots.
import { resolve } from 'node:path';
import type { WorkspaceBaseline, WorkspaceChange, WorkspaceWatch } from '../../core/ports.ts';
import { changesBetween } from './snapshotChanges.ts';
import { takeSnapshot, type Snapshot, type SnapshotBudget } from './workspaceSnapshot.ts';

const MIB = 1024 * 1024;
const DEFAULT_BUDGET: SnapshotBudget = {
  maxFiles: 20_000,
  maxFileBytes: MIB,
  maxTotalBytes: 64 * MIB,
  maxIgnoredFiles: 10_000,
  maxIgnoredFileBytes: MIB / 16,
  maxIgnoredBytes: 16 * MIB,
};
/** Roots whose last snapshot is kept for the next turn. */
const KEPT_ROOTS = 3;
const SHOWN_FOLDERS = 3;

/** Repositories' own data is not watched, and links are not followed. */
export function createWorkspaceWatch(budget: Partial<SnapshotBudget> = {}): WorkspaceWatch & {
  /** Ends what is read ahead. */
  stop(): void;
} {
  const limits = { ...DEFAULT_BUDGET, ...budget };
  const latest = new Map<string, Snapshot>();
  const warming = new Map<string, Promise<void>>();
  const stopped = new AbortController();
  const keep = (snapshot: Snapshot): void => {
    latest.delete(snapshot.root);
    latest.set(snapshot.root, snapshot);
    for (const root of [...latest.keys()].slice(0, -KEPT_ROOTS)) latest.delete(root);
  };
  const warm = async (path: string): Promise<void> => {
    try {
      keep(await takeSnapshot(path, null, { budget: limits, signal: stopped.signal }));
    } catch {
      // Then the baseline says what is wrong.
    } finally {
      warming.delete(path);
    }
  };
  return {
    stop: () => stopped.abort(),
    async warm(root) {
      const path = resolve(root);
      if (latest.has(path)) return;
      const running = warming.get(path) ?? warm(path);
      warming.set(path, running);
      await running;
    },
    async baseline(root, signal) {
      signal.throwIfAborted();
      const path = resolve(root);
      const running = warming.get(path);
      if (running !== undefined) await Promise.race([running, aborted(signal)]);
      signal.throwIfAborted();
      const snapshot = await takeSnapshot(path, latest.get(path) ?? null, { budget: limits, signal });
      keep(snapshot);
      return new SnapshotBaseline(snapshot, { budget: limits, keep });
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => signal.addEventListener('abort', () => done(), { once: true }));
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

function limitationOf(snapshot: Snapshot, budget: SnapshotBudget): string | null {
  const limits: string[] = [];
  if (snapshot.isTruncated) limits.push(`Only the first ${budget.maxFiles} files are watched.`);
  if (snapshot.isIgnoredTruncated)
    limits.push(`Of the files that git ignores only the first ${budget.maxIgnoredFiles} are watched.`);
  const unkept = [...snapshot.files.values()].filter(
    ({ bytes, isIgnored, kind }) => kind === 'file' && typeof bytes === 'string' && !isIgnored,
  ).length;
  if (unkept > 0) limits.push(`Of ${unkept} large files only the fact of a change is seen.`);
  const { unreadable } = snapshot;
  if (unreadable.length > 0) {
    const shown = unreadable.slice(0, SHOWN_FOLDERS).join(', ');
    const more = unreadable.length > SHOWN_FOLDERS ? `, and ${unreadable.length - SHOWN_FOLDERS} more` : '';
    limits.push(`Not readable: ${shown}${more}.`);
  }
  return limits.length === 0 ? null : limits.join(' ');
}
