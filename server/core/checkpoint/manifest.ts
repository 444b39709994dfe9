// What the store keeps of a turn's changes, and of a restore so that it can be undone.
import type { StoredState, StoredStep } from './pathState.ts';

/** All that is known to have happened to one path. */
export interface StoredPath {
  /** Absolute and resolved, but for its last name. */
  readonly path: string;
  /** In the order of time. More than one where somebody else changed the path in between. */
  readonly steps: readonly StoredStep[];
  readonly isIgnored: boolean;
  readonly movedFrom: string | null;
}

/** What one turn changed. It goes with the turn: forks that inherit the turn see it too. */
export interface Manifest {
  readonly threadId: string;
  readonly turnId: string;
  /** Unix milliseconds. */
  readonly changedAtMs: number;
  /** The turn has not ended; when its process has, the changes of its last command are not all known. */
  readonly isOpen: boolean;
  /** What was not watched, in words for the user. */
  readonly limitations: readonly string[];
  /** Sorted by path. */
  readonly paths: readonly StoredPath[];
}

/** A restore that was begun: `before` of each path is what it was before the restore, `after` what it was to become. */
export interface RestoreRecord {
  readonly id: string;
  readonly threadId: string;
  /** The turn before which the files were restored. */
  readonly turnId: string;
  /** Unix milliseconds. */
  readonly startedAtMs: number;
  /** `started`: whether it came to its end is not known. `undone`: it was taken back, or went on as another one. */
  readonly state: 'started' | 'done' | 'undone';
  readonly paths: readonly StoredPath[];
}

/**
 * Keeps contents by their hash, and what is known of turns and restores. Several processes use it at once. What is damaged reads as not
 * there. Writing methods reject when the disk refuses.
 */
export interface CheckpointStore {
  /** Gives the SHA-256 of the bytes. */
  keep(bytes: Uint8Array): Promise<string>;
  /** Null when they are not there any more, or damaged. */
  load(hash: string): Promise<Uint8Array | null>;
  manifest(turnId: string): Promise<Manifest | null>;
  saveManifest(manifest: Manifest): Promise<void>;
  dropManifest(turnId: string): Promise<void>;
  /** Whether the process that wrote an open manifest last has ended. */
  isAbandoned(turnId: string): Promise<boolean>;
  /** Of one thread, oldest first. */
  restores(threadId: string): Promise<readonly RestoreRecord[]>;
  saveRestore(record: RestoreRecord): Promise<void>;
  /** Removes all that is known of the thread's own turns and restores. */
  forget(threadId: string): Promise<void>;
  /** Brings the store below its quota: the oldest goes first, what belongs to a turn that runs never. */
  cleanUp(): Promise<void>;
}

/** The history of each path over several turns, given in their order. Steps that follow each other become one. */
export function combined(
  manifests: readonly Pick<Manifest, 'paths'>[],
  isSame: (left: StoredState | null, right: StoredState | null) => boolean,
): StoredPath[] {
  const all = new Map<string, StoredPath>();
  for (const { paths } of manifests) {
    for (const path of paths) {
      const known = all.get(path.path);
      const steps = [...(known?.steps ?? [])];
      for (const step of path.steps) {
        const last = steps.at(-1);
        if (last !== undefined && isSame(last.after, step.before))
          steps[steps.length - 1] = { before: last.before, after: step.after };
        else steps.push(step);
      }
      all.set(path.path, { ...path, steps, movedFrom: known === undefined ? path.movedFrom : known.movedFrom });
    }
  }
  return [...all.values()].toSorted((left, right) => (left.path < right.path ? -1 : 1));
}
