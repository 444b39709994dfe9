// What the inbox shows, as plain values: which requests stand where, how each one reads, and what may be accepted together.
import { basename, join, relative } from 'node:path';
import type { ApprovalRequest, QuestionRequest } from '../../server/protocol/methods.ts';
import type { Risk } from '../../server/protocol/schema/safety.ts';
import { oneLine, visible } from '../../server/protocol/shownText.ts';
import { questionWords } from '../questions/questionAlerts.ts';
import { ageWords, isWithin } from '../threads/threadRows.ts';
import { choicesOf, isHarmless, mustBeRead, type ApprovalWording } from './choice.ts';
import { riskWords } from './safetyWords.ts';
import type { SuspendedRequest } from './suspended.ts';

/** A request that can be answered here. */
export interface OpenRow {
  readonly kind: 'open';
  readonly request: ApprovalRequest;
  readonly wording: ApprovalWording;
  readonly threadTitle: string;
  /** Where it would happen, seen from the workspace; "" where that goes without saying. */
  readonly place: string;
}

/** A question of the agent: its card in the chat is where it is answered. */
export interface QuestionRow {
  readonly kind: 'question';
  readonly request: QuestionRequest;
  readonly threadTitle: string;
}

/** A request of a thread that is not open in this window: its thread must be opened first. */
export interface SuspendedRow {
  readonly kind: 'suspended';
  readonly request: SuspendedRequest;
}

export type InboxRow = OpenRow | QuestionRow | SuspendedRow;

const RISKS: readonly Risk[] = ['high', 'medium', 'low'];

/** What matters most first, and what waits longest first within; then the questions; what cannot be answered here comes last. */
export function inboxRows(
  open: readonly OpenRow[],
  suspended: readonly SuspendedRequest[],
  questions: readonly QuestionRow[] = [],
): InboxRow[] {
  const sorted = open.toSorted(
    (one, other) =>
      byRisk(one.wording, other.wording) || one.request.params.startedAtMs - other.request.params.startedAtMs,
  );
  return [...sorted, ...questions, ...suspended.map((request) => ({ kind: 'suspended', request }) as const)];
}

/** Sorts what matters most first. */
export function byRisk(one: { readonly risk: Risk }, other: { readonly risk: Risk }): number {
  return RISKS.indexOf(one.risk) - RISKS.indexOf(other.risk);
}

/** The rows that "Accept All Harmless" is about. */
export function harmlessRows(rows: readonly InboxRow[]): OpenRow[] {
  return rows.filter((row) => row.kind === 'open').filter(({ wording }) => isHarmless(wording));
}

/** Rows that are accepted in one go, and those that must be read one by one. */
export interface Batch {
  readonly accepted: readonly OpenRow[];
  readonly left: readonly OpenRow[];
}

/** A dialog shows no more than this many lines for sure: what is not shown is not accepted. */
const MOST_IN_BATCH = 15;

export function batchOf(rows: readonly OpenRow[]): Batch {
  const accepted = rows
    .filter(({ wording }) => !mustBeRead(wording) && choicesOf(wording).some(({ kind }) => kind === 'once'))
    .slice(0, MOST_IN_BATCH);
  return { accepted, left: rows.filter((row) => !accepted.includes(row)) };
}

/** All that is accepted, line by line. */
export function batchWords({ accepted, left }: Batch): string {
  const lines = accepted.map(({ wording, threadTitle }) => `• ${wording.brief ?? ''}  (${shortTitle(threadTitle)})`);
  if (left.length === 0) return lines.join('\n');
  const rest = left.length === 1 ? 'One more is left out' : `${left.length} more are left out`;
  return `${lines.join('\n')}\n\n${rest}, to be read one by one.`;
}

/** How a row reads. Colours are names of theme colours. */
export interface RowLook {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly color: string | null;
  /** What can be done with it, for the menus' conditions. */
  readonly context: string;
  readonly spoken: string;
}

export function rowLook(row: InboxRow, nowMs: number): RowLook {
  const { startedAtMs } = row.kind === 'suspended' ? row.request : row.request.params;
  const age = ageWords(startedAtMs / 1000, nowMs / 1000);
  if (row.kind === 'suspended') return suspendedLook(row, age);
  // not every server says since when it asks
  if (row.kind === 'question') return questionLook(row, startedAtMs === 0 ? '' : age);
  const { wording } = row;
  const title = shortTitle(row.threadTitle);
  return {
    label: oneLine(wording.summary, 120),
    description: [title, row.place, age].filter((part) => part !== '').join(' · '),
    ...lookOf(wording.risk),
    context: contextOf(row),
    spoken: `${riskWords(wording.risk)}. ${wording.question} ${oneLine(wording.summary, 200)}. Thread ${title}, ${age}`,
  };
}

function questionLook({ request, threadTitle }: QuestionRow, age: string): RowLook {
  const title = shortTitle(threadTitle);
  const label = questionWords(request.params.questions);
  return {
    label,
    description: ['Question', title, age].filter((part) => part !== '').join(' · '),
    icon: 'comment-discussion',
    color: null,
    context: 'question',
    spoken: `Question: ${label} Thread ${title}. It is answered in the chat.`,
  };
}

function suspendedLook({ request }: SuspendedRow, age: string): RowLook {
  const title = shortTitle(request.threadTitle);
  const where = folderName(request.cwd);
  return {
    label: title,
    description: `asks elsewhere · ${where} · ${age}`,
    icon: 'debug-pause',
    color: null,
    context: 'suspended',
    spoken: `Thread ${title} in ${where} asks, ${age}. It is not open in this window.`,
  };
}

function lookOf(risk: Risk): { readonly icon: string; readonly color: string } {
  switch (risk) {
    case 'high':
      return { icon: 'warning', color: 'list.errorForeground' };
    case 'medium':
      return { icon: 'question', color: 'list.warningForeground' };
    case 'low':
      return { icon: 'pass', color: 'testing.iconPassed' };
  }
}

function contextOf({ request, wording }: OpenRow): string {
  const kinds = choicesOf(wording).map(({ kind }) => kind);
  const isPatch = request.method === 'item/fileChange/requestApproval';
  const extra = [...(wording.canRehearse ? ['rehearse'] : []), ...(isPatch ? ['diff'] : [])];
  return ['request', ...new Set(kinds), ...extra].join(' ');
}

/** A folder as it is seen from the workspace; "" for its only folder. */
export function placeOf(where: string | null, folders: readonly string[]): string {
  if (where === null) return '';
  const folder = folders.find((candidate) => isWithin(where, candidate));
  if (folder === undefined) return visible(where);
  const way = relative(folder, where);
  return visible(folders.length > 1 ? join(basename(folder), way) : way);
}

function shortTitle(title: string): string {
  return oneLine(visible(title), 60);
}

function folderName(path: string): string {
  return visible(path.split(/[\\/]/).findLast((part) => part !== '') ?? path);
}
