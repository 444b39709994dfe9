// Brings the store of checkpoints below its quota: first what nothing refers to, then the oldest turns and restores.
import type { Manifest, RestoreRecord, StoredPath } from '../../core/checkpoint/manifest.ts';
import type { StoredState } from '../../core/checkpoint/pathState.ts';
import { processLiveness, type ProcessMark } from '../store/liveness.ts';
import type { KeptObject, ObjectStore } from './objectStore.ts';
import type { FoundRecord, RecordFiles } from './recordFiles.ts';

export interface CheckpointFiles {
  readonly objects: ObjectStore;
  readonly turns: RecordFiles<Manifest>;
  readonly restores: RecordFiles<RestoreRecord>;
}

export interface Quota {
  readonly bytes: number;
  readonly nowMs: number;
  readonly graceMs: number;
}

/** Cleaned down to this part of the quota, so that it is not full again at once. */
const TARGET = 0.9;
/** Whether the process of a turn lives cannot always be told; after this long it is taken for ended. */
const LONGEST_TURN_MS = 7 * 24 * 3_600_000;
const EVICTED = 'What this turn changed is not kept any more: the store of checkpoints had reached its quota.';

/** What may go, as one. */
interface Evictable {
  readonly changedAtMs: number;
  readonly size: number;
  readonly hashes: ReadonlySet<string>;
  /** It belongs to something that is under way. */
  readonly mayRun: boolean;
  evict(): Promise<void>;
}

export async function cleanUp(files: CheckpointFiles, quota: Quota): Promise<void> {
  // objects first: what is kept while the records are read is newer than what is known of it, and stays
  const objects = await files.objects.list();
  const turns = await files.turns.all();
  const restores = await files.restores.all();
  const evictables = [
    // of what was evicted before only the word that it was is left
    ...turns.filter(({ value }) => value.paths.length > 0).map((found) => turnOf(files, found, quota.nowMs)),
    ...restores.map((found) => restoreOf(files, found, quota.nowMs)),
  ];
  const uses = new Map<string, number>();
  for (const { hashes } of evictables) for (const hash of hashes) uses.set(hash, (uses.get(hash) ?? 0) + 1);
  const isOld = ({ keptAtMs }: KeptObject): boolean => keptAtMs <= quota.nowMs - quota.graceMs;
  let bytes = [...turns, ...restores].reduce((sum, { size }) => sum + size, 0);
  const byHash = new Map<string, KeptObject>();
  for (const object of objects) {
    if (!uses.has(object.hash) && isOld(object) && (await files.objects.remove(object))) continue;
    bytes += object.size;
    byHash.set(object.hash, object);
  }
  if (bytes <= quota.bytes) return;
  const order = evictables
    .filter(({ mayRun }) => !mayRun)
    .toSorted((left, right) => left.changedAtMs - right.changedAtMs);
  for (const evictable of order) {
    if (bytes <= quota.bytes * TARGET) return;
    await evictable.evict();
    bytes -= evictable.size;
    for (const hash of evictable.hashes) {
      const left = (uses.get(hash) ?? 1) - 1;
      uses.set(hash, left);
      const object = byHash.get(hash);
      if (left === 0 && object !== undefined && isOld(object) && (await files.objects.remove(object)))
        bytes -= object.size;
    }
  }
}

function turnOf({ turns }: CheckpointFiles, found: FoundRecord<Manifest>, nowMs: number): Evictable {
  const { id, size, value, writer } = found;
  return {
    changedAtMs: value.changedAtMs,
    size,
    hashes: hashesIn(value.paths),
    mayRun: value.isOpen && mayLive(writer, nowMs - value.changedAtMs),
    evict: () => turns.write(id, { ...value, isOpen: false, paths: [], limitations: [EVICTED] }),
  };
}

function restoreOf({ restores }: CheckpointFiles, found: FoundRecord<RestoreRecord>, nowMs: number): Evictable {
  const { id, size, value, writer } = found;
  return {
    changedAtMs: value.startedAtMs,
    size,
    hashes: hashesIn(value.paths),
    mayRun: value.state === 'started' && mayLive(writer, nowMs - value.startedAtMs),
    evict: () => restores.remove(id),
  };
}

function mayLive(writer: ProcessMark, silentMs: number): boolean {
  const state = processLiveness.check(writer);
  return state === 'alive' || (state === 'unknown' && silentMs < LONGEST_TURN_MS);
}

function hashesIn(paths: readonly StoredPath[]): ReadonlySet<string> {
  const hashes = new Set<string>();
  const add = (state: StoredState | null): void => {
    if (state?.kind === 'file' && 'hash' in state.content) hashes.add(state.content.hash);
  };
  for (const { steps } of paths) {
    for (const { before, after } of steps) {
      add(before);
      add(after);
    }
  }
  return hashes;
}
