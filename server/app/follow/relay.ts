// One client follows one thread that another process writes: its requests go there, and what happens there comes back.
import type { Clock } from '../../core/ports.ts';
import type { LeaseOwner } from '../../core/thread/threadStore.ts';
import { isConnectionLost, ProtocolError } from '../../protocol/errors.ts';
import type { ClientInfo } from '../../protocol/schema/initialize.ts';
import type { RequestId } from '../../protocol/jsonrpc.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { Transport } from '../../rpc/transport.ts';
import { isNews } from './newsMethods.ts';
import { OwnerLine } from './ownerLine.ts';

/** How long an owner may take to answer the handshake, on a busy machine too. */
const LONGEST_HANDSHAKE_MS = 10_000;

/** After these there is nothing more to follow. */
const LAST_WORDS = new Set(['thread/closed', 'thread/archived', 'thread/deleted']);

/** The client that follows. */
export interface Follower {
  readonly clientInfo: ClientInfo;
  pass(method: string, params: unknown): void;
  ask(id: RequestId, method: string, params: unknown): Promise<unknown>;
  forget(id: RequestId): void;
}

export interface RelayOptions {
  readonly connection: Follower;
  readonly threadId: string;
  readonly owner: LeaseOwner;
  readonly clock: Clock;
  /** Resolves when the thread's requests that have arrived by then are answered: an answer to a question waits for those before it. */
  earlierRequests(threadId: string): Promise<void>;
}

/** A question of the owner that this client has not answered yet. */
export interface RelayedQuestion {
  readonly id: RequestId;
  readonly method: string;
  readonly params: unknown;
}

export class Relay {
  readonly owner: LeaseOwner;
  readonly #options: RelayOptions;
  readonly #line: OwnerLine;
  readonly #questions = new Map<RequestId, RelayedQuestion>();

