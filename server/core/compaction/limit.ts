// When a conversation is to be compacted by itself.
import type { Settings } from '../settings.ts';

/** How much of the context window may be used; the rest is for the answer and for what tools return meanwhile. */
const SHARE = 0.9;

/**
 * In tokens; null when nobody knows how long the conversation may become. `learnedWindow` is what a refusal of the model told about a
 * window that is not configured.
 */
export function compactionLimit(
  { autoCompactTokenLimit, contextWindow }: Pick<Settings, 'autoCompactTokenLimit' | 'contextWindow'>,
  learnedWindow: number | null,
): number | null {
  const window = contextWindow ?? learnedWindow;
  const limits = [autoCompactTokenLimit ?? null, window === null ? null : Math.floor(window * SHARE)];
  const known = limits.filter((limit) => limit !== null);
  return known.length === 0 ? null : Math.min(...known);
}
