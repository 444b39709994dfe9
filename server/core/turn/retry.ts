// How long to wait before a broken stream is opened again.

const FIRST_MS = 200;
const LONGEST_MS = 30_000;

/**
 * Milliseconds before attempt `attempt` (from 1): doubling from 200 ms up to 30 s, spread by up to 10 % either way by `spread` (0..1).
 * A wait that the provider asked for is taken as it is.
 */
export function retryDelayMs(attempt: number, askedForMs: number | null, spread: number): number {
  if (askedForMs !== null) return askedForMs;
  const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(doubled * (0.9 + 0.2 * spread));
}
