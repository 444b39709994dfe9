// Starts and completes the items of one turn, with their times.
import type { FileUpdateChange, ThreadItem } from '../../protocol/schema/item.ts';
import { openItems } from '../../protocol/state/select.ts';
import type { LiveThread } from '../thread/liveThread.ts';

export class TurnItems {
  readonly #thread: LiveThread;
  readonly #turnId: string;

  constructor(thread: LiveThread, turnId: string) {
    this.#thread = thread;
    this.#turnId = turnId;
  }

  start<T extends ThreadItem>(item: T): T {
    const known = this.open(item.id);
    if (known?.type === item.type) return this.#takeUp(item, known);
    const startedAtMs = this.#thread.world.clock.nowMs();
    const started = { ...item, startedAtMs, completedAtMs: null };
    this.#thread.record({
      method: 'item/started',
      params: { item: started, threadId: this.#thread.id, turnId: this.#turnId, startedAtMs },
    });
    return started;
  }

  /** An item that was started by the process that asked about it: the clients know it. */
  #takeUp<T extends ThreadItem>(item: T, known: ThreadItem): T {
    if (item.type === 'fileChange' && known.type === 'fileChange' && !isSame(item.changes, known.changes)) {
      const params = { threadId: this.#thread.id, turnId: this.#turnId, itemId: item.id, changes: item.changes };
      this.#thread.record({ method: 'item/fileChange/patchUpdated', params });
    }
    return { ...item, startedAtMs: known.startedAtMs, completedAtMs: null };
  }

  complete<T extends ThreadItem>(item: T): T {
    const completedAtMs = this.#thread.world.clock.nowMs();
    // What was told at its start holds: a tool may have built the item before it was shown.
    const startedAtMs = this.open(item.id)?.startedAtMs ?? item.startedAtMs ?? completedAtMs;
    const completed = { ...item, startedAtMs, completedAtMs };
    this.#thread.record({
      method: 'item/completed',
      params: {
        item: completed,
        threadId: this.#thread.id,
        turnId: this.#turnId,
        contentTokenCount: null,
        completedAtMs,
      },
    });
    this.#thread.approvals.itemCompleted(item.id);
    return completed;
  }

  /** An open item with everything that was streamed into it. */
  open(itemId: string): ThreadItem | undefined {
    return this.#openItems().find((item) => item.id === itemId);
  }

  /**
   * Completes whatever is still open when the turn ends, with the text it has. Only commands in the background stay open: they
   * end when they end.
   */
  closeAll(): void {
    for (const item of this.#openItems()) {
      switch (item.type) {
        case 'commandExecution':
          break;
        case 'fileChange':
          this.complete({ ...item, status: 'failed' });
          break;
        case 'dynamicToolCall':
          this.complete({ ...item, status: 'failed', success: false });
          break;
        default:
          this.complete(item);
      }
    }
  }

  #openItems(): ThreadItem[] {
    const turn = this.#thread.state.turns.find((candidate) => candidate.id === this.#turnId);
    return turn === undefined ? [] : openItems(turn);
  }
}

function isSame(left: readonly FileUpdateChange[], right: readonly FileUpdateChange[]): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
