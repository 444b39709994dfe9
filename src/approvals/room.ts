// The approvals room: questions, prompts, inbox and alerts, put together.
import * as vscode from 'vscode';
import type { ServerNotification, ApprovalRequest, QuestionRequest } from '../../server/protocol/methods.ts';
import type { Commands } from '../commands.ts';
import { Disposables, type Event } from '../emitter.ts';
import type { Host } from '../host.ts';
import { ApprovalAlerts } from './alerts.ts';
import { Inbox, type InboxCounts } from './inbox.ts';
import { inboxCommands } from './inboxCommands.ts';
import { LinkNotifications } from './linkNotification.ts';
import { ApprovalPrompts, type PromptDiffs } from './prompt.ts';
import { Questions } from './questions.ts';
import { SuspendedRequests } from './suspended.ts';

export interface ApprovalsPorts {
  readonly diffs: PromptDiffs;
  /** Absolute paths of the workspace's folders. */
  readonly folders: () => readonly string[];
  /** Shows a thread in the chat, asking the user where that takes it from another process. */
  readonly showThread: (threadId: string) => Promise<void>;
  /** Shows the card of a question of the agent. */
  readonly showQuestion: (request: QuestionRequest) => Promise<void>;
}

export interface ApprovalsRoom extends vscode.Disposable {
  readonly commands: Commands;
  readonly counts: InboxCounts;
  readonly onDidCount: Event<InboxCounts>;
}

/** Asks for every request of the server, and lists what waits, until the result is disposed. */
export function buildApprovals(host: Host, ports: ApprovalsPorts): ApprovalsRoom {
  const { diffs, folders, showThread, showQuestion } = ports;
  const owned = new Disposables();
  const { server, store, log, settings } = host;
  const questions = owned.add(new Questions(host));
  const prompts = owned.add(new ApprovalPrompts(host, questions, diffs));
  const suspended = owned.add(new SuspendedRequests({ server, store, folders, log }));
  const inbox = owned.add(new Inbox({ questions, suspended, store, folders }));
  const pointer = owned.add(new EditorPointer(questions));
  owned.add(
    new ApprovalAlerts({
      onDidAsk: prompts.onDidAsk,
      isOpen: (request) => questions.isOpen(request),
      wording: (request) => questions.wording(request),
      isFocused: () => vscode.window.state.focused,
      mayUseDesktop: () => settings().desktopNotification && isUserHere(),
      // the other ways to ask are notifications themselves
      showInEditor: (requests) => {
        if (settings().approvalsPresentation === 'modal') pointer.show(requests);
      },
      platform: process.platform,
      log,
    }),
  );
  owned.add(server.onDidNotify(tellStaleRehearsal));
  return {
    commands: inboxCommands({ inbox, prompts, questions, diffs, showThread, showQuestion }),
    get counts() {
      return inbox.counts;
    },
    onDidCount: inbox.onDidCount,
    dispose: () => owned.dispose(),
  };
}

/** The mark of the server's warning that a rehearsal was not applied; the question is asked again by itself. */
const STALE = ' (rehearsalStale)';

function tellStaleRehearsal({ method, params }: ServerNotification): void {
  if (method !== 'warning' || !params.message.includes(STALE)) return;
  const message = `Bowline: ${params.message.replace(STALE, '')} Rehearse it again, or decide without.`;
  void vscode.window.showWarningMessage(message);
}

/** Whether this process runs on the machine that the user sits at. */
function isUserHere(): boolean {
  return vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
}

/** A notification of the editor that points to the inbox, for as long as one of its questions waits. */
class EditorPointer implements vscode.Disposable {
  readonly #questions: Questions;
  readonly #notifications = new LinkNotifications();
  readonly #owned = new Disposables();
  #told: readonly ApprovalRequest[] = [];

  constructor(questions: Questions) {
    this.#questions = questions;
    this.#owned.add(this.#notifications);
    this.#owned.add(
      questions.onDidChange(() => {
        if (!this.#told.some((request) => questions.isOpen(request))) this.#close();
      }),
    );
  }

  show(requests: readonly ApprovalRequest[]): void {
    this.#told = [...this.#told.filter((request) => this.#questions.isOpen(request)), ...requests];
    const count = this.#told.length;
    if (count === 0) return;
    const what = count === 1 ? 'an approval' : `${count} approvals`;
    const text = `Bowline waits for ${what}. [Show Approvals](command:bowline.focusApprovals)`;
    void this.#notifications.show('pointer', text, () => this.#close());
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #close(): void {
    this.#told = [];
    this.#notifications.close('pointer');
  }
}
