// The questions that the server has put to its clients: the first valid answer wins, a joining client is asked again.
import { MOOT, type Approver, type Asking } from '../core/ports.ts';
import type {
  CommandApprovalDecision,
  FileChangeApprovalDecision,
  PermissionsApprovalResult,
} from '../protocol/schema/approval.ts';
import { isConnectionLost, ProtocolError } from '../protocol/errors.ts';
import type { RequestId } from '../protocol/jsonrpc.ts';
import type { ServerRequestMethod, ServerRequestParams, ServerRequestResult } from '../protocol/methods.ts';
import type { DynamicToolCallParams, DynamicToolCallResult } from '../protocol/schema/dynamicTool.ts';
import type { ToolRequestUserInputResult } from '../protocol/schema/userInput.ts';
import type { Rehearsal } from '../protocol/schema/safety.ts';
import { parseAnswer } from '../rpc/peer.ts';
import type { Connection } from './connection.ts';
import type { Fanout } from './fanout.ts';
import { acceptedRehearsal, QuestionRehearsals } from './questionRehearsals.ts';

/** A request that waits for the user. */
export interface OpenRequest {
  readonly id: number;
  readonly threadId: string;
  readonly method: ServerRequestMethod;
  readonly params: Extract<ServerRequestParams<ServerRequestMethod>, { startedAtMs: number }>;
}

interface OpenQuestion {
  readonly id: number;
  readonly threadId: string;
  readonly method: ServerRequestMethod;
  readonly params: ServerRequestParams<ServerRequestMethod>;
  readonly asked: Set<Connection>;
  readonly rehearsals: QuestionRehearsals;
  /** Takes an answer; false if it cannot be used. */
  answer(result: unknown, from: Connection): boolean;
  /** Nobody is left who could answer. */
  fail(): void;
}

/** What stands for an answer that is an error. */
const REFUSED = Symbol('refused');

export class ServerRequests implements Approver {
  readonly #fanout: Fanout;
  readonly #earlierRequests: (threadId: string) => Promise<void>;
  readonly #open = new Map<number, OpenQuestion>();
  /** Questions whose turn is about to be stopped: their answers come too late. */
  readonly #withdrawn = new Set<number>();
  /** Questions whose turn was interrupted: their resolution is told after the turn's end, as the wire has it. */
  readonly #resolvedAfterTurn = new Map<string, number[]>();

  /** `earlierRequests` resolves when the thread's requests that have arrived by then are answered: an answer waits for those before it. */
  constructor(fanout: Fanout, earlierRequests: (threadId: string) => Promise<void>) {
    this.#fanout = fanout;
    this.#earlierRequests = earlierRequests;
  }

  askUser(
    params: ServerRequestParams<'item/tool/requestUserInput'>,
    asking: Asking,
  ): Promise<ToolRequestUserInputResult | 'failed'> {
    return this.#ask('item/tool/requestUserInput', params, asking);
  }

  callTool(params: DynamicToolCallParams, asking: Asking): Promise<DynamicToolCallResult | 'failed'> {
    return this.#ask('item/tool/call', params, asking);
  }

  async askCommand(
    params: ServerRequestParams<'item/commandExecution/requestApproval'>,
    asking: Asking,
  ): Promise<CommandApprovalDecision | 'failed'> {
    const result = await this.#ask('item/commandExecution/requestApproval', params, asking);
    return result === 'failed' ? result : result.decision;
  }

  async askFileChange(
    params: ServerRequestParams<'item/fileChange/requestApproval'>,
    asking: Asking,
  ): Promise<FileChangeApprovalDecision | 'failed'> {
    const result = await this.#ask('item/fileChange/requestApproval', params, asking);
    return result === 'failed' ? result : result.decision;
  }

  askPermissions(
    params: ServerRequestParams<'item/permissions/requestApproval'>,
    asking: Asking,
  ): Promise<PermissionsApprovalResult | 'failed'> {
    return this.#ask('item/permissions/requestApproval', params, asking);
  }

  /** The open approvals of all threads, oldest first. */
  get open(): readonly OpenRequest[] {
    return [...this.#open.values()].flatMap(({ id, threadId, method, params }) =>
      'startedAtMs' in params ? [{ id, threadId, method, params }] : [],
    );
  }

