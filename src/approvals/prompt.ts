// Puts the server's questions to the user: as a modal, as a notification, or by pointing to the card in the chat.
import * as vscode from 'vscode';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import { messageOf } from '../../server/protocol/errors.ts';
import type { DiffServices } from '../chat/hostServices.ts';
import { Disposables, Emitter } from '../emitter.ts';
import type { Host } from '../host.ts';
import { choicesOf, type ApprovalChoice } from './choice.ts';
import { askByDialog, rememberByDialog, type DialogOutcome } from './dialog.ts';
import { ANSWER_COMMAND, chatText, LinkNotifications, questionText } from './linkNotification.ts';
import { PromptQueue } from './promptQueue.ts';
import { tellTooLate, type Questions } from './questions.ts';
import { rehearsedWords } from './rehearsalWords.ts';
import { rehearse, type RehearsalViewer } from './rehearse.ts';
import { TypingPause } from './typingPause.ts';

export type PromptDiffs = Pick<DiffServices, 'openDiff'> & RehearsalViewer;

/** Asks for every request of the server until it is disposed. The first answer wins, wherever it is given. */
export class ApprovalPrompts implements vscode.Disposable {
  readonly #host: Host;
  readonly #questions: Questions;
  readonly #diffs: PromptDiffs;
  readonly #owned = new Disposables();
  /** Open requests that were put to the user: a thread that is read anew tells of its open ones again. */
  readonly #asked = new Set<RequestId>();
  /** VS Code shows one modal at a time, and none can be closed by us. */
  readonly #queue: PromptQueue;
  readonly #notifications: LinkNotifications;
  readonly #pause: TypingPause;
  readonly #put = new Emitter<{ readonly request: ApprovalRequest }>();
  #isModalOpen = false;
  #isDisposed = false;

  /** A question was put to the user for the first time. */
  readonly onDidAsk = this.#put.event;

