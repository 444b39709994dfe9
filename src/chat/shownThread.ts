// Which thread the chat shows: one per workspace, remembered beyond the window's life.
import { isProtocolError, messageOf } from '../../server/protocol/errors.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import { isHeldElsewhere } from '../threads/heldElsewhere.ts';
import type { LoadedThread, OpenHow } from '../threads/openedThread.ts';
import type { ThreadStore } from '../threads/threadStore.ts';

/** Where the choice is remembered. */
export interface ShownThreadMemory {
  readonly load: () => string | null;
  readonly save: (threadId: string | null) => Promise<void>;
}

export class ShownThread implements Disposable {
  readonly #store: ThreadStore;
  readonly #memory: ShownThreadMemory;
  readonly #log: Log;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  #id: string | null;
  /** The one that was shown last, if it is shown no more because it does not exist any more. */
  #goneId: string | null = null;
  /** Counts the wishes: the last one counts, in whatever order they are fulfilled. */
  #wish = 0;

  /** Another thread is shown, or the same one was read anew. */
  readonly onDidChange = this.#changed.event;

  constructor(store: ThreadStore, memory: ShownThreadMemory, log: Log) {
    this.#store = store;
    this.#memory = memory;
    this.#log = log;
    this.#id = memory.load();
    this.#owned.add(this.#changed);
    this.#owned.add(store.onDidCloseThread(({ threadId }) => this.#leave(threadId)));
    this.#owned.add(
      store.onDidChangeThread(({ threadId, previous, notification, state }) => {
        const isReloaded = notification === null && previous !== null && previous.turns !== state.turns;
        if (threadId === this.#id && isReloaded) this.#changed.fire();
      }),
    );
  }

  /** null: a new conversation. */
  get id(): string | null {
    return this.#id;
  }

  get goneId(): string | null {
    return this.#goneId;
  }

  /** The shown thread as it is open in this window; undefined while it is on its way. */
  get loaded(): LoadedThread | undefined {
    return this.#id === null ? undefined : this.#store.loaded(this.#id);
  }

  /** Shows a thread, opening it first; `null` shows a new conversation. When it cannot be opened, what is shown stays. */
  async show(threadId: string | null, how?: OpenHow): Promise<void> {
    const wish = ++this.#wish;
    if (threadId !== null) await this.#store.open(threadId, how);
    if (wish !== this.#wish) return;
    this.#set(threadId);
    await this.#store.trim(threadId);
  }

  /** Shows a thread that was just started from the new conversation on screen, if that is still there. */
  adopt(threadId: string): void {
    if (this.#id === null) this.#remember(threadId);
  }

  /**
   * Opens the remembered thread once the server is there. One that is gone gives way to a new conversation; one that another process
   * writes is left there: after a reload that may be this window's former server.
   */
  async restore(): Promise<void> {
    const id = this.#id;
    if (id === null || this.loaded !== undefined) return;
    try {
      await this.#store.open(id, 'own');
      if (this.#id === id) this.#changed.fire();
    } catch (error) {
      // without an answer it may well be there, and one that another process writes is: both are tried again
      if (isProtocolError(error) && !isHeldElsewhere(error)) this.#leave(id);
      throw error;
    }
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #leave(threadId: string): void {
    if (threadId !== this.#id) return;
    this.#remember(null);
    this.#goneId = threadId;
    this.#changed.fire();
  }

  #set(threadId: string | null): void {
    this.#remember(threadId);
    this.#changed.fire();
  }

  #remember(threadId: string | null): void {
    this.#id = threadId;
    this.#goneId = null;
    this.#memory.save(threadId).catch((error: unknown) => this.#log.warn(messageOf(error)));
  }
}
