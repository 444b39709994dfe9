// Puts the server's questions to the user: as a modal, as a notification, or by pointing to the card in the chat.
import * as vscode from 'vscode';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ServerRequest } from '../../server/protocol/methods.ts';
import { messageOf } from '../../server/protocol/errors.ts';
import { visible } from '../../server/protocol/shownText.ts';
import type { DiffServices } from '../chat/hostServices.ts';
import { Disposables } from '../emitter.ts';
import type { Host } from '../host.ts';
import { threadTitle } from '../threads/threadRows.ts';
import { TypingPause } from './typingPause.ts';
import { approvalWording, choicesOf, type ApprovalChoice, type ApprovalWording } from './wording.ts';

const ANSWER_COMMAND = 'bowline.answerApproval';

/** A button of a modal: it answers, or it shows more and leaves the request open. */
interface Button extends vscode.MessageItem {
  readonly does: ApprovalChoice | 'showInChat' | 'showDiff';
}

/** Asks for every request of the server until the result is disposed. The first answer wins, wherever it is given. */
export function registerApprovals(host: Host, diffs: Pick<DiffServices, 'openDiff'>): vscode.Disposable {
  return new ApprovalPrompts(host, diffs);
}

class ApprovalPrompts implements vscode.Disposable {
  readonly #host: Host;
  readonly #diffs: Pick<DiffServices, 'openDiff'>;
  readonly #owned = new Disposables();
  /** Open requests that were put to the user: a thread that is read anew tells of its open ones again. */
  readonly #asked = new Set<RequestId>();
  /** Requests that wait for a modal: VS Code shows one at a time, and none can be closed by us. */
  readonly #queue: ServerRequest[] = [];
  /** Notifications that are shown; calling one closes it. */
  readonly #notifications = new Map<RequestId, () => void>();
  readonly #pause: TypingPause;
  #isModalOpen = false;
  #isDisposed = false;