  constructor(transport: Transport, options: RelayOptions) {
    this.#options = options;
    this.owner = options.owner;
    this.#line = new OwnerLine(transport, options.clock, {
      notification: (method, params) => this.#notified(method, params),
      request: (id, method, params) => this.#asked({ id, method, params }),
      lost: (reason) => this.#lost(reason),
    });
  }

  /** False when there is nothing to follow any more. */
  get isOpen(): boolean {
    return !this.#line.isOver;
  }

  get questions(): readonly RelayedQuestion[] {
    return [...this.#questions.values()];
  }

  /** Introduces the client; false when the owner does not answer in time. */
  greet(): Promise<boolean> {
    return greet(this.#line, this.#options.connection, { clock: this.#options.clock });
  }

  /** The owner's answer, whole, with what comes after it held back until it has been sent. */
  async forward(method: string, params: unknown): Promise<Reply> {
    const result = await this.#line.requestHolding(method, params);
    return new Reply(this.#named(result), () => this.#line.release());
  }

  /** What the owner says waits until `goOn`: its last words are not for a client that takes the thread over. */
  pause(): void {
    this.#line.hold();
  }

  goOn(): void {
    this.#line.release();
  }

  /** The client leaves: the owner need not tell it any more. */
  close(): void {
    this.#line.close();
    this.#forgetQuestions();
  }

  /** A thread in an answer says who writes it. */
  #named(result: unknown): unknown {
    if (typeof result !== 'object' || result === null || !('thread' in result)) return result;
    const { thread } = result;
    const isThread = typeof thread === 'object' && thread !== null && 'id' in thread;
    return isThread && thread.id === this.#options.threadId
      ? { ...result, thread: { ...thread, lease: this.owner } }
      : result;
  }

  /** A status says who writes the thread; a thread that is not loaded there is written by nobody there. */
  #withLease(params: unknown): unknown {
    if (typeof params !== 'object' || params === null || !('status' in params)) return params;
    const { status } = params;
    const isLoaded = typeof status === 'object' && status !== null && 'type' in status && status.type !== 'notLoaded';
    return { ...params, lease: isLoaded ? this.owner : null };
  }

  #notified(method: string, params: unknown): void {
    const { connection, threadId } = this.#options;
    if (threadIdIn(params) !== threadId) return;
    if (method === 'serverRequest/resolved') this.#resolved(params);
    if (method === 'turn/completed') this.#forgetCalls();
    if (method === 'thread/status/changed') connection.pass(method, this.#withLease(params));
    else if (!isNews(method)) connection.pass(method, params);
    if (LAST_WORDS.has(method)) this.close();
  }

  #asked(question: RelayedQuestion): void {
    const { id, method, params } = question;
    if (threadIdIn(params) !== this.#options.threadId) {
      this.#line.refuse(id, new ProtocolError('invalidRequest', 'This client follows another thread.'));
      return;
    }
    this.#questions.set(id, question);
    this.#options.connection.ask(id, method, params).then(
      (result) => this.#answered(question, () => this.#line.answer(id, result)),
      (error: unknown) => {
        // who is gone has not answered
        if (!isConnectionLost(error)) void this.#answered(question, () => this.#line.refuse(id, error));
      },
    );
  }

  async #answered(question: RelayedQuestion, send: () => void): Promise<void> {
    await this.#options.earlierRequests(this.#options.threadId);
    if (this.#questions.get(question.id) !== question) return;
    this.#questions.delete(question.id);
    send();
  }

  /** The end of a turn settles its calls of the client's tools without a word. */
  #forgetCalls(): void {
    for (const { id, method } of this.questions) {
      if (method === 'item/tool/call' && this.#questions.delete(id)) this.#options.connection.forget(id);
    }
  }

  #resolved(params: unknown): void {
    if (typeof params !== 'object' || params === null || !('requestId' in params)) return;
    const { requestId } = params;
    if (typeof requestId !== 'number' && typeof requestId !== 'string') return;
    if (this.#questions.delete(requestId)) this.#options.connection.forget(requestId);
  }

  /** Nobody there takes an answer any more: the client need not show them. */
  #forgetQuestions(): RequestId[] {
    const ids = [...this.#questions.keys()];
    for (const id of ids) this.#options.connection.forget(id);
    this.#questions.clear();
    return ids;
  }

  #lost(reason: string): void {
    const { connection, threadId } = this.#options;
    const { client, pid, host } = this.owner;
    for (const requestId of this.#forgetQuestions()) connection.pass('serverRequest/resolved', { threadId, requestId });
    connection.pass('thread/status/changed', { threadId, status: { type: 'notLoaded' }, lease: null });
    const who = `${client} (pid ${pid} on ${host})`;
    const message = `The process that wrote this thread is lost, ${who}: ${reason}. What it had completed is kept. Send a message, or resume the thread, to continue here.`;
    connection.pass('warning', { threadId, message, about: 'writer' });
  }
}

/** Introduces this client to the owner; false when that does not answer in time. */
export async function greet(
  line: OwnerLine,
  connection: Follower,
  { clock, patienceMs = LONGEST_HANDSHAKE_MS }: { clock: Clock; patienceMs?: number },
): Promise<boolean> {
  const timeUp = Promise.withResolvers<false>();
  const cancel = clock.after(patienceMs, () => timeUp.resolve(false));
  const { name, version } = connection.clientInfo;
  const greeted = line
    .request('initialize', { clientInfo: { name, version }, capabilities: { experimentalApi: true } })
    .then(() => true);
  // whether it is refused or too late, nobody waits for the other any more
  greeted.catch(() => undefined);
  try {
    return await Promise.race([greeted, timeUp.promise]);
  } catch (error) {
    if (isConnectionLost(error)) return false;
    throw error;
  } finally {
    cancel();
  }
}

function threadIdIn(params: unknown): string | undefined {
  if (typeof params !== 'object' || params === null || !('threadId' in params)) return undefined;
  return typeof params.threadId === 'string' ? params.threadId : undefined;
}
