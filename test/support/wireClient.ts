// A client that speaks the wire as it is and writes down every message, for stories that look at exact shapes and order.
import type { JsonRpcMessage, JsonRpcNotification, JsonRpcRequest, RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ClientRequestInput, ClientRequestMethod } from '../../server/protocol/methods.ts';
import type { Transport } from '../../server/rpc/transport.ts';

export interface Line {
  /** `>` client to server, `<` server to client. */
  readonly direction: '>' | '<';
  readonly message: JsonRpcMessage;
}

type Params = Record<string, any>;

/** A message of the server with a method: a notification, or a request when it has an id. */
export interface Incoming {
  readonly method: string;
  readonly params: Params;
  readonly id?: RequestId;
}

interface Waiter {
  readonly fits: (message: Incoming) => boolean;
  readonly resolve: (message: Incoming) => void;
  readonly reject: (error: Error) => void;
}

export class WireClient {
  readonly lines: Line[] = [];
  readonly closed: Promise<void>;
  readonly #transport: Transport;
  readonly #answers = new Map<RequestId, (message: JsonRpcMessage) => void>();
  readonly #end = Promise.withResolvers<void>();
  #unseen: Incoming[] = [];
  #waiters: Waiter[] = [];
  #nextId = 1;
  #asked: ((request: Incoming) => unknown) | null = null;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.closed = this.#end.promise;
    transport.listen({
      message: (message) => this.#receive(message),
      fault: (fault) => this.#receive({ method: 'test/fault', params: fault }),
      closed: () => {
        this.#end.resolve();
        for (const waiter of this.#waiters.splice(0)) waiter.reject(new Error('The connection ended.'));
        for (const answer of this.#answers.values())
          answer({ id: null, error: { code: 0, message: 'The connection ended.' } });
      },
    });
  }

  /** Sends a request and resolves with the whole answer, result or error. */
  async ask(
    method: string,
    params?: unknown,
  ): Promise<{ result?: any; error?: { code: number; message: string; data?: any } }> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<JsonRpcMessage>();
    this.#answers.set(id, resolve);
    this.send(params === undefined ? { id, method } : { id, method, params });
    return (await promise) as { result?: any; error?: { code: number; message: string; data?: any } };
  }

  /** Sends a request that must succeed. */
  async request<M extends ClientRequestMethod>(method: M, params: ClientRequestInput<M>): Promise<any> {
    const answer = await this.ask(method, params);
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.code} ${answer.error.message}`);
    return answer.result;
  }

  /** Answers a request of the server. */
  answer(request: Incoming, result: unknown): void {
    this.send({ id: idOf(request), result });
  }

  /** From now on answers every request of the server at once. */
  whenAsked(answer: (request: Incoming) => unknown): void {
    this.#asked = answer;
  }

  /** Refuses a request of the server. */
  refuse(request: Incoming, message = 'The test refuses.'): void {
    this.send({ id: idOf(request), error: { code: -32000, message } });
  }

  send(message: JsonRpcMessage): void {
    this.lines.push({ direction: '>', message });
    this.#transport.send(message);
  }

  async initialize(name = 'test_client', capabilities: object | null = { experimentalApi: true }): Promise<any> {
    const result = await this.request('initialize', {
      clientInfo: { name, version: '1.0.0' },
      capabilities,
    });
    this.send({ method: 'initialized' });
    return result;
  }

  /** The next message, from those not yet returned, that has the method and fits; earlier ones are passed over. */
  next(method: string, fits: (params: Params) => boolean = () => true): Promise<Incoming> {
    const matches = (message: Incoming): boolean => message.method === method && fits(message.params);
    const at = this.#unseen.findIndex(matches);
    if (at >= 0) {
      const found = this.#unseen[at]!;
      this.#unseen = this.#unseen.slice(at + 1);
      return Promise.resolve(found);
    }
    this.#unseen = [];
    return new Promise((resolve, reject) => this.#waiters.push({ fits: matches, resolve, reject }));
  }

  /** The end of the thread's turn. */
  turnCompleted(threadId: string): Promise<Incoming> {
    return this.next('turn/completed', (params) => params.threadId === threadId);
  }

  /** Messages of the server with a method, in order, from the line at `from`. */
  incoming(from = 0): Incoming[] {
    return this.lines
      .slice(from)
      .filter((line) => line.direction === '<' && 'method' in line.message)
      .map((line) => line.message as Incoming);
  }

  /** Reads nothing until it resumes. */
  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  close(): void {
    this.#transport.close();
  }

  #receive(message: JsonRpcMessage): void {
    this.lines.push({ direction: '<', message });
    if (!('method' in message)) {
      if (message.id !== null) this.#answers.get(message.id)?.(message);
      return;
    }
    const incoming = message as Incoming & (JsonRpcNotification | JsonRpcRequest);
    if (incoming.id !== undefined && this.#asked !== null) this.answer(incoming, this.#asked(incoming));
    const waiter = this.#waiters[0];
    if (waiter === undefined) {
      this.#unseen.push(incoming);
    } else if (waiter.fits(incoming)) {
      this.#waiters.shift();
      waiter.resolve(incoming);
    }
  }
}

function idOf({ id, method }: Incoming): RequestId {
  if (id === undefined) throw new Error(`${method} is no request.`);
  return id;
}

/**
 * The lines as a short transcript: direction, method or answer, and what matters of the params. Deltas that follow one another are one
 * line; token counts and marks of what was read are left out, they come beside the rest.
 */
export function transcript(lines: readonly Line[]): string[] {
  const methods = { '>': new Map<RequestId, string>(), '<': new Map<RequestId, string>() };
  const told: string[] = [];
  for (const { direction, message } of lines) {
    if ('method' in message) {
      if ('id' in message) methods[direction].set(message.id, message.method);
      if (message.method === 'thread/tokenUsage/updated' || message.method === 'thread/readState/changed') continue;
      const line = `${direction} ${message.method}${detail(message as Incoming)}`;
      const isMoreOfTheSame = /delta$/i.test(message.method) && told.at(-1) === line;
      if (!isMoreOfTheSame) told.push(line);
      continue;
    }
    const of = message.id === null ? '' : ` ${methods[direction === '>' ? '<' : '>'].get(message.id) ?? '?'}`;
    told.push('error' in message ? `${direction} error${of} ${message.error.code}` : `${direction} result${of}`);
  }
  return told;
}

function detail({ params }: Incoming): string {
  if (params === undefined) return '';
  if (params.item) return ` ${params.item.type}${params.item.status ? ` ${params.item.status}` : ''}`;
  if (params.status) return ` ${[params.status.type, ...(params.status.activeFlags ?? [])].join(' ')}`;
  if (params.turn) return ` ${params.turn.status}`;
  if (typeof params.willRetry === 'boolean') return ` willRetry=${params.willRetry}`;
  return '';
}
