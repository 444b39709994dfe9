// Threads that the user deleted and can still have back: hidden at once, deleted for good only when the time for Undo is over.
import { Disposables, Emitter, type Disposable } from '../emitter.ts';

/** A deletion that can be undone; it survives the window, so that neither the wish nor the thread is lost. */
export interface PendingDelete {
  readonly threadId: string;
  readonly title: string;
}

export interface PendingDeletesPorts {
  readonly load: () => readonly PendingDelete[];
  readonly save: (pending: readonly PendingDelete[]) => Promise<void>;
  /** Tells the user; resolves true for Undo, false when the message was closed or its time is over. */
  readonly offerUndo: (pending: PendingDelete) => Promise<boolean>;
  readonly deleteForGood: (threadId: string) => Promise<void>;
  readonly failed: (pending: PendingDelete, error: unknown) => void;
}

export class PendingDeletes implements Disposable {
  readonly #ports: PendingDeletesPorts;
  readonly #pending = new Map<string, PendingDelete>();
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  /** What an earlier window left undecided and nobody was asked about again. */
  #leftOver: readonly PendingDelete[];
  #isDisposed = false;

  readonly onDidChange = this.#changed.event;

  constructor(ports: PendingDeletesPorts) {
    this.#ports = ports;
    this.#owned.add(this.#changed);
    this.#leftOver = ports.load();
    for (const pending of this.#leftOver) this.#pending.set(pending.threadId, pending);
  }

  /** Whether the thread is to be deleted, and so not shown. */
  has(threadId: string): boolean {
    return this.#pending.has(threadId);
  }

  /** Offers to undo what an earlier window left undecided; does nothing when it is called again. */
  async resume(): Promise<void> {
    const leftOver = this.#leftOver;
    this.#leftOver = [];
    await Promise.all(leftOver.map((pending) => this.#decide(pending)));
  }

  /** Hides the thread; resolves when it is deleted or back again. */
  async add(pending: PendingDelete): Promise<void> {
    if (this.has(pending.threadId)) return;
    this.#pending.set(pending.threadId, pending);
    await this.#ports.save([...this.#pending.values()]);
    this.#changed.fire();
    await this.#decide(pending);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#owned.dispose();
  }

  async #decide(pending: PendingDelete): Promise<void> {
    const isUndone = await this.#ports.offerUndo(pending);
    // the window closes: what is not decided stays pending for the next one
    if (this.#isDisposed) return;
    try {
      if (!isUndone) await this.#ports.deleteForGood(pending.threadId);
    } catch (error) {
      // it stays visible rather than half gone; the user is told
      this.#ports.failed(pending, error);
    }
    this.#pending.delete(pending.threadId);
    await this.#ports.save([...this.#pending.values()]);
    this.#changed.fire();
  }
}
