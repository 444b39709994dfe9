// The words of an approval: what is asked, where, why, and the choices, for whoever shows it.
import type { ServerRequest } from '../../server/protocol/methods.ts';
import type { CommandApprovalDecision, FileChangeApprovalDecision } from '../../server/protocol/schema/approval.ts';
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';
import { commandText, visible } from '../../server/protocol/shownText.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';

type Decision = CommandApprovalDecision | FileChangeApprovalDecision;

/** One choice: what its button says and what the server is told. */
export interface ApprovalChoice {
  readonly label: string;
  readonly decision: Decision;
}

export interface ApprovalWording {
  /** The question, in one line. */
  readonly question: string;
  /** What exactly, where, and why; several lines. */
  readonly detail: string;
  /** All of what exactly, in one line; null when it is too long for one, so that nobody allows what they have not seen. */
  readonly brief: string | null;
  /** Choices that let it happen, most wanted first; may be empty. */
  readonly accepts: readonly ApprovalChoice[];
  /** Refuses and lets the turn go on; also what Escape means. */
  readonly decline: ApprovalChoice;
  /** Refuses and ends the turn. */
  readonly cancel: ApprovalChoice;
}

const LONGEST_BRIEF = 200;
const LONGEST_COMMAND = 1200;
const MOST_LINES = 30;
const LONGEST_PREFIX = 60;
const MOST_FILES = 12;

/** All choices, in the order in which they are offered. */
export function choicesOf({ accepts, decline, cancel }: ApprovalWording): ApprovalChoice[] {
  return [...accepts, decline, cancel];
}

/** The words for a request of the server. `state` gives the files of a patch. */
export function approvalWording(request: ServerRequest, state: ThreadState | undefined): ApprovalWording {
  switch (request.method) {
    case 'item/commandExecution/requestApproval':
      return commandWording(request.params);
    case 'item/fileChange/requestApproval':
      return fileChangeWording(request.params, changesOf(state, request.params.itemId));
  }
}

type CommandParams = Extract<ServerRequest, { method: 'item/commandExecution/requestApproval' }>['params'];
type FileParams = Extract<ServerRequest, { method: 'item/fileChange/requestApproval' }>['params'];

function commandWording(params: CommandParams): ApprovalWording {
  const command = visible(params.command ? commandText(params.command) : '(unknown command)');
  const where = params.cwd ? `\n\nIn: ${visible(params.cwd)}` : '';
  const why = params.reason ? `\n\nWhy: ${visible(params.reason)}` : '';
  const offered = params.availableDecisions ?? ['accept', 'acceptForSession'];
  return {
    question: 'Bowline wants to run a command. Allow it?',
    detail: `${shortened(command)}${where}${why}`,
    brief: briefOf(command.trim().replaceAll('\n', ' ⏎ ')),
    accepts: offered.flatMap((decision) => acceptOf(decision, 'Run', 'Run and Allow for This Session')),
    decline: { label: 'Decline', decision: 'decline' },
    cancel: { label: 'Decline and Stop', decision: 'cancel' },
  };
}

function briefOf(text: string): string | null {
  return text.length > LONGEST_BRIEF ? null : text;
}

/** A dialog cannot be scrolled everywhere: a command that is too long for one says so at its end. */
function shortened(command: string): string {
  const short = command.slice(0, LONGEST_COMMAND).split('\n').slice(0, MOST_LINES).join('\n').trimEnd();
  const hidden = command.trimEnd().length - short.length;
  return hidden > 0 ? `${short}\n… ${hidden} more characters; show it in the chat to read all of it.` : command;
}

function acceptOf(decision: Decision, once: string, session: string): ApprovalChoice[] {
  if (decision === 'accept') return [{ label: once, decision }];
  if (decision === 'acceptForSession') return [{ label: session, decision }];
  if (typeof decision === 'object' && 'acceptWithExecpolicyAmendment' in decision) {
    const prefix = decision.acceptWithExecpolicyAmendment.execpolicy_amendment.join(' ');
    const shown = visible(prefix).replace(/\s+/g, ' ');
    const short = shown.length > LONGEST_PREFIX ? `${shown.slice(0, LONGEST_PREFIX)}…` : shown;
    return [{ label: `${once} and Always Allow “${short}”`, decision }];
  }
  return [];
}

function fileChangeWording(params: FileParams, changes: readonly FileUpdateChange[]): ApprovalWording {
  const shown = changes
    .slice(0, MOST_FILES)
    .map((change) => `${verbOf(change)} ${visible(change.path)}${targetOf(change)}`);
  if (changes.length > MOST_FILES) shown.push(`… and ${changes.length - MOST_FILES} more files`);
  const why = params.reason ? `\n\nWhy it asks: ${visible(params.reason)}` : '';
  const root = params.grantRoot ? `\n\nAllowing it for this session covers: ${visible(params.grantRoot)}` : '';
  const count = changes.length === 1 ? 'one file' : `${changes.length} files`;
  return {
    question:
      changes.length === 0 ? 'Bowline wants to change files. Allow it?' : `Bowline wants to change ${count}. Allow it?`,
    detail: `${shown.join('\n')}${why}${root}`.trim(),
    brief: changes.length === 0 || changes.length > MOST_FILES ? null : briefOf(shown.join(', ')),
    accepts: [
      { label: 'Apply', decision: 'accept' },
      { label: 'Apply and Allow These Files for This Session', decision: 'acceptForSession' },
    ],
    decline: { label: 'Decline', decision: 'decline' },
    cancel: { label: 'Decline and Stop', decision: 'cancel' },
  };
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

function targetOf({ kind }: FileUpdateChange): string {
  return kind.type === 'update' && kind.move_path !== null ? ` → ${visible(kind.move_path)}` : '';
}

function changesOf(state: ThreadState | undefined, itemId: string): readonly FileUpdateChange[] {
  const item = state?.turns.flatMap((turn) => turn.items).find((candidate) => candidate.id === itemId);
  return item?.type === 'fileChange' ? item.changes : [];
}
