// The questions that the server has put to its clients: the first valid answer wins, a joining client is asked again.
import type { Approver } from '../core/ports.ts';
import type { CommandApprovalDecision, FileChangeApprovalDecision } from '../protocol/schema/approval.ts';
import {
  serverRequests,
  type ServerRequestMethod,
  type ServerRequestParams,
  type ServerRequestResult,
} from '../protocol/methods.ts';
import type { Connection } from './connection.ts';
import type { Fanout } from './fanout.ts';

interface OpenQuestion {
  readonly id: number;
  readonly threadId: string;
  readonly method: ServerRequestMethod;
  readonly params: unknown;
  readonly asked: Set<Connection>;
  /** Takes an answer; `undefined` for one that cannot be used. */
  answer(result: unknown): void;
}

export class ServerRequests implements Approver {
  readonly #fanout: Fanout;
  readonly #open = new Map<number, OpenQuestion>();
  /** Questions whose turn was interrupted: their resolution is told after the turn's end, as the wire has it. */
  readonly #resolvedAfterTurn = new Map<string, number[]>();
  #nextId = 0;

  constructor(fanout: Fanout) {
    this.#fanout = fanout;
  }

  askCommand(
    params: ServerRequestParams<'item/commandExecution/requestApproval'>,
    signal: AbortSignal,
  ): Promise<CommandApprovalDecision | 'failed'> {
    return this.#ask('item/commandExecution/requestApproval', params, signal);
  }

  askFileChange(
    params: ServerRequestParams<'item/fileChange/requestApproval'>,
    signal: AbortSignal,
  ): Promise<FileChangeApprovalDecision | 'failed'> {
    return this.#ask('item/fileChange/requestApproval', params, signal);
  }

  /** Puts the thread's open questions to a client that has just joined it, under their old ids. */
  askAgain(threadId: string, connection: Connection): void {
    for (const question of this.#open.values()) {
      if (question.threadId === threadId && !question.asked.has(connection)) this.#put(question, connection);
    }
  }

  /** A client is gone: what it was asked stays open for the others, or for its return. */
  disconnected(connection: Connection): void {
    for (const question of this.#open.values()) question.asked.delete(connection);
  }

  /** Call after `turn/completed`: tells the resolution of the questions that the turn's end has settled. */
  turnCompleted(threadId: string): void {
    for (const requestId of this.#resolvedAfterTurn.get(threadId) ?? []) this.#tellResolved(threadId, requestId);
    this.#resolvedAfterTurn.delete(threadId);
  }

  #ask<M extends ServerRequestMethod>(
    method: M,
    params: ServerRequestParams<M>,
    signal: AbortSignal,
  ): Promise<ServerRequestResult<M>['decision'] | 'failed'> {
    const { promise, resolve } = Promise.withResolvers<ServerRequestResult<M>['decision'] | 'failed'>();
    const { threadId } = params;
    const id = this.#nextId++;
    const aborted = (): void => {
      if (!this.#close(id)) return;
      this.#resolvedAfterTurn.set(threadId, [...(this.#resolvedAfterTurn.get(threadId) ?? []), id]);
      resolve('failed');
    };
    const answer = (result: unknown): void => {
      const parsed = serverRequests[method].result().safeParse(result);
      if (!this.#close(id)) return;
      signal.removeEventListener('abort', aborted);
      this.#tellResolved(threadId, id);
      resolve(parsed.success ? parsed.data.decision : 'failed');
    };
    const question: OpenQuestion = { id, threadId, method, params, asked: new Set(), answer };
    this.#open.set(id, question);
    if (signal.aborted) {
      aborted();
      return promise;
    }
    signal.addEventListener('abort', aborted, { once: true });
    for (const connection of this.#fanout.subscribers(threadId)) this.#put(question, connection);
    return promise;
  }

  #put(question: OpenQuestion, connection: Connection): void {
    question.asked.add(connection);
    connection.ask(question.id, question.method, question.params).then(
      (result) => question.answer(result),
      () => {
        // A client that refuses or is gone has not consented; the question fails once nobody is left who could answer.
        if (!question.asked.delete(connection) || question.asked.size > 0) return;
        if (connection.isInitialized && connection.follows(question.threadId)) question.answer(undefined);
      },
    );
  }

  /** Closes the question for every client; false when it was closed before. */
  #close(id: number): boolean {
    const question = this.#open.get(id);
    if (question === undefined) return false;
    this.#open.delete(id);
    for (const connection of question.asked) connection.forget(id);
    return true;
  }

  #tellResolved(threadId: string, requestId: number): void {
    this.#fanout.publish({ method: 'serverRequest/resolved', params: { threadId, requestId } });
  }
}
