// The words of a question about a patch.
import { basename } from 'node:path';
import type { ServerRequestParams } from '../../server/protocol/methods.ts';
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';
import { visible } from '../../server/protocol/shownText.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { ApprovalChoice, ApprovalWording } from './choice.ts';
import { questionOf, riskOf, tripwireNote } from './safetyWords.ts';
import { briefOf, labelled, paragraphs } from './shortText.ts';

type FileParams = ServerRequestParams<'item/fileChange/requestApproval'>;

const MOST_FILES = 12;

/** The files of the patch that the question is about. */
export function changesOf(state: ThreadState | undefined, itemId: string): readonly FileUpdateChange[] {
  const item = state?.turns.flatMap((turn) => turn.items).find((candidate) => candidate.id === itemId);
  return item?.type === 'fileChange' ? item.changes : [];
}

export function fileChangeWording(params: FileParams, changes: readonly FileUpdateChange[]): ApprovalWording {
  const { safety } = params;
  const shown = changes.slice(0, MOST_FILES).map(changeWords);
  if (changes.length > MOST_FILES) shown.push(`… and ${changes.length - MOST_FILES} more files`);
  const count = changes.length === 1 ? 'one file' : `${changes.length} files`;
  const what = changes.length === 0 ? 'files' : count;
  return {
    question: questionOf(safety, `Bowline wants to change ${what}. Allow it?`),
    detail: paragraphs(
      labelled('Why it asks', params.reason),
      shown.join('\n'),
      labelled('Allowing it for this session covers', params.grantRoot),
      tripwireNote(safety),
    ),
    brief: changes.length === 0 || changes.length > MOST_FILES ? null : briefOf(shown.join(', ')),
    summary: summaryOf(changes),
    where: null,
    risk: riskOf(safety),
    tripwire: safety?.tripwire ?? null,
    canRehearse: safety?.canRehearse === true,
    accepts: acceptsOf((safety?.tripwire ?? null) !== null),
    decline: { kind: 'decline', label: 'Decline', answer: { decision: 'decline' } },
    refusals: [{ kind: 'cancel', label: 'Decline and Stop', answer: { decision: 'cancel' } }],
  };
}

function acceptsOf(isTripwire: boolean): ApprovalChoice[] {
  const once: ApprovalChoice = { kind: 'once', label: 'Apply', answer: { decision: 'accept' } };
  if (isTripwire) return [once];
  const label = 'Apply and Allow These Files for This Session';
  return [once, { kind: 'lasting', label, answer: { decision: 'acceptForSession' } }];
}

function changeWords(change: FileUpdateChange): string {
  const { kind } = change;
  const target = kind.type === 'update' && kind.move_path !== null ? ` → ${visible(kind.move_path)}` : '';
  return `${verbOf(change)} ${visible(change.path)}${target}`;
}

function summaryOf(changes: readonly FileUpdateChange[]): string {
  const [first] = changes;
  if (first === undefined) return 'Change files';
  const more = changes.length > 1 ? ` and ${changes.length - 1} more` : '';
  return `${verbOf(first)} ${visible(basename(first.path))}${more}`;
}

function verbOf({ kind }: FileUpdateChange): string {
  switch (kind.type) {
    case 'add':
      return 'Add';
    case 'delete':
      return 'Delete';
    case 'update':
      return kind.move_path === null ? 'Edit' : 'Move';
  }
}
