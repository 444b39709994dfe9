// When what turns need is loaded ahead: while nobody waits, and never for a client that only lists threads.
import type { Clock } from './core/ports.ts';

/** So long those who resume threads have the processor for themselves: a user takes longer to write a message. */
const AFTER_MS = 150;

export interface Warming {
  /** A client has opened a stored thread, or looked for the account: it will start a turn sooner or later. */
  soon(): void;
  /** A client has begun a thread: its first turn comes next. */
  now(): void;
  stop(): void;
}

/** Calls `warm` once. */
export function createWarming(clock: Clock, warm: () => Promise<void>): Warming {
  let cancel = (): void => undefined;
  let isDone = false;
  const after = (delayMs: number): void => {
    cancel();
    if (isDone) return;
    cancel = clock.after(delayMs, () => {
      isDone = true;
      void warm();
    });
  };
  return { soon: () => after(AFTER_MS), now: () => after(0), stop: () => cancel() };
}
