// Events that need no editor, so that the rooms that use them can be tested without one.

/** Something to be ended by its owner. */
export interface Disposable {
  dispose(): void;
}

/** Subscribes a listener; the result ends the subscription. Assignable to the editor's own `Event`. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** The owner's side of an event. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // a wrapper of its own, so that one function may listen twice
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return { dispose: () => void this.#listeners.delete(own) };
  };

  /** Calls every listener. One that throws does not keep the value from the others; its error surfaces as uncaught. */
  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

/** Ends what was added to it, last first. */
export class Disposables implements Disposable {
  readonly #owned: Disposable[] = [];
  #disposed = false;

  add<T extends Disposable>(owned: T): T {
    if (this.#disposed) owned.dispose();
    else this.#owned.push(owned);
    return owned;
  }

  dispose(): void {
    this.#disposed = true;
    for (const owned of this.#owned.splice(0).toReversed()) owned.dispose();
  }
}
