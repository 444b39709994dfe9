// A wait that an abort cuts short.
import type { Clock } from '../core/ports.ts';

/** Rejects with the signal's reason when it is aborted first, or already was. */
export async function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = (): void => resolve();
  const cancel = clock.after(delayMs, wake);
  signal.addEventListener('abort', wake, { once: true });
  await promise;
  cancel();
  signal.removeEventListener('abort', wake);
  signal.throwIfAborted();
}
