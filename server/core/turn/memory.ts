// The model's side of what a turn goes on with: the thread's own, or one that ends with the turn.
import type { LiveThread } from '../thread/liveThread.ts';
import type { ModelItem } from './modelPort.ts';

export type Memory = Pick<LiveThread, 'history' | 'remember'>;

export class PassingMemory implements Memory {
  readonly #items: ModelItem[] = [];

  get history(): readonly ModelItem[] {
    return this.#items;
  }

  remember(_turnId: string, items: readonly ModelItem[]): void {
    this.#items.push(...items);
  }
}
