// The rows of the transcript: what is drawn, in order, made from a thread's state and the messages on their way.
import type { AnsweredQuestions } from '../../server/protocol/answeredQuestions.ts';
import type { QuestionRequest } from '../../server/protocol/methods.ts';
import type { FileUpdateChange, ThreadItem } from '../../server/protocol/schema/item.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import { fileChanges, finalMessage } from '../../server/protocol/state/select.ts';
import type {
  OpenQuestion,
  PendingRequest,
  ThreadState,
  TurnExtras,
  TurnPlan,
} from '../../server/protocol/state/threadState.ts';
import { changedFiles } from './changedFiles.ts';
import type { FileChange } from './changes.ts';
import type { OutgoingMessage } from './outbox.ts';

export type Row =
  | { readonly type: 'older'; readonly key: string }
  | {
      readonly type: 'item';
      readonly key: string;
      readonly turnId: string;
      readonly item: ThreadItem;
      readonly isOpen: boolean;
    }
  | { readonly type: 'steps'; readonly key: string; readonly turnId: string }
  | {
      readonly type: 'approval';
      readonly key: string;
      readonly pending: PendingRequest;
      readonly item: ThreadItem | undefined;
    }
  | { readonly type: 'question'; readonly key: string; readonly question: OpenQuestion }
  | { readonly type: 'answered'; readonly key: string; readonly answered: AnsweredQuestions }
  | { readonly type: 'plan'; readonly key: string; readonly plan: TurnPlan }
  | { readonly type: 'changes'; readonly key: string; readonly turnId: string; readonly files: readonly FileChange[] }
  | { readonly type: 'failure'; readonly key: string; readonly turn: Turn; readonly isLast: boolean }
  | {
      readonly type: 'turnEnd';
      readonly key: string;
      readonly turn: Turn;
      readonly answer: string;
      readonly isLast: boolean;
    }
  | { readonly type: 'outgoing'; readonly key: string; readonly message: OutgoingMessage };

export interface RowSource {
  readonly state: ThreadState | null;
  readonly hasOlder: boolean;
  readonly outgoing: readonly OutgoingMessage[];
  /** What the agent asked and the user answered. */
  readonly answered?: readonly AnsweredQuestions[];
}

export function rowsOf({ state, hasOlder, outgoing, answered = [] }: RowSource): Row[] {
  const rows: Row[] = hasOlder ? [{ type: 'older', key: 'older' }] : [];
  if (state !== null) {
    const last = state.turns.at(-1);
    for (const turn of state.turns) rows.push(...turnRows(state, turn, { isLast: turn === last, answered }));
    for (const pending of state.pending.filter((entry) => !isPlaced(state, entry))) {
      rows.push({ type: 'approval', key: approvalKey(pending), pending, item: undefined });
    }
    const isUnplaced = ({ request }: OpenQuestion) => state.turns.every(({ id }) => id !== request.params.turnId);
    rows.push(...state.questions.filter(isUnplaced).map(questionRow));
  }
  for (const message of outgoing) rows.push({ type: 'outgoing', key: `outgoing/${message.messageId}`, message });
  return rows;
}

interface Remembered {
  readonly extras: TurnExtras | undefined;
  readonly pending: readonly PendingRequest[];
  readonly questions: readonly OpenQuestion[];
  readonly answered: readonly AnsweredQuestions[];
  readonly isLast: boolean;
  readonly rows: readonly Row[];
}

const remembered = new WeakMap<Turn, Remembered>();
const NONE_PENDING: readonly PendingRequest[] = [];
const NO_QUESTIONS: readonly OpenQuestion[] = [];
const NONE_ANSWERED: readonly AnsweredQuestions[] = [];

/** The rows of one turn; the same array while nothing about the turn has changed, however long the thread is. */
function turnRows(
  state: ThreadState,
  turn: Turn,
  { isLast, answered: all }: Pick<Remembered, 'isLast' | 'answered'>,
): readonly Row[] {
  const extras = state.extras[turn.id];
  const pending = state.pending.some((entry) => entry.request.params.turnId === turn.id) ? state.pending : NONE_PENDING;
  const asked = state.questions.some(({ request }) => request.params.turnId === turn.id);
  const questions = asked ? state.questions : NO_QUESTIONS;
  const answered = all.some(({ turnId }) => turnId === turn.id) ? all : NONE_ANSWERED;
  const source = { extras, pending, questions, answered, isLast };
  const known = remembered.get(turn);
  if (known !== undefined && isSame(known, source)) return known.rows;
  const rows = makeTurnRows(turn, { ...source, cwd: state.thread.cwd });
  remembered.set(turn, { ...source, rows });
  return rows;
}

type TurnSource = Omit<Remembered, 'rows'>;

function isSame(one: TurnSource, other: TurnSource): boolean {
  return (
    one.extras === other.extras &&
    one.pending === other.pending &&
    one.questions === other.questions &&
    one.answered === other.answered &&
    one.isLast === other.isLast
  );
}

