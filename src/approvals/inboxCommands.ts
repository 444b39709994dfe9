// What can be done with the rows of the inbox: from its menus, its keys and the palette.
import * as vscode from 'vscode';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { QuestionRequest } from '../../server/protocol/methods.ts';
import type { Commands } from '../commands.ts';
import { choiceOf, mustBeRead, type ChoiceKind } from './choice.ts';
import type { Inbox } from './inbox.ts';
import { batchOf, batchWords, harmlessRows, type InboxRow, type OpenRow } from './inboxRows.ts';
import type { ApprovalPrompts, PromptDiffs } from './prompt.ts';
import type { Questions } from './questions.ts';

export interface InboxCommandPorts {
  readonly inbox: Inbox;
  readonly prompts: ApprovalPrompts;
  readonly questions: Questions;
  readonly diffs: Pick<PromptDiffs, 'openDiff'>;
  readonly showThread: (threadId: string) => Promise<void>;
  /** Shows the card of a question of the agent. */
  readonly showQuestion: (request: QuestionRequest) => Promise<void>;
}

/** Each command takes a row, `{requestId}`, or nothing: then the selected rows are meant. */
export function inboxCommands(ports: InboxCommandPorts): Commands {
  const { inbox, prompts, diffs } = ports;
  const onOne =
    (action: (row: InboxRow) => unknown) =>
    async (argument: unknown, selected: unknown): Promise<void> => {
      const [row] = await targets(ports, argument, selected);
      if (row !== undefined) await action(row);
    };
  const onOpen = (action: (row: OpenRow) => unknown) =>
    onOne(async (row) => (row.kind === 'open' ? await action(row) : await showRow(ports, row)));
  const choosing = (kind: ChoiceKind) => onOpen(async (row) => await choose(ports, row, kind));
  return {
    'bowline.focusApprovals': () => vscode.commands.executeCommand('bowline.inbox.focus'),
    'bowline.showApproval': onOpen(({ request }) => prompts.show(request)),
    'bowline.nextApproval': () => nextApproval(ports),
    'bowline.acceptApproval': async (argument, selected) => {
      await acceptRows(ports, await targets(ports, argument, selected));
    },
    'bowline.declineApproval': async (argument, selected) => {
      await declineRows(ports, await targets(ports, argument, selected));
    },
    'bowline.acceptApprovalForSession': choosing('lasting'),
    'bowline.rememberApproval': choosing('remember'),
    'bowline.applyRehearsal': choosing('apply'),
    'bowline.neverAllow': choosing('never'),
    'bowline.declineAndStop': choosing('cancel'),
    'bowline.rehearseApproval': onOpen(async ({ request }) => await prompts.rehearse(request)),
    'bowline.showApprovalInChat': onOne((row) => showRow(ports, row)),
    'bowline.openApprovalDiff': onOpen(async ({ request }) => await diffs.openDiff(request.params)),
    'bowline.acceptHarmless': () => acceptHarmless(ports, harmlessRows(inbox.rows)),
  };
}

async function showRow({ showThread, showQuestion }: InboxCommandPorts, row: InboxRow): Promise<void> {
  if (row.kind === 'question') await showQuestion(row.request);
  else await showThread(row.kind === 'open' ? row.request.params.threadId : row.request.threadId);
}

/** The rows that a command is about, as they are now: one that was answered meanwhile is not among them. */
async function targets({ inbox }: InboxCommandPorts, argument: unknown, selected: unknown): Promise<InboxRow[]> {
  if (argument === undefined || argument === null) return await keyTargets(inbox);
  const given: readonly unknown[] = Array.isArray(selected) && selected.length > 1 ? selected : [argument];
  return rowsOf(inbox, given);
}

/** A key means all that is selected, or else the row that has the focus, which need not be the one that is selected. */
async function keyTargets(inbox: Inbox): Promise<InboxRow[]> {
  const many = rowsOf(inbox, inbox.selection);
  if (many.length > 1) return many;
  await vscode.commands.executeCommand('list.select');
  return rowsOf(inbox, inbox.selection);
}

