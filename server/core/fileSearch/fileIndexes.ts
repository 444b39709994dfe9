// The indexes of folders: made once for those who ask at the same time or shortly after, and let go soon.
import type { Clock } from '../ports.ts';
import { indexOf, type FileIndex } from './fileIndex.ts';

/** Lists what is worth finding: no ignored files, nothing of a repository's own. */
export interface FileListing {
  /**
   * Paths of files below the folder, relative to it, with slashes, in no order; none where there is no such folder. Throws a ProtocolError
   * when it cannot be done here at all.
   */
  list(root: string): Promise<readonly string[]>;
}

/** Somebody who types asks several times in a second; files that are new by then are found by the next search. */
const KEPT_MS = 3_000;
const MOST_KEPT = 8;

export class FileIndexes {
  readonly #listing: FileListing;
  readonly #clock: Clock;
  readonly #kept = new Map<string, Promise<FileIndex>>();

  constructor(listing: FileListing, clock: Clock) {
    this.#listing = listing;
    this.#clock = clock;
  }

  get(root: string): Promise<FileIndex> {
    const kept = this.#kept.get(root);
    if (kept !== undefined) return kept;
    const made = this.#make(root);
    const forget = (): void => {
      if (this.#kept.get(root) === made) this.#kept.delete(root);
    };
    this.#kept.set(root, made);
    made.then(() => void this.#clock.after(KEPT_MS, forget), forget);
    for (const oldest of [...this.#kept.keys()].slice(0, -MOST_KEPT)) this.#kept.delete(oldest);
    return made;
  }

  async #make(root: string): Promise<FileIndex> {
    return indexOf(root, await this.#listing.list(root));
  }
}
