// The server's requests that wait for an answer, whoever gives it: a modal, a card in the chat, a notification.
import { ProtocolError } from '../../server/protocol/errors.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { UserRequest } from '../../server/protocol/methods.ts';

interface Waiting {
  readonly request: UserRequest;
  /** More than one when the server sent the request again after a resume. */
  readonly replies: PromiseWithResolvers<unknown>[];
}

/** Holds each request until it is answered or needs no answer any more. */
export class OpenRequests {
  readonly #waiting = new Map<RequestId, Waiting>();

  /** Keeps the request; `answer` is what the server is told. `isNew` is false for one that was sent again. */
  open(request: UserRequest): { readonly isNew: boolean; readonly answer: Promise<unknown> } {
    const reply = Promise.withResolvers<unknown>();
    const known = this.#waiting.get(request.id);
    if (known === undefined) this.#waiting.set(request.id, { request, replies: [reply] });
    else known.replies.push(reply);
    return { isNew: known === undefined, answer: reply.promise };
  }

  get(id: RequestId): UserRequest | undefined {
    return this.#waiting.get(id)?.request;
  }

  /** All that wait, oldest first. */
  all(): UserRequest[] {
    return [...this.#waiting.values()].map(({ request }) => request);
  }

  ofThread(threadId: string): UserRequest[] {
    return this.all().filter(({ params }) => params.threadId === threadId);
  }

  /** Gives the answer; undefined when the request does not wait any more. */
  answer(id: RequestId, result: unknown): UserRequest | undefined {
    return this.#take(id, (reply) => reply.resolve(result));
  }

  /** Lets go of a request that needs no answer any more; undefined when it did not wait. */
  drop(id: RequestId): UserRequest | undefined {
    // the server ignores an answer to a request that it has resolved
    const reason = new ProtocolError('invalidRequest', 'The request was resolved before it was answered.');
    return this.#take(id, (reply) => reply.reject(reason));
  }

  #take(id: RequestId, settle: (reply: PromiseWithResolvers<unknown>) => void): UserRequest | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(id);
    waiting.replies.forEach(settle);
    return waiting.request;
  }
}