  constructor(host: Host, diffs: Pick<DiffServices, 'openDiff'>) {
    this.#host = host;
    this.#pause = this.#owned.add(new TypingPause());
    this.#owned.add(host.drafts.onDidType(() => this.#pause.typed()));
    this.#owned.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        // what is read anew from disk is not dirty: the agent wrote it, not the user
        if (contentChanges.length > 0 && document.isDirty) this.#pause.typed();
      }),
    );
    this.#diffs = diffs;
    this.#owned.add(host.store.onDidOpenRequest(({ request }) => this.#opened(request)));
    this.#owned.add(
      host.store.onDidResolveRequest(({ requestId }) => {
        this.#asked.delete(requestId);
        this.#notifications.get(requestId)?.();
      }),
    );
    this.#owned.add(
      vscode.commands.registerCommand(ANSWER_COMMAND, (requestId: RequestId, index: number) =>
        this.#answerByLink(requestId, index),
      ),
    );
    for (const request of host.store.openRequests()) this.#opened(request);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#queue.length = 0;
    for (const close of this.#notifications.values()) close();
    this.#owned.dispose();
  }

  #opened(request: ServerRequest): void {
    if (this.#asked.has(request.id)) return;
    this.#asked.add(request.id);
    this.#present(request);
  }

  #present(request: ServerRequest): void {
    switch (this.#host.settings().approvalsPresentation) {
      case 'modal':
        this.#queue.push(request);
        this.#run(this.#showModals());
        return;
      case 'notification':
        this.#run(this.#notify(request, this.#wording(request)));
        return;
      case 'chat':
        if (!this.#isCardVisible(request)) this.#run(this.#notify(request, null));
        return;
    }
  }

  /** Shows the queued requests one after the other, each only if it still waits. */
  async #showModals(): Promise<void> {
    if (this.#isModalOpen) return;
    this.#isModalOpen = true;
    try {
      for (let request = this.#queue.shift(); request !== undefined; request = this.#queue.shift()) {
        await this.#pause.wait();
        // one that fails leaves its card in the chat and must not keep the others waiting
        if (!this.#host.store.isOpen(request.id)) continue;
        if (this.#host.settings().approvalsPresentation !== 'modal') this.#present(request);
        else await this.#showModal(request).catch((error: unknown) => this.#failed(error));
      }
    } finally {
      this.#isModalOpen = false;
    }
  }

  async #showModal(request: ServerRequest): Promise<void> {
    const { question, detail, accepts, decline, cancel } = this.#wording(request);
    const isPatch = request.method === 'item/fileChange/requestApproval';
    const buttons: Button[] = [
      ...accepts.map((choice) => buttonOf(choice)),
      ...(isPatch ? [{ title: 'Show Diff', does: 'showDiff' } as const] : []),
      { title: 'Show in Chat', does: 'showInChat' },
      buttonOf(cancel),
      { ...buttonOf(decline), isCloseAffordance: true },
    ];
    const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...buttons);
    if (this.#isDisposed) return;
    // a key that was pressed once too often must not answer the next one
    this.#pause.typed();
    switch (chosen?.does) {
      case 'showInChat':
        await this.#host.chat.show(request.params.threadId);
        return;
      case 'showDiff':
        // the question stays at hand beside the diff
        this.#run(this.#notify(request, this.#wording(request)));
        await this.#diffs.openDiff(request.params);
        return;
      default:
        this.#answer(request, chosen?.does ?? decline);
    }
  }

  /**
   * A notification that can be closed when the request is answered elsewhere: its choices are links, its cancel button declines.
   * Without a wording it only points to the chat.
   */
  async #notify(request: ServerRequest, wording: ApprovalWording | null): Promise<void> {
    const { store } = this.#host;
    const title =
      wording === null ? `Bowline waits for your approval ${linkToChat(request)}.` : notificationOf(request, wording);
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, cancellable: true, title },
      async (_progress, token) => {
        const closed = Promise.withResolvers<void>();
        this.#notifications.set(request.id, closed.resolve);
        const listening = token.onCancellationRequested(() => {
          if (wording !== null && store.isOpen(request.id)) this.#answer(request, wording.decline);
          closed.resolve();
        });
        if (!store.isOpen(request.id)) closed.resolve();
        await closed.promise;
        listening.dispose();
        this.#notifications.delete(request.id);
      },
    );
  }

  #isCardVisible(request: ServerRequest): boolean {
    const { chat } = this.#host;
    return chat.isVisible && chat.shownThreadId === request.params.threadId;
  }

  #answerByLink(requestId: RequestId, index: number): void {
    const request = this.#host.store.openRequests().find(({ id }) => id === requestId);
    if (request === undefined) {
      this.#tellTooLate();
      return;
    }
    const choice = choicesOf(this.#wording(request))[index];
    if (choice !== undefined) this.#answer(request, choice);
  }

  #answer(request: ServerRequest, choice: ApprovalChoice): void {
    const outcome = this.#host.store.answer(request.id, { decision: choice.decision });
    if (outcome === 'tooLate') this.#tellTooLate();
  }

  #tellTooLate(): void {
    void vscode.window.showInformationMessage(
      'Your answer came too late and was discarded: the request was answered elsewhere, or its turn has ended.',
    );
  }

  #wording(request: ServerRequest): ApprovalWording {
    const { store, chat } = this.#host;
    const state = store.get(request.params.threadId);
    const wording = approvalWording(request, state);
    if (state === undefined || chat.shownThreadId === request.params.threadId) return wording;
    return { ...wording, detail: `${wording.detail}\n\nThread: ${visible(threadTitle(state.thread))}` };
  }

  #run(shown: Promise<void>): void {
    shown.catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#host.log.error(`An approval could not be shown: ${messageOf(error)}`);
  }
}

function buttonOf(choice: ApprovalChoice): Button {
  return { title: choice.label, does: choice };
}

/** What is too long to be read there is answered in the chat; it can be refused from anywhere. */
function notificationOf(request: ServerRequest, wording: ApprovalWording): string {
  const choices = choicesOf(wording);
  const offered = wording.brief === null ? choices.filter((choice) => !wording.accepts.includes(choice)) : choices;
  const links = offered.map((choice) => {
    const args = encodeURIComponent(JSON.stringify([request.id, choices.indexOf(choice)]));
    return `[${withoutLinks(choice.label)}](command:${ANSWER_COMMAND}?${args})`;
  });
  const what = wording.brief === null ? `Read all of it ${linkToChat(request)}:` : withoutLinks(wording.brief);
  return `${wording.question} ${what} ${links.join(' · ')}`;
}

/** Shows the thread of the request, with its card; answers nothing by itself. */
function linkToChat({ params: { threadId } }: ServerRequest): string {
  return `[in the chat](command:bowline.openThread?${encodeURIComponent(JSON.stringify([{ threadId }]))})`;
}

/** Notifications read `[text](link)` as a link: what an agent writes must not become one. */
function withoutLinks(text: string): string {
  return text.replace(/[[\]]/g, (bracket) => (bracket === '[' ? '⟦' : '⟧'));
}