  /** Tries what an open question asks for. */
  rehearse(threadId: string, requestId: RequestId): Promise<Rehearsal> {
    const question = [...this.#open.values()].find(({ id }) => id === requestId);
    if (question?.threadId === threadId) return question.rehearsals.run();
    const message = `no open request ${requestId} of thread ${threadId}`;
    throw new ProtocolError('invalidRequest', message, { kind: 'requestNotFound' });
  }

  /** Puts the thread's open questions to a client that has just joined it, under their old ids. */
  askAgain(threadId: string, connection: Connection): void {
    for (const question of this.#open.values()) {
      if (question.threadId === threadId && !question.asked.has(connection)) this.#put(question, connection);
    }
  }

  /** The thread's turn will be stopped: from now on no answer counts. */
  withdraw(threadId: string): void {
    for (const { id, threadId: of } of this.#open.values()) if (of === threadId) this.#withdrawn.add(id);
  }

  /** A client no longer follows the thread: when it comes back, it is asked again. */
  unsubscribed(threadId: string, connection: Connection): void {
    for (const question of this.#open.values()) {
      if (question.threadId === threadId && question.asked.delete(connection)) connection.forget(question.id);
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
    { id, signal, claim, rehearse }: Asking,
  ): Promise<ServerRequestResult<M> | 'failed'> {
    const { promise, resolve } = Promise.withResolvers<ServerRequestResult<M> | 'failed'>();
    const { threadId } = params;
    const isToolCall = method === 'item/tool/call';
    const aborted = (): void => {
      if (!this.#close(id)) return;
      if (signal.reason === MOOT) this.#tellResolved(threadId, id);
      else if (!isToolCall)
        this.#resolvedAfterTurn.set(threadId, [...(this.#resolvedAfterTurn.get(threadId) ?? []), id]);
      resolve('failed');
    };
    const settle = (result: ServerRequestResult<M> | 'failed', from: Connection | null): void => {
      if (!this.#close(id)) return;
      signal.removeEventListener('abort', aborted);
      const mayCount = claim?.() ?? true;
      if (isToolCall) tellOthers(question, from);
      else this.#tellResolved(threadId, id);
      resolve(mayCount ? result : 'failed');
    };
    const answer = (result: unknown, from: Connection): boolean => {
      const parsed = parseAnswer(method, result);
      if (parsed !== null) settle(parsed, from);
      return parsed !== null;
    };
    const fail = (): void => settle('failed', null);
    const rehearsals = new QuestionRehearsals(rehearse ?? null);
    const question: OpenQuestion = { id, threadId, method, params, asked: new Set(), rehearsals, answer, fail };
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
      (result) => this.#answered(question, connection, result),
      (error: unknown) => {
        // Who is gone has not answered: the question stays open for the others, or for its return.
        if (!isConnectionLost(error)) void this.#answered(question, connection, REFUSED);
      },
    );
  }

  /** Takes an answer, after the thread's requests that came before it. One that cannot be used is no consent, but leaves the word to the others. */
  async #answered(question: OpenQuestion, connection: Connection, result: unknown): Promise<void> {
    await this.#earlierRequests(question.threadId);
    if (this.#withdrawn.has(question.id)) return;
    const rehearsalId = acceptedRehearsal(result);
    const obstacle = rehearsalId === null ? null : await question.rehearsals.obstacle(rehearsalId);
    if (obstacle !== null) return this.#keepAsking(question, connection, obstacle);
    if (this.#withdrawn.has(question.id) || (result !== REFUSED && question.answer(result, connection))) return;
    if (question.asked.delete(connection) && question.asked.size === 0) question.fail();
  }

  /** A rehearsal that is out of date is no answer: it says so, and the client is asked again. */
  #keepAsking(question: OpenQuestion, connection: Connection, obstacle: string): void {
    if (this.#open.get(question.id) !== question) return;
    const message = `The rehearsal was not applied (rehearsalStale). ${obstacle}`;
    connection.notify({ method: 'warning', params: { threadId: question.threadId, message } });
    if (connection.follows(question.threadId)) this.#put(question, connection);
  }

  /** Closes the question for every client; false when it was closed before. */
  #close(id: number): boolean {
    const question = this.#open.get(id);
    if (question === undefined) return false;
    this.#open.delete(id);
    question.rehearsals.close();
    this.#withdrawn.delete(id);
    for (const connection of question.asked) connection.forget(id);
    return true;
  }

  #tellResolved(threadId: string, requestId: number): void {
    this.#fanout.publish({ method: 'serverRequest/resolved', params: { threadId, requestId } });
  }
}

/** A tool call is no question to the user, and who answered it knows that: only the clients that were asked in vain are told. */
function tellOthers({ id, threadId, asked }: OpenQuestion, answered: Connection | null): void {
  for (const connection of asked) {
    if (connection !== answered)
      connection.notify({ method: 'serverRequest/resolved', params: { threadId, requestId: id } });
  }
}
