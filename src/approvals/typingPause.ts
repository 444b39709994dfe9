// Waits for a pause in the user's typing: a modal that opens under their hands would take the next Enter as its answer.
import type { Disposable } from '../emitter.ts';

/** As long as this since the last key, in milliseconds, the user is not in the middle of typing. */
const PAUSE_MS = 900;

export interface TypingClock {
  nowMs(): number;
  after(delayMs: number, task: () => void): Disposable;
}

export const systemTypingClock: TypingClock = {
  nowMs: () => performance.now(),
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs);
    return { dispose: () => clearTimeout(timer) };
  },
};

export class TypingPause implements Disposable {
  readonly #clock: TypingClock;
  #lastTypedMs = Number.NEGATIVE_INFINITY;
  #timer: Disposable | null = null;
  #waiting: (() => void)[] = [];

  constructor(clock: TypingClock = systemTypingClock) {
    this.#clock = clock;
  }

  /** The user typed something. */
  typed(): void {
    this.#lastTypedMs = this.#clock.nowMs();
  }

  /** Resolves at once when the user is not typing, else with the next pause. */
  wait(): Promise<void> {
    if (this.#remainingMs() <= 0) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.#schedule();
    return promise;
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#timer = null;
    this.#settle();
  }

  #remainingMs(): number {
    return this.#lastTypedMs + PAUSE_MS - this.#clock.nowMs();
  }

  #schedule(): void {
    this.#timer ??= this.#clock.after(this.#remainingMs(), () => {
      this.#timer = null;
      if (this.#remainingMs() > 0) this.#schedule();
      else this.#settle();
    });
  }

  #settle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