function rowsOf(inbox: Inbox, wanted: readonly unknown[]): InboxRow[] {
  const keys = new Set(wanted.map(keyOf));
  return inbox.rows.filter((row) => keys.has(keyOf(row)));
}

/** What tells a row from the others, also of one that was made anew since. */
function keyOf(row: unknown): RequestId | null {
  if (typeof row !== 'object' || row === null) return null;
  const request = 'request' in row ? row.request : row;
  if (typeof request !== 'object' || request === null) return null;
  if ('id' in request) return idOf(request.id);
  const id = 'requestId' in request ? idOf(request.requestId) : null;
  // the server's own ids are unique within a thread only
  return id !== null && 'threadId' in request ? `${String(request.threadId)} ${id}` : id;
}

function idOf(id: unknown): RequestId | null {
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function nextApproval(ports: InboxCommandPorts): unknown {
  const [first] = ports.inbox.rows;
  if (first === undefined) return tell('Bowline: nothing waits for your approval.');
  return first.kind === 'open' ? ports.prompts.show(first.request) : showRow(ports, first);
}

/** What a list shows too little of is read first; whatever remembers or rehearses has its own way there. */
async function choose({ prompts, questions }: InboxCommandPorts, row: OpenRow, kind: ChoiceKind): Promise<void> {
  const wording = questions.wording(row.request);
  const choice = choiceOf(wording, kind);
  if (choice === undefined) return;
  const isYes = wording.accepts.includes(choice) && kind !== 'apply';
  if (isYes && mustBeRead(wording)) prompts.show(row.request);
  else await prompts.choose(row.request, choice);
}

async function acceptRows(ports: InboxCommandPorts, rows: readonly InboxRow[]): Promise<void> {
  const open = rows.filter((row) => row.kind === 'open');
  const [only] = open;
  if (only !== undefined && open.length === 1) await choose(ports, only, 'once');
  else if (open.length > 1) await acceptBatch(ports, open, 'the selected approvals');
  else if (rows[0] !== undefined) await showRow(ports, rows[0]);
}

async function acceptHarmless(ports: InboxCommandPorts, rows: readonly OpenRow[]): Promise<void> {
  if (rows.length === 0) tell('Bowline: nothing harmless waits for your approval.');
  else await acceptBatch(ports, rows, 'all that is harmless');
}

/** Asks once, with all of it in sight; what has been answered meanwhile is left alone. */
async function acceptBatch(ports: InboxCommandPorts, rows: readonly OpenRow[], what: string): Promise<void> {
  const batch = batchOf(rows);
  const count = batch.accepted.length;
  if (count === 0) {
    tell('Bowline: each of these must be read by itself. Press Enter on one to answer it.');
    return;
  }
  const accept = count === 1 ? 'Accept 1' : `Accept ${count}`;
  const options = { modal: true, detail: batchWords(batch) };
  if ((await vscode.window.showWarningMessage(`Accept ${what}?`, options, accept)) !== accept) return;
  for (const { request } of batch.accepted) {
    if (!ports.questions.isOpen(request)) continue;
    const choice = choiceOf(ports.questions.wording(request), 'once');
    if (choice !== undefined) ports.questions.answer(request, choice.answer);
  }
}

async function declineRows(ports: InboxCommandPorts, rows: readonly InboxRow[]): Promise<void> {
  const open = rows.filter((row) => row.kind === 'open');
  if (open.length > 1) {
    const detail = open.map(({ wording }) => `• ${wording.summary}`).join('\n');
    const decline = `Decline ${open.length}`;
    const question = 'Decline the selected approvals?';
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, decline)) !== decline) return;
  }
  for (const { request, wording } of open) {
    if (ports.questions.isOpen(request)) ports.questions.answer(request, wording.decline.answer);
  }
}

function tell(message: string): void {
  void vscode.window.showInformationMessage(message);
}
