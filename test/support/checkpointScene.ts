// Checkpoints of a real folder without a server: a turn is looked at, recorded, restored and brought again.
import { createHash } from 'node:crypto';
import { createCheckpointStore } from '../../server/adapters/checkpoint/checkpointStore.ts';
import { hashOf } from '../../server/adapters/checkpoint/objectStore.ts';
import { createFiles } from '../../server/adapters/fs/files.ts';
import { createPathAccess } from '../../server/adapters/fs/pathAccess.ts';
import { createWorkspaceWatch } from '../../server/adapters/fs/workspaceWatch.ts';
import { Checkpoints } from '../../server/core/checkpoint/checkpoints.ts';
import type { CheckpointParts, RestoreScope } from '../../server/core/checkpoint/checkpointParts.ts';
import type { CheckpointStore } from '../../server/core/checkpoint/manifest.ts';
import type { PathAccess } from '../../server/core/checkpoint/pathAccess.ts';
import { TurnChanges } from '../../server/core/checkpoint/turnChanges.ts';
import { TurnRecorder } from '../../server/core/checkpoint/turnRecorder.ts';
import { NO_PLACES } from '../../server/core/pathPolicy/places.ts';
import type { Log } from '../../server/core/ports.ts';

const SILENT: Log = { debug: () => undefined, warn: () => undefined, error: () => undefined };
const NEVER = AbortSignal.any([]);

export interface CheckpointScene {
  readonly store: CheckpointStore;
  readonly checkpoints: Checkpoints;
  readonly access: PathAccess;
  /** Runs the steps of a turn one after the other, with a look after each. What the user does in between is not the turn's. */
  turn(turnId: string, ...steps: readonly ((() => void) | { readonly byUser: () => void })[]): Promise<void>;
  scope(...turnIds: readonly string[]): RestoreScope;
}

/** `root`: real path of the workspace. */
export function checkpointScene(home: string, root: string, access?: PathAccess): CheckpointScene {
  let id = 0;
  const clock = { nowMs: () => Date.now(), after: () => () => undefined };
  const store = createCheckpointStore({ home, quotaBytes: () => 2 ** 31, nowMs: () => Date.now() });
  const parts: CheckpointParts = {
    store,
    access: access ?? createPathAccess(createFiles()),
    clock,
    log: SILENT,
    ids: { next: () => `id-${(id += 1)}` },
    places: NO_PLACES,
    sha1: (bytes) => createHash('sha1').update(bytes).digest('hex'),
    hash: hashOf,
    isEnabled: () => true,
  };
  const watch = createWorkspaceWatch();
  return {
    store,
    checkpoints: new Checkpoints(parts),
    access: parts.access,
    async turn(turnId, ...steps) {
      const recorder = new TurnRecorder(parts, { threadId: 't', turnId });
      const changes = new TurnChanges();
      const baseline = await watch.baseline(root, NEVER);
      recorder.begin([]);
      for (const step of steps) {
        const isUsers = typeof step === 'object';
        if (isUsers) step.byUser();
        else step();
        const found = await baseline.changes(NEVER);
        if (isUsers) continue;
        changes.addWorkspaceChanges(found);
        recorder.changed(changes.touched());
      }
      await recorder.end([]);
    },
    scope: (...turnIds) => ({ threadId: 't', turnId: turnIds[0] ?? '', turnIds, root }),
  };
}
