// The real clock: Unix milliseconds, and timers that can be cancelled.
import type { Clock } from '../core/ports.ts';

/** Node runs at once what should wait for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A delay that a timer can keep: nearly 25 days at most. */
export function timerMs(delayMs: number): number {
  return Math.min(delayMs, LONGEST_TIMER_MS);
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, timerMs(delayMs)); // core reaches timers through this port alone
    return () => clearTimeout(timer);
  },
};
