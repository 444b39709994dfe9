// What checkpoints are made with, and what is asked of them.
import type { Places } from '../pathPolicy/places.ts';
import type { Sha1 } from '../patch/turnDiff.ts';
import type { Ids } from '../ports.ts';
import type { StoredPath } from './manifest.ts';
import type { RestorePlan } from './planRestore.ts';
import type { RecorderParts } from './turnRecorder.ts';

export interface CheckpointParts extends RecorderParts {
  readonly ids: Ids;
  readonly places: Places;
  readonly sha1: Sha1;
  /** SHA-256 as 64 hexadecimal digits. */
  readonly hash: (bytes: Uint8Array) => string;
  /** Whether turns are recorded; what was recorded can be restored either way. */
  isEnabled(): boolean;
}

/** A turn and those after it. */
export interface RestoreScope {
  readonly threadId: string;
  readonly turnId: string;
  /** From `turnId` to the last one of the thread, oldest first. */
  readonly turnIds: readonly string[];
  /** What the diffs' names are relative to. */
  readonly root: string;
}

/** What is known of the scope, and what can be done with it. */
export interface Assessed {
  readonly history: readonly StoredPath[];
  readonly plan: RestorePlan;
  readonly limitations: readonly string[];
}