function makeTurnRows(
  turn: Turn,
  { extras, pending, questions, answered, isLast, cwd }: TurnSource & { readonly cwd: string },
): Row[] {
  const asked = askedRows(turn, questions, answered);
  const isRunning = turn.status === 'inProgress';
  const rows: Row[] = [];
  for (const item of turn.items) {
    const requests = pending.filter((entry) => isAbout(entry, turn, item));
    if (requests.length === 0 && isWorthShowing(item) && !isSaidAgain(item, turn))
      rows.push(itemRow(turn.id, item, isRunning));
    // the card says what the item would say, and more
    for (const entry of requests) rows.push({ type: 'approval', key: approvalKey(entry), pending: entry, item });
    rows.push(...asked.behind(item.id));
    if (turn.itemsView !== 'full' && item === turn.items[0])
      rows.push({ type: 'steps', key: `${turn.id}/steps`, turnId: turn.id });
  }
  if (turn.itemsView !== 'full' && turn.items.length === 0)
    rows.push({ type: 'steps', key: `${turn.id}/steps`, turnId: turn.id });
  rows.push(...asked.atEnd);
  if (isRunning) return rows;
  if (extras?.plan) rows.push({ type: 'plan', key: `${turn.id}/plan`, plan: extras.plan });
  const files = changedFiles(appliedChanges(turn), extras?.diff ?? null, cwd);
  if (files.length > 0) rows.push({ type: 'changes', key: `${turn.id}/changes`, turnId: turn.id, files });
  if (turn.status === 'failed') rows.push({ type: 'failure', key: `${turn.id}/failure`, turn, isLast });
  rows.push({ type: 'turnEnd', key: `${turn.id}/end`, turn, answer: finalMessage(turn)?.text ?? '', isLast });
  return rows;
}

/** What the agent asked in a turn, behind the item that was its last one then, or at its end when that item is not there. */
function askedRows({ id, items }: Turn, questions: readonly OpenQuestion[], answered: readonly AnsweredQuestions[]) {
  const isOpen = ({ request }: OpenQuestion) => answered.every(({ requestId }) => requestId !== request.id);
  const open = questions.filter(({ request }) => request.params.turnId === id).filter(isOpen);
  // what is asked again was not heard
  const isHeard = ({ itemId }: AnsweredQuestions) => open.every(({ request }) => request.params.itemId !== itemId);
  const asked = [
    ...answered
      .filter((entry) => entry.turnId === id && isHeard(entry))
      .map((entry) => ({ after: entry.afterItemId, row: answeredRow(entry) })),
    ...open.map((question) => ({ after: question.afterItemId, row: questionRow(question) })),
  ];
  const rowsBehind = (itemId: string | null) => asked.filter(({ after }) => after === itemId).map(({ row }) => row);
  return {
    behind: rowsBehind,
    atEnd: asked.filter(({ after }) => items.every((item) => item.id !== after)).map(({ row }) => row),
  };
}

function questionRow(question: OpenQuestion): Row {
  return { type: 'question', key: questionKey(question.request), question };
}

function answeredRow(answered: AnsweredQuestions): Row {
  return { type: 'answered', key: `answered/${answered.requestId}`, answered };
}

const itemRows = new WeakMap<ThreadItem, Row>();

function itemRow(turnId: string, item: ThreadItem, isRunning: boolean): Row {
  const isOpen = isRunning && (item.completedAtMs ?? null) === null;
  const known = itemRows.get(item);
  if (known?.type === 'item' && known.isOpen === isOpen && known.turnId === turnId) return known;
  const row: Row = { type: 'item', key: itemKey(turnId, item), turnId, item, isOpen };
  itemRows.set(item, row);
  return row;
}

export function itemKey(turnId: string, item: ThreadItem): string {
  return `${turnId}/${item.type}/${item.id}`;
}

export function approvalKey(pending: PendingRequest): string {
  return `approval/${pending.id}`;
}

export function questionKey({ id }: QuestionRequest): string {
  return `question/${id}`;
}

function isAbout(pending: PendingRequest, turn: Turn, item: ThreadItem): boolean {
  const { params, method } = pending.request;
  if (params.turnId !== turn.id || params.itemId !== item.id) return false;
  switch (method) {
    case 'item/commandExecution/requestApproval':
      return item.type === 'commandExecution';
    case 'item/fileChange/requestApproval':
      return item.type === 'fileChange';
    case 'item/permissions/requestApproval':
      return true;
  }
}

function isPlaced(state: ThreadState, pending: PendingRequest): boolean {
  return state.turns.some((turn) => turn.items.some((item) => isAbout(pending, turn, item)));
}

/** A review comes as an item of its own, and then as the message that closes its turn. */
function isSaidAgain(item: ThreadItem, { items }: Turn): boolean {
  if (item.type !== 'exitedReviewMode') return false;
  return items.some((other) => other.type === 'agentMessage' && other.text === item.review);
}

/** An item with nothing to read yet, or ever (reasoning that the provider keeps to itself), takes no row. */
function isWorthShowing(item: ThreadItem): boolean {
  switch (item.type) {
    case 'agentMessage':
    case 'plan':
      return item.text.trim() !== '';
    case 'reasoning':
      return [...item.summary, ...item.content].some((part) => part.trim() !== '');
    default:
      return true;
  }
}

function appliedChanges(turn: Turn): FileUpdateChange[] {
  return fileChanges(turn)
    .filter((item) => item.status === 'completed')
    .flatMap((item) => item.changes);
}