  constructor(host: Host, questions: Questions, diffs: PromptDiffs) {
    this.#host = host;
    this.#questions = questions;
    this.#diffs = diffs;
    this.#queue = new PromptQueue((request) => questions.wording(request).risk);
    this.#notifications = this.#owned.add(new LinkNotifications());
    this.#owned.add(this.#put);
    this.#pause = this.#owned.add(new TypingPause());
    this.#owned.add(host.drafts.onDidType(() => this.#pause.typed()));
    this.#owned.add(
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        // what is read anew from disk is not dirty: the agent wrote it, not the user
        if (contentChanges.length > 0 && document.isDirty) this.#pause.typed();
      }),
    );
    this.#owned.add(host.store.onDidOpenRequest(({ request }) => this.#opened(request)));
    this.#owned.add(
      host.store.onDidResolveRequest(({ requestId }) => {
        this.#asked.delete(requestId);
        this.#queue.remove(requestId);
        this.#notifications.close(requestId);
      }),
    );
    this.#owned.add(
      vscode.commands.registerCommand(ANSWER_COMMAND, (requestId: RequestId, label: string) =>
        this.#answerByLink(requestId, label),
      ),
    );
    for (const request of questions.all()) this.#opened(request);
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#queue.clear();
    this.#owned.dispose();
  }

  /** Shows a question at once, as a modal. */
  show(request: ApprovalRequest): void {
    this.#queue.add(request, true);
    this.#run(this.#showModals());
  }

  /** Gives an answer of the user, by way of what must be seen before it. */
  async choose(request: ApprovalRequest, choice: ApprovalChoice): Promise<void> {
    if (choice.kind !== 'remember') {
      this.#questions.answer(request, choice.answer);
      return;
    }
    const wording = this.#questions.wordingWithThread(request);
    const answer = await rememberByDialog(request, wording, this.#host.server);
    if (answer !== null) this.#questions.answer(request, answer);
    else if (this.#questions.isOpen(request)) this.show(request);
  }

  /** Tries it in a scratch copy, shows what that did, and asks again. */
  async rehearse(request: ApprovalRequest): Promise<void> {
    const ports = { questions: this.#questions, server: this.#host.server, viewer: this.#diffs };
    const outcome = await rehearse(request, ports);
    if (this.#isDisposed || !this.#questions.isOpen(request)) return;
    // a modal would cover the files that are to be looked at
    if (outcome === 'shown') this.#run(this.#notify(request));
    else if (outcome === 'done') this.show(request);
    else this.#present(request);
  }

  #opened(request: ApprovalRequest): void {
    // one of a thread that is written elsewhere is answered there
    if (this.#asked.has(request.id) || !this.#questions.isOpen(request)) return;
    this.#asked.add(request.id);
    this.#present(request);
    this.#put.fire({ request });
  }

  #present(request: ApprovalRequest): void {
    switch (this.#host.settings().approvalsPresentation) {
      case 'modal':
        this.#queue.add(request);
        this.#run(this.#showModals());
        return;
      case 'notification':
        this.#run(this.#notify(request));
        return;
      case 'chat':
        if (!this.#isCardVisible(request)) this.#run(this.#notifications.show(request.id, chatText(request), ignore));
        return;
    }
  }

  /** Shows the queued requests one after the other, each only if it still waits. */
  async #showModals(): Promise<void> {
    if (this.#isModalOpen) return;
    this.#isModalOpen = true;
    try {
      while (this.#queue.size > 0) {
        if (!this.#queue.hasWanted) await this.#pause.wait();
        const next = this.#queue.next();
        // one that fails leaves its card in the chat and must not keep the others waiting
        if (next === undefined || !this.#questions.isOpen(next.request)) continue;
        const isModal = next.isWanted || this.#host.settings().approvalsPresentation === 'modal';
        if (!isModal) this.#present(next.request);
        else await this.#showModal(next.request).catch((error: unknown) => this.#failed(error));
      }
    } finally {
      this.#isModalOpen = false;
    }
  }

  async #showModal(request: ApprovalRequest): Promise<void> {
    this.#notifications.close(request.id);
    const outcome = await askByDialog(request, this.#questions, this.#host.server);
    if (this.#isDisposed) return;
    // a key that was pressed once too often must not answer the next one
    this.#pause.typed();
    await this.#follow(request, outcome);
  }

  async #follow(request: ApprovalRequest, outcome: DialogOutcome): Promise<void> {
    switch (outcome.type) {
      case 'answer':
        this.#questions.answer(request, outcome.answer);
        return;
      case 'rehearse':
        // the others need not wait until it is done
        this.#run(this.rehearse(request));
        return;
      case 'showInChat':
        await this.#host.chat.show(request.params.threadId);
        return;
      case 'showDiff':
        // the question stays at hand beside the diff
        this.#run(this.#notify(request));
        await this.#diffs.openDiff(request.params);
        return;
      case 'gone':
        tellTooLate();
        return;
    }
  }

  async #notify(request: ApprovalRequest): Promise<void> {
    if (!this.#questions.isOpen(request)) return;
    const wording = this.#questions.wording(request);
    const rehearsal = this.#questions.rehearsed(request);
    const text = questionText(request, wording, rehearsal === undefined ? '' : rehearsedWords(rehearsal));
    await this.#notifications.show(request.id, text, () => {
      if (this.#questions.isOpen(request)) this.#questions.answer(request, wording.decline.answer);
    });
  }

  #isCardVisible(request: ApprovalRequest): boolean {
    const { chat } = this.#host;
    return chat.isVisible && chat.shownThreadId === request.params.threadId;
  }

  async #answerByLink(requestId: RequestId, label: string): Promise<void> {
    const request = this.#questions.find(requestId);
    if (request === undefined) {
      tellTooLate();
      return;
    }
    const choice = choicesOf(this.#questions.wording(request)).find((candidate) => candidate.label === label);
    if (choice !== undefined) await this.choose(request, choice);
  }

  #run(shown: Promise<void>): void {
    shown.catch((error: unknown) => this.#failed(error));
  }

  #failed(error: unknown): void {
    this.#host.log.error(`An approval could not be shown: ${messageOf(error)}`);
  }
}

function ignore(): void {
  // closing a pointer to the chat answers nothing
}
