// Saves open items now and then, so that a killed server loses at most a moment of the text that was streaming.
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { Clock } from '../ports.ts';

/** An open item is saved at most this often, in milliseconds, ... */
const INTERVAL_MS = 250;
/** ... or after this many new characters, ... */
const MAX_UNSAVED_CHARACTERS = 4096;
/** ... but what is longer than this only when it has doubled, ... */
const LONG_CHARACTERS = 64 * 1024;
/** ... up to so much, and less often: each save writes all of the item, and a flood of output must not be written again and again. */
const MOST_UNSAVED_CHARACTERS = 4 * 1024 * 1024;
const LONG_INTERVAL_MS = 1000;

export interface PartialSaverOptions {
  readonly clock: Clock;
  /** The open item as it is now; undefined once it is closed. */
  current(turnId: string, itemId: string): ThreadItem | undefined;
  save(turnId: string, item: ThreadItem): void;
}

interface Unsaved {
  readonly turnId: string;
  characters: number;
  /** So many are saved at once. */
  readonly most: number;
  readonly cancel: () => void;
}

/** One saver per live thread. */
export class PartialSaver {
  readonly #options: PartialSaverOptions;
  readonly #unsaved = new Map<string, Unsaved>();
  /** The characters that open items had when they were last saved. */
  readonly #saved = new Map<string, number>();

  constructor(options: PartialSaverOptions) {
    this.#options = options;
  }

  /** An open item grew by so many characters. */
  touched(turnId: string, itemId: string, characters: number): void {
    const unsaved = this.#unsaved.get(itemId) ?? this.#begin(turnId, itemId);
    unsaved.characters += characters;
    if (unsaved.characters >= unsaved.most) this.#save(itemId);
  }

  /** The item was completed: its partial text is no longer needed. */
  closed(itemId: string): void {
    this.#forget(itemId);
    this.#saved.delete(itemId);
  }

  /** Saves whatever is open; for an orderly end. */
  flush(): void {
    for (const itemId of this.#unsaved.keys()) this.#save(itemId);
  }

  #begin(turnId: string, itemId: string): Unsaved {
    const saved = this.#saved.get(itemId) ?? 0;
    const isLong = saved > LONG_CHARACTERS;
    const cancel = this.#options.clock.after(isLong ? LONG_INTERVAL_MS : INTERVAL_MS, () => this.#save(itemId));
    const most = isLong ? Math.min(saved, MOST_UNSAVED_CHARACTERS) : MAX_UNSAVED_CHARACTERS;
    const unsaved = { turnId, characters: 0, most, cancel };
    this.#unsaved.set(itemId, unsaved);
    return unsaved;
  }

  #save(itemId: string): void {
    const unsaved = this.#unsaved.get(itemId);
    if (unsaved === undefined) return;
    this.#forget(itemId);
    const item = this.#options.current(unsaved.turnId, itemId);
    if (item === undefined) return void this.#saved.delete(itemId);
    this.#saved.set(itemId, (this.#saved.get(itemId) ?? 0) + unsaved.characters);
    this.#options.save(unsaved.turnId, item);
  }

  #forget(itemId: string): void {
    this.#unsaved.get(itemId)?.cancel();
    this.#unsaved.delete(itemId);
  }
}
