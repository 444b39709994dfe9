// Works out which lines of a document are the agent's: added, changed, and where some were removed.
import { blocksOf, isSameText, joinLines, splitLines } from './hunks.ts';
import { merge3 } from './merge3.ts';

/** A mark on the lines `start` to `end` (0-based, end exclusive), or on the line beside which lines were removed. */
export type Mark =
  | { readonly type: 'added'; readonly start: number; readonly end: number }
  | { readonly type: 'changed'; readonly start: number; readonly end: number; readonly removed: string }
  | {
      readonly type: 'removed';
      readonly line: number;
      /** The removed lines stood above the line; otherwise below it. */
      readonly isAbove: boolean;
      readonly count: number;
      readonly removed: string;
    };

export interface RecordedTexts {
  readonly before: string;
  readonly after: string;
}

/**
 * The agent's marks in `now`. What somebody else changed since the agent wrote `after` is taken into the text before, so that only
 * the agent's lines are marked.
 */
export function marksOf({ before, after }: RecordedTexts, now: string): Mark[] {
  const baseline = isSameText(now, after) ? before : merge3({ base: after, ours: before, theirs: now }).text;
  const [old, young] = [splitLines(baseline), splitLines(now)];
  return blocksOf(old, young).map(({ beforeStart, beforeEnd, afterStart, afterEnd }): Mark => {
    const removed = joinLines(old.slice(beforeStart, beforeEnd));
    if (beforeStart === beforeEnd) return { type: 'added', start: afterStart, end: afterEnd };
    if (afterStart < afterEnd) return { type: 'changed', start: afterStart, end: afterEnd, removed };
    const isAbove = afterStart === 0;
    return { type: 'removed', line: isAbove ? 0 : afterStart - 1, isAbove, count: beforeEnd - beforeStart, removed };
  });
}
