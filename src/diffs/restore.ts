// Decides how the agent's change of a file is taken back, from the texts before and after it and the text now.
import type { ChangedText } from '../../server/protocol/fileChange.ts';
import type { BeforeAndAfter } from './liveChanges.ts';
import { isSameText } from './hunks.ts';
import { merge3 } from './merge3.ts';

/** What is to be done to the file where it is now. */
export type Restoration =
  | { readonly type: 'nothing' }
  /** Write this text; what others changed meanwhile is in it. */
  | { readonly type: 'rewrite'; readonly text: string }
  | { readonly type: 'create'; readonly text: string }
  | { readonly type: 'remove' }
  /** Only the user can say whether `overwrite` is wanted, which loses what `reason` names. */
  | { readonly type: 'ask'; readonly reason: string; readonly overwrite: Restoration }
  | { readonly type: 'impossible'; readonly reason: string };

export function restorationOf({ before, after }: BeforeAndAfter, now: ChangedText): Restoration {
  switch (before.type) {
    case 'conflict':
      return { type: 'impossible', reason: before.message };
    case 'absent':
      return removal(after, now);
    case 'text':
      return rewriting(before.text, after, now);
  }
}

/** Before the agent there was no file. */
function removal(after: ChangedText, now: ChangedText): Restoration {
  if (now.type === 'absent') return { type: 'nothing' };
  if (now.type === 'text' && after.type === 'text' && isSameText(now.text, after.text)) return { type: 'remove' };
  const reason = 'The file was changed after Bowline had added it. Rejecting deletes it with these changes.';
  return { type: 'ask', reason, overwrite: { type: 'remove' } };
}

function rewriting(before: string, after: ChangedText, now: ChangedText): Restoration {
  switch (now.type) {
    case 'conflict':
      return { type: 'impossible', reason: now.message };
    case 'absent': {
      const create: Restoration = { type: 'create', text: before };
      if (after.type === 'absent') return create;
      return {
        type: 'ask',
        reason: 'The file was deleted after Bowline had changed it. Rejecting brings it back.',
        overwrite: create,
      };
    }
    case 'text': {
      if (isSameText(now.text, before)) return { type: 'nothing' };
      const rewrite: Restoration = { type: 'rewrite', text: before };
      if (after.type !== 'text') {
        const reason = 'Another file is there now. Rejecting replaces its text.';
        return { type: 'ask', reason, overwrite: rewrite };
      }
      if (isSameText(now.text, after.text)) return rewrite;
      const merged = merge3({ base: after.text, ours: before, theirs: now.text });
      if (merged.conflicts === 0) return { type: 'rewrite', text: merged.text };
      const reason =
        'The lines that Bowline changed were changed again since. Rejecting takes these later changes away too.';
      return { type: 'ask', reason, overwrite: rewrite };
    }
  }
}
