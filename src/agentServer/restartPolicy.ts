// Decides whether a server that ended unasked is started again: five crashes within three minutes are enough.

/** The convention of language clients. */
export const MAX_CRASHES = 5;
export const CRASH_WINDOW_MS = 3 * 60_000;

const FIRST_DELAY_MS = 100;

/** What to do after a crash. `crashes` are the times to hand in at the next one, in Unix milliseconds. */
export type RestartDecision =
  | { readonly type: 'restart'; readonly delayMs: number; readonly crashes: readonly number[] }
  | { readonly type: 'stop'; readonly crashes: readonly number[] };

/** Decides after a crash at `nowMs`, knowing the times of the earlier ones. The delay doubles with each recent crash. */
export function afterCrash(earlier: readonly number[], nowMs: number): RestartDecision {
  const crashes = [...earlier.filter((at) => nowMs - at < CRASH_WINDOW_MS), nowMs];
  if (crashes.length >= MAX_CRASHES) return { type: 'stop', crashes };
  return { type: 'restart', delayMs: FIRST_DELAY_MS * 2 ** (crashes.length - 1), crashes };
}
