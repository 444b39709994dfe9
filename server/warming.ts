// When what turns need is loaded ahead: while nobody waits, and never for a client that only lists threads.
import type { Clock } from './core/ports.ts';

/** So long those who resume threads have the processor for themselves: a user takes longer to write a message. */
const AFTER_MS = 150;

export interface Warming {
  /** A client has opened a stored thread, or looked for the account: it will start a turn sooner or later. */
  soon(inSandbox: boolean): void;
  /** A client has begun a thread: its first turn comes next. */
  now(inSandbox: boolean): void;
  stop(): void;
}

/** Calls `warm` once. */
export function createWarming(clock: Clock, warm: (inSandbox: boolean) => Promise<void>): Warming {
  let cancel = (): void => undefined;
  let isDone = false;
  const after = (delayMs: number, inSandbox: boolean): void => {
    cancel();
    if (isDone) return;
    cancel = clock.after(delayMs, () => {
      isDone = true;
      void warm(inSandbox);
    });
  };
  return {
    soon: (inSandbox) => after(AFTER_MS, inSandbox),
    now: (inSandbox) => after(0, inSandbox),
    stop: () => cancel(),
  };
}
