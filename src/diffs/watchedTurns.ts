// Remembers which patches of running turns are in the ledger, so that those applied while the window was away are not missed.
import type { TurnRef } from './fileRecord.ts';

export interface WatchedTurnMemory {
  readonly load: () => unknown;
  readonly save: (turns: readonly (readonly [string, readonly string[]])[]) => Promise<void>;
}

/** Turns beyond this many are forgotten. */
const KEEP = 20;

export class WatchedTurns {
  readonly #memory: WatchedTurnMemory;
  /** By thread and turn: the ids of the patches that were taken in. */
  readonly #turns: Map<string, Set<string>>;

  constructor(memory: WatchedTurnMemory) {
    this.#memory = memory;
    this.#turns = parse(memory.load());
  }

  has(turn: TurnRef): boolean {
    return this.#turns.has(keyOf(turn));
  }

  /** Whether the patch was taken in before. */
  knows(turn: TurnRef, itemId: string): boolean {
    return this.#turns.get(keyOf(turn))?.has(itemId) === true;
  }

  async begin(turn: TurnRef): Promise<void> {
    if (this.has(turn)) return;
    this.#turns.set(keyOf(turn), new Set());
    for (const oldest of this.#turns.keys()) {
      if (this.#turns.size <= KEEP) break;
      this.#turns.delete(oldest);
    }
    await this.#save();
  }

  async add(turn: TurnRef, itemId: string): Promise<void> {
    const items = this.#turns.get(keyOf(turn)) ?? new Set();
    this.#turns.set(keyOf(turn), items.add(itemId));
    await this.#save();
  }

  async #save(): Promise<void> {
    await this.#memory.save([...this.#turns].map(([key, items]) => [key, [...items]]));
  }
}

function keyOf({ threadId, turnId }: TurnRef): string {
  return `${threadId} ${turnId}`;
}

function parse(stored: unknown): Map<string, Set<string>> {
  const turns = new Map<string, Set<string>>();
  if (!Array.isArray(stored)) return turns;
  const entries: readonly unknown[] = stored;
  for (const entry of entries) {
    if (!Array.isArray(entry)) continue;
    const parts: readonly unknown[] = entry;
    const [key, items] = parts;
    if (typeof key !== 'string' || !Array.isArray(items)) continue;
    turns.set(key, new Set(items.filter((item): item is string => typeof item === 'string')));
  }
  return turns;
}
