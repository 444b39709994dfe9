// Points to the agent's questions that nobody can see: a notification of the editor that leads to the card in the chat.
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { QuestionRequest } from '../../server/protocol/methods.ts';
import { oneLine, visible } from '../../server/protocol/shownText.ts';
import { withoutLinks } from '../approvals/shortText.ts';
import { Disposables, type Disposable, type Event } from '../emitter.ts';
import type { ThreadStore } from '../threads/threadStore.ts';

export interface QuestionAlertPorts {
  readonly store: Pick<ThreadStore, 'onDidOpenQuestion' | 'onDidResolveRequest' | 'openQuestions'>;
  readonly chat: { readonly isVisible: boolean; readonly shownThreadId: string | null };
  readonly onDidShowThread: Event<void>;
  readonly notifications: {
    show(requestId: RequestId, title: string, onCancel: () => void): Promise<void>;
    close(requestId: RequestId): void;
  };
  readonly failed: (error: unknown) => void;
}

export class QuestionAlerts implements Disposable {
  readonly #ports: QuestionAlertPorts;
  readonly #owned = new Disposables();
  /** A thread that is read anew tells of its open questions again. */
  readonly #known = new Set<RequestId>();

  constructor(ports: QuestionAlertPorts) {
    this.#ports = ports;
    const { store, notifications } = ports;
    this.#owned.add(store.onDidOpenQuestion(({ request }) => this.#opened(request)));
    this.#owned.add(
      store.onDidResolveRequest(({ requestId }) => {
        if (this.#known.delete(requestId)) notifications.close(requestId);
      }),
    );
    this.#owned.add(
      ports.onDidShowThread(() => {
        for (const request of store.openQuestions()) if (this.#isSeen(request)) notifications.close(request.id);
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #opened(request: QuestionRequest): void {
    if (this.#known.has(request.id)) return;
    this.#known.add(request.id);
    if (this.#isSeen(request)) return;
    // closing a pointer to the chat answers nothing
    this.#ports.notifications.show(request.id, alertText(request), () => undefined).catch(this.#ports.failed);
  }

  #isSeen({ params: { threadId } }: QuestionRequest): boolean {
    const { chat } = this.#ports;
    return chat.isVisible && chat.shownThreadId === threadId;
  }
}

export function alertText({ id, params: { questions } }: QuestionRequest): string {
  const args = encodeURIComponent(JSON.stringify([{ requestId: id }]));
  const more = questions.length > 1 ? ` (and ${questions.length - 1} more)` : '';
  return `Bowline asks: ${questionWords(questions)}${more} [Answer in the Chat](command:bowline.answerQuestion?${args})`;
}

/** The first question in one line. */
export function questionWords(questions: QuestionRequest['params']['questions']): string {
  return withoutLinks(visible(oneLine((questions[0]?.question ?? '').replace(/\s+/g, ' '), 120)));
}
