// Takes the changes of turns out of a text that somebody has changed since, with markers where that cannot be decided.
import { diff3Merge } from 'node-diff3';

/** What a turn made of a text. */
export interface TextStep {
  readonly before: string;
  readonly after: string;
}

export interface MergedText {
  readonly text: string;
  /** Places with markers. */
  readonly conflicts: number;
}

const OURS = '<<<<<<< as it is now\n';
const BASE = '||||||| as the turn left it\n';
const MIDDLE = '=======\n';
const THEIRS = '>>>>>>> before the turn\n';

/** `steps` in the order of time; the last is taken out first. */
export function mergeBack(now: string, steps: readonly TextStep[]): MergedText {
  let merged: MergedText = { text: now, conflicts: 0 };
  for (const { before, after } of steps.toReversed()) {
    const next = merge({ ours: merged.text, base: after, theirs: before });
    merged = { text: next.text, conflicts: merged.conflicts + next.conflicts };
  }
  return merged;
}

function merge(texts: { readonly ours: string; readonly base: string; readonly theirs: string }): MergedText {
  const [ours, base, theirs] = [linesOf(texts.ours), linesOf(texts.base), linesOf(texts.theirs)];
  let text = '';
  let conflicts = 0;
  for (const { ok, conflict } of diff3Merge(ours, base, theirs, { excludeFalseConflicts: true })) {
    if (ok !== undefined) text += ok.join('');
    if (conflict === undefined) continue;
    conflicts += 1;
    const { a, b, o } = conflict;
    text = `${ended(text)}${OURS}${ended(a.join(''))}${BASE}${ended(o.join(''))}${MIDDLE}${ended(b.join(''))}${THEIRS}`;
  }
  return { text, conflicts };
}

/** With their line ends. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A marker stands on a line of its own. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
