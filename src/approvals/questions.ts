// The open questions as everyone who puts them to the user needs them: with their words, their thread, and one way to answer.
import * as vscode from 'vscode';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { Rehearsal } from '../../server/protocol/schema/safety.ts';
import { visible } from '../../server/protocol/shownText.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import { Disposables, Emitter } from '../emitter.ts';
import type { Host } from '../host.ts';
import { threadTitle, UNTITLED } from '../threads/threadRows.ts';
import type { Answer, ApprovalWording } from './choice.ts';
import { withRehearsal } from './rehearsalWords.ts';
import { approvalWording } from './wording.ts';

export class Questions implements vscode.Disposable {
  readonly #host: Pick<Host, 'store' | 'chat'>;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  /** What was tried of a request while it waits. */
  readonly #rehearsals = new Map<RequestId, Rehearsal>();

  /** A question was opened, answered or rehearsed, or what it says has changed. */
  readonly onDidChange = this.#changed.event;

  constructor(host: Pick<Host, 'store' | 'chat'>) {
    this.#host = host;
    const { store } = host;
    this.#owned.add(this.#changed);
    this.#owned.add(store.onDidOpenRequest(() => this.#changed.fire()));
    this.#owned.add(
      store.onDidResolveRequest(({ requestId }) => {
        this.#rehearsals.delete(requestId);
        this.#changed.fire();
      }),
    );
    this.#owned.add(
      store.onDidChangeThread(({ notification }) => {
        if (notification?.method === 'thread/name/updated' && this.all().length > 0) this.#changed.fire();
      }),
    );
  }

  /** Calls the listener with each request that needs no answer any more. */
  onDidResolve(listener: (requestId: RequestId) => void): vscode.Disposable {
    return this.#host.store.onDidResolveRequest(({ requestId }) => listener(requestId));
  }

  /** All that wait, oldest first. */
  all(): ApprovalRequest[] {
    return this.#host.store.openRequests();
  }

  find(requestId: RequestId): ApprovalRequest | undefined {
    return this.all().find(({ id }) => id === requestId);
  }

  isOpen(request: ApprovalRequest): boolean {
    return this.#host.store.isOpen(request.id);
  }

  /** Its words, with what a rehearsal has shown. */
  wording(request: ApprovalRequest): ApprovalWording {
    const wording = approvalWording(request, this.#host.store.get(request.params.threadId));
    const rehearsal = this.#rehearsals.get(request.id);
    return rehearsal === undefined ? wording : withRehearsal(wording, rehearsal);
  }

  /** The same, naming the thread unless the chat shows it. */
  wordingWithThread(request: ApprovalRequest): ApprovalWording {
    const wording = this.wording(request);
    if (this.#host.chat.shownThreadId === request.params.threadId) return wording;
    return { ...wording, detail: `${wording.detail}\n\nThread: ${visible(this.titleOf(request))}` };
  }

  titleOf({ params: { threadId } }: { readonly params: { readonly threadId: string } }): string {
    const state = this.#host.store.get(threadId);
    if (state === undefined) return UNTITLED;
    const { thread } = state;
    // of a thread that was just started nothing is told but what happens in it
    return threadTitle(thread.preview === '' ? { ...thread, preview: firstMessage(state) } : thread);
  }

  rehearsed(request: ApprovalRequest): Rehearsal | undefined {
    return this.#rehearsals.get(request.id);
  }

  keep(request: ApprovalRequest, rehearsal: Rehearsal): void {
    if (!this.isOpen(request)) return;
    this.#rehearsals.set(request.id, rehearsal);
    this.#changed.fire();
  }

  /** The first answer wins, wherever it is given; one that comes too late is told. */
  answer(request: ApprovalRequest, answer: Answer): void {
    if (this.#host.store.answer(request.id, answer) === 'tooLate') tellTooLate();
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** What was first asked in a thread. */
function firstMessage({ turns }: ThreadState): string {
  const message = turns.flatMap(({ items }) => items).find((item) => item.type === 'userMessage');
  return message?.content.find((part) => part.type === 'text')?.text ?? '';
}

export function tellTooLate(): void {
  void vscode.window.showInformationMessage(
    'Your answer came too late and was discarded: the request was answered elsewhere, or its turn has ended.',
  );
}
