// Puts the server's questions to the user: as a modal, as a notification, or by pointing to the card in the chat.
import * as vscode from 'vscode';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ServerRequest } from '../../server/protocol/methods.ts';
import { messageOf } from '../../server/protocol/errors.ts';
import { Disposables } from '../emitter.ts';
import type { Host } from '../host.ts';
import { approvalWording, visible, type ApprovalChoice, type ApprovalWording } from './wording.ts';

const ANSWER_COMMAND = 'bowline.answerApproval';
const SHOW_IN_CHAT = 'Show in Chat';

/** Asks for every request of the server until the result is disposed. The first answer wins, wherever it is given. */
export function registerApprovals(host: Host): vscode.Disposable {
  return new ApprovalPrompts(host);
}

class ApprovalPrompts implements vscode.Disposable {
  readonly #host: Host;
  readonly #owned = new Disposables();
  /** Requests that wait for a modal: VS Code shows one at a time, and none can be closed by us. */
  readonly #queue: ServerRequest[] = [];
  /** Notifications that are shown; calling one closes it. */
  readonly #notifications = new Map<RequestId, () => void>();
  #isModalOpen = false;
  #isDisposed = false;

  constructor(host: Host) {
    this.#host = host;
    this.#owned.add(host.store.onDidOpenRequest(({ request }) => this.#opened(request)));
    this.#owned.add(host.store.onDidResolveRequest(({ requestId }) => this.#notifications.get(requestId)?.()));
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
    switch (this.#host.settings().approvalsPresentation) {
      case 'modal':
        this.#queue.push(request);
        this.#run(this.#showModals());
        return;
      case 'notification':
        this.#run(this.#notify(request, this.#wording(request)));
        return;
      case 'chat':
        if (!this.#isCardVisible(request)) this.#run(this.#notify(request, this.#pointer(request)));
        return;
    }
  }

  /** Shows the queued requests one after the other, each only if it still waits. */
  async #showModals(): Promise<void> {
    if (this.#isModalOpen) return;
    this.#isModalOpen = true;
    try {
      for (let request = this.#queue.shift(); request !== undefined; request = this.#queue.shift()) {
        if (this.#host.store.isOpen(request.id)) await this.#showModal(request);
      }
    } finally {
      this.#isModalOpen = false;
    }
  }

  async #showModal(request: ServerRequest): Promise<void> {
    const { question, detail, accepts, decline, cancel } = this.#wording(request);
    const chosen = await vscode.window.showWarningMessage(
      question,
      { modal: true, detail },
      ...accepts.map(({ label }) => ({ title: label })),
      { title: SHOW_IN_CHAT },
      { title: cancel.label },
      { title: decline.label, isCloseAffordance: true },
    );
    if (this.#isDisposed) return;
    if (chosen?.title === SHOW_IN_CHAT) {
      await this.#host.chat.show(request.params.threadId);
      return;
    }
    const choice = [...accepts, cancel].find(({ label }) => label === chosen?.title) ?? decline;
    this.#answer(request, choice);
  }

  /** A notification that can be closed when the request is answered elsewhere: its choices are links, its cancel button declines. */
  async #notify(
    request: ServerRequest,
    { question, detail, accepts, decline, cancel }: ApprovalWording,
  ): Promise<void> {
    const links = accepts.length === 0 ? [] : linksOf(request.id, [...accepts, decline, cancel]);
    const firstLine = detail.split('\n', 1)[0] ?? '';
    const title = `${question} ${withoutLinks(firstLine)} ${links.join(' · ')}`;
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, cancellable: true, title },
      async (_progress, token) => {
        const closed = Promise.withResolvers<void>();
        this.#notifications.set(request.id, closed.resolve);
        const listening = token.onCancellationRequested(() => {
          if (accepts.length > 0 && this.#host.store.isOpen(request.id)) this.#answer(request, decline);
          closed.resolve();
        });
        if (!this.#host.store.isOpen(request.id)) closed.resolve();
        await closed.promise;
        listening.dispose();
        this.#notifications.delete(request.id);
      },
    );
  }

  /** Says that the chat holds a question; answers nothing by itself. */
  #pointer(request: ServerRequest): ApprovalWording {
    const wording = this.#wording(request);
    return {
      ...wording,
      question: 'Bowline waits for your approval [in the chat](command:bowline.focusChat).',
      accepts: [],
    };
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
    const { accepts, decline, cancel } = this.#wording(request);
    const choice = [...accepts, decline, cancel][index];
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
    return approvalWording(request, this.#host.store.get(request.params.threadId));
  }

  #run(shown: Promise<void>): void {
    shown.catch((error: unknown) => this.#host.log.error(`An approval could not be shown: ${messageOf(error)}`));
  }
}

function linksOf(requestId: RequestId, choices: readonly ApprovalChoice[]): string[] {
  return choices.map(
    ({ label }, index) =>
      `[${label}](command:${ANSWER_COMMAND}?${encodeURIComponent(JSON.stringify([requestId, index]))})`,
  );
}

/** Notifications read `[text](link)` as a link: what an agent writes must not become one. */
function withoutLinks(text: string): string {
  return visible(text)
    .replace(/[[\]]/g, (bracket) => (bracket === '[' ? '⟦' : '⟧'))
    .slice(0, 200);
}
