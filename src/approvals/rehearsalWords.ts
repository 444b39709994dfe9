// A question with the result of its rehearsal: what it did, and the choice to apply exactly that.
import type { Rehearsal } from '../../server/protocol/schema/safety.ts';
import { visible } from '../../server/protocol/shownText.ts';
import type { ApprovalChoice, ApprovalWording } from './choice.ts';
import { labelled, paragraphs } from './shortText.ts';

const MOST_LINES = 10;
const LONGEST_OUTPUT = 800;

/** The same question; its result is offered first. It was shown as a diff, so that it may be applied without more reading. */
export function withRehearsal(wording: ApprovalWording, rehearsal: Rehearsal): ApprovalWording {
  const apply: ApprovalChoice = {
    kind: 'apply',
    label: 'Apply This Result',
    answer: { decision: { acceptRehearsal: { rehearsal_id: rehearsal.rehearsalId } } },
  };
  const detail = paragraphs(
    rehearsedWords(rehearsal),
    outputWords(rehearsal.output),
    labelled('Not shown by it', rehearsal.limitation),
    wording.detail,
  );
  return { ...wording, detail, accepts: [apply, ...wording.accepts] };
}

/** How it ended and what it changed, in one sentence. */
export function rehearsedWords({ exitCode, changes }: Rehearsal): string {
  const files = changes.length === 1 ? 'one file' : `${changes.length} files`;
  const effect = changes.length === 0 ? 'changed no files' : `changed ${files}`;
  return exitCode === null
    ? `Rehearsed: it ${effect}.`
    : `Rehearsed: it ended with exit code ${exitCode} and ${effect}.`;
}

/** The end of what it wrote, which is where it says how it went. */
function outputWords(output: string): string {
  const all = visible(output.trimEnd());
  if (all === '') return '';
  const end = all.split('\n').slice(-MOST_LINES).join('\n').slice(-LONGEST_OUTPUT);
  return `Output:\n${end.length < all.length ? '… ' : ''}${end}`;
}
