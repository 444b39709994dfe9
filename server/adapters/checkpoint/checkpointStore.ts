// The store of checkpoints in Bowline's home: contents, turns and restores, kept below a quota.
import { join } from 'node:path';
import type { CheckpointStore, Manifest, RestoreRecord } from '../../core/checkpoint/manifest.ts';
import { processLiveness } from '../store/liveness.ts';
import { cleanUp, type Quota } from './cleanUp.ts';
import { ObjectStore } from './objectStore.ts';
import { RecordFiles } from './recordFiles.ts';

export interface CheckpointStoreOptions {
  /** Bowline's home; nothing is made there before something is kept. */
  readonly home: string;
  /** Bytes on the disk; asked each time. */
  quotaBytes(): number;
  nowMs(): number;
  /** How long something that nothing refers to is left alone: somebody may be about to refer to it. */
  readonly graceMs?: number;
}

const MINUTE_MS = 60_000;

export function createCheckpointStore(options: CheckpointStoreOptions): CheckpointStore {
  const folder = join(options.home, 'checkpoints');
  const graceMs = options.graceMs ?? 10 * MINUTE_MS;
  const objects = new ObjectStore(join(folder, 'objects'), graceMs / 2);
  const turns = new RecordFiles<Manifest>(join(folder, 'turns'), isManifest);
  const restores = new RecordFiles<RestoreRecord>(join(folder, 'restores'), isRestore);
  const quota = (): Quota => ({
    bytes: options.quotaBytes(),
    nowMs: options.nowMs(),
    graceMs,
  });
  let cleaning: Promise<void> = Promise.resolve();
  return {
    keep: (bytes) => objects.keep(bytes),
    load: (hash) => objects.load(hash),
    manifest: async (turnId) => (await turns.read(turnId))?.value ?? null,
    saveManifest: (manifest) => turns.write(manifest.turnId, manifest),
    dropManifest: (turnId) => turns.remove(turnId),
    async isAbandoned(turnId) {
      const found = await turns.read(turnId);
      return found !== null && found.value.isOpen && processLiveness.check(found.writer) !== 'alive';
    },
    async restores(threadId) {
      const found = (await restores.all()).map(({ value }) => value).filter((record) => record.threadId === threadId);
      return found.toSorted((left, right) => left.startedAtMs - right.startedAtMs || (left.id < right.id ? -1 : 1));
    },
    saveRestore: (record) => restores.write(record.id, record),
    async forget(threadId) {
      for (const { id, value } of await turns.all()) if (value.threadId === threadId) await turns.remove(id);
      for (const { id, value } of await restores.all()) if (value.threadId === threadId) await restores.remove(id);
      await cleanUp({ objects, turns, restores }, quota());
    },
    cleanUp() {
      const clean = async (): Promise<void> => await cleanUp({ objects, turns, restores }, quota());
      cleaning = cleaning.then(clean, clean);
      return cleaning;
    },
  };
}

function isManifest(value: unknown): value is Manifest {
  return hasPaths(value) && 'turnId' in value && 'limitations' in value && Array.isArray(value.limitations);
}

function isRestore(value: unknown): value is RestoreRecord {
  return hasPaths(value) && 'id' in value && 'state' in value;
}

function hasPaths(value: unknown): value is object {
  return (
    typeof value === 'object' && value !== null && 'threadId' in value && 'paths' in value && Array.isArray(value.paths)
  );
}
