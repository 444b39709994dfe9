// When what turns need is loaded ahead: while nobody waits, and never before a client opened a thread: who only lists them does not need it.
import type { Clock } from './core/ports.ts';

/** So long those who resume threads, or begin one and send its first message, have the processor for themselves. */
const AFTER_MS = 150;

export interface Warming {
  /** A client has opened a stored thread: it will start a turn sooner or later. */
  soon(): void;
  /** A client has begun a thread: its first turn comes next. */
  now(): void;
  stop(): void;
}

export interface Warmed {
  /** What the first request to a model needs. */
  model(): Promise<void>;
  /** All that a turn needs; what is asked for only when the model has answered can wait. */
  all(): Promise<void>;
}

/** Calls each of `warmed` once at most. */
export function createWarming(clock: Clock, warmed: Warmed): Warming {
  const model = onceAfter(clock, warmed.model);
  const all = onceAfter(clock, warmed.all);
  return {
    soon: () => all.after(AFTER_MS),
    now: () => {
      model.after(0);
      all.after(AFTER_MS);
    },
    stop: () => {
      model.stop();
      all.stop();
    },
  };
}

/** Asked again before its time, it waits anew. */
function onceAfter(clock: Clock, task: () => Promise<void>): { after(delayMs: number): void; stop(): void } {
  let cancel = (): void => undefined;
  let isDone = false;
  return {
    after: (delayMs) => {
      cancel();
      if (isDone) return;
      cancel = clock.after(delayMs, () => {
        isDone = true;
        void task();
      });
    },
    stop: () => cancel(),
  };
}
