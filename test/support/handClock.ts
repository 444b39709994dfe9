// A clock that is moved by hand: timers wait until a test runs them.
import type { Clock } from '../../server/core/ports.ts';

export interface Timer {
  readonly delayMs: number;
  run(): void;
}

export interface HandClock extends Clock {
  /** Timers that have neither run nor been cancelled, oldest first. */
  readonly timers: readonly Timer[];
  /** Every delay that was ever asked for. */
  readonly delays: readonly number[];
  /** Resolves with the next timer of this kind, at once if one is waiting. */
  timer(matches: (timer: Timer) => boolean): Promise<Timer>;
  /** Resolves when no timer is left. */
  idle(): Promise<void>;
  /** Moves the time without running anything. */
  forward(ms: number): void;
}

/** Timers for which `atOnce` holds run by themselves in the next turn of the event loop. */
export function createHandClock(atOnce: (delayMs: number) => boolean = () => false): HandClock {
  const timers: Timer[] = [];
  const delays: number[] = [];
  const waiting: { matches: (timer: Timer) => boolean; resolve: (timer: Timer) => void }[] = [];
  const idlers: (() => void)[] = [];
  let nowMs = 1_700_000_000_000;
  return {
    timers,
    delays,
    nowMs: () => nowMs,
    after: (delayMs, task) => {
      delays.push(delayMs);
      const remove = (): void => {
        const at = timers.indexOf(timer);
        if (at !== -1) timers.splice(at, 1);
        if (timers.length === 0) for (const resolve of idlers.splice(0)) resolve();
      };
      const timer: Timer = {
        delayMs,
        run: () => {
          if (!timers.includes(timer)) return;
          remove();
          task();
        },
      };
      timers.push(timer);
      if (atOnce(delayMs)) setImmediate(() => timer.run());
      for (const waiter of waiting.filter(({ matches }) => matches(timer))) {
        waiting.splice(waiting.indexOf(waiter), 1);
        waiter.resolve(timer);
      }
      return remove;
    },
    timer: (matches) => {
      const known = timers.find(matches);
      if (known !== undefined) return Promise.resolve(known);
      return new Promise((resolve) => waiting.push({ matches, resolve }));
    },
    idle: () => (timers.length === 0 ? Promise.resolve() : new Promise((resolve) => idlers.push(resolve))),
    forward: (ms) => {
      nowMs += ms;
    },
  };
}
