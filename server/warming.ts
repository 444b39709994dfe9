// When something is loaded ahead: while nobody waits.
import type { Clock } from './core/ports.ts';

export interface Warming {
  /** It will be needed sooner or later. */
  soon(): void;
  /** It is needed next. */
  now(): void;
  stop(): void;
}

export interface WarmingOptions {
  /** Called once. Never rejects. */
  warm(): Promise<void>;
  /** So long others have the processor for themselves. */
  readonly soonMs: number;
}

export function createWarming(clock: Clock, { warm, soonMs }: WarmingOptions): Warming {
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
  const stop = (): void => {
    cancel();
    isDone = true;
  };
  return { soon: () => after(soonMs), now: () => after(0), stop };
}
