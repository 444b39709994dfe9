// Between a transport and vscode-jsonrpc: ids of our own inside (theirs may repeat), faults answered, order kept, a slow reader felt.
import {
  AbstractMessageReader,
  AbstractMessageWriter,
  Message,
  type DataCallback,
  type Disposable,
  type MessageReader,
  type MessageWriter,
  type ResponseMessage,
} from 'vscode-jsonrpc';
import { ConnectionLost, ERROR_CODES, ProtocolError } from '../protocol/errors.ts';
import type { JsonRpcError, JsonRpcMessage, JsonRpcRequest, JsonRpcResult, RequestId } from '../protocol/jsonrpc.ts';
import { Inbox } from './inbox.ts';
import { Reply, type IncomingRequest } from './incoming.ts';
import { Outbox, type OutboxLimits } from './outbox.ts';
import type { Transport, TransportFault } from './transport.ts';

/** How long an ended connection waits for the next of its last answers. */
const LONGEST_END_MS = 2_000;

/** Names a request of the other side inside: vscode-jsonrpc would lose one of two requests with the same id. */
class Envelope {
  readonly id: RequestId;
  readonly params: unknown;
  readonly bytes: number;

  constructor(id: RequestId, params: unknown, bytes: number) {
    this.id = id;
    this.params = params;
    this.bytes = bytes;
  }
}

/** A request that has been opened, and how long it was on the wire. */
export interface OpenedRequest extends IncomingRequest {
  readonly bytes: number;
}

export interface PeerWireOptions {
  /** Adds `emittedAtMs` to notifications. */
  readonly stampMs?: () => number;
  /** What was asked before the other side ended its stream is still answered. */
  readonly answersAll?: boolean;
  /** The other side did not read what it was sent, so the connection was ended; so many characters waited. */
  readonly overflowed?: (waiting: number) => void;
  readonly limits?: OutboxLimits;
}

interface Asked {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Carries an answer through the queue of vscode-jsonrpc, so that it does not overtake a request that came before it. */
class Answer {
  readonly message: JsonRpcResult | JsonRpcError;

  constructor(message: JsonRpcResult | JsonRpcError) {
    this.message = message;
  }
}

const ANSWER_METHOD = '$answer';

/** The reader and the writer that vscode-jsonrpc is given, over one transport. */
export class PeerWire {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
  readonly closed: Promise<void>;
  readonly #transport: Transport;
  readonly #options: PeerWireOptions;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #ids = new Map<number, RequestId>();
  readonly #asked = new Map<RequestId, Asked>();
  readonly #end = Promise.withResolvers<void>();
  #deliver: DataCallback = () => undefined;
  #nextId = 0;
  #isEnded = false;
  /** Set when nothing more arrives, while answers are still owed; cancels the wait for them. */
  #ending: ReturnType<typeof setTimeout> | null = null;

  constructor(transport: Transport, options: PeerWireOptions) {
    this.#transport = transport;
    this.#options = options;
    this.closed = this.#end.promise;
    this.reader = new WireReader((deliver) => this.#listen(deliver));
    this.writer = new WireWriter((message) => this.#write(message));
    this.#inbox = new Inbox(transport, (message, bytes) => this.#receive(message, bytes));
    this.#outbox = new Outbox(
      transport,
      {
        answersFull: (isFull) => this.#inbox.hold(isFull),
        overflowed: (waiting) => {
          options.overflowed?.(waiting);
          transport.abort();
          this.#finish();
        },
      },
      options.limits,
    );
  }

  /** vscode-jsonrpc has taken the message that it was given last out of its own queue: it may have the next. */
  taken(): void {
    this.#inbox.taken();
    this.#endIfDone();
  }

  /** Takes a request of the other side out of its envelope. */
  open(method: string, envelope: unknown): OpenedRequest {
    if (!(envelope instanceof Envelope))
      throw new ProtocolError('internalError', 'A request came without its envelope.');
    return { id: envelope.id, method, params: envelope.params, bytes: envelope.bytes };
  }

  /** Takes what arrived as a notification: true if it was the answer to an `ask`, which is settled with it. */
  settle(params: unknown): boolean {
    if (!(params instanceof Answer)) return false;
    const { message } = params;
    const asked = message.id === null ? undefined : this.#asked.get(message.id);
    if (asked === undefined || message.id === null) return true;
    this.#asked.delete(message.id);
    if ('error' in message) asked.reject(new ProtocolError(message.error.code, message.error.message));
    else asked.resolve(message.result);
    return true;
  }

  /** Rejects with ConnectionLost when the connection ends first. No promise that lives as long as it may have a part in this: it would keep every answer. */
  ask(id: RequestId, method: string, params: unknown): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    if (this.#isEnded) return Promise.reject(new ConnectionLost());
    this.#asked.set(id, { resolve, reject });
    this.#outbox.send({ method, id, params });
    return promise;
  }

  forget(id: RequestId): void {
    this.#asked.delete(id);
  }

  notify(method: string, params: unknown): void {
    const { stampMs } = this.#options;
    this.#outbox.send(stampMs === undefined ? { method, params } : { method, params, emittedAtMs: stampMs() });
  }

  get backlogBytes(): number {
    return this.#transport.backlogBytes;
  }

  whenDrained(listener: () => void): void {
    this.#transport.whenDrained(listener);
  }

  close(): void {
    this.#outbox.flush();
    this.#transport.close();
    this.#finish();
  }

  #listen(deliver: DataCallback): void {
    this.#deliver = deliver;
    this.#transport.listen({
      message: (message, bytes) => this.#inbox.add(message, bytes),
      fault: (fault) => this.#answerFault(fault),
      closed: () => {
        if (this.#options.answersAll !== true) return this.#finish();
        this.#ending ??= setTimeout(() => this.#finish(), LONGEST_END_MS);
        this.#endIfDone();
      },
    });
  }

  #receive(message: JsonRpcMessage, bytes: number): void {
    if ('method' in message) {
      // `$/...` is vscode-jsonrpc's own convention and no part of this protocol
      if (message.method.startsWith('$/') && !('id' in message)) this.taken();
      else this.#deliver('id' in message ? this.#enclose(message, bytes) : inside(message));
      return;
    }
    const isAnswer = message.id !== null && this.#asked.has(message.id);
    this.#deliver(isAnswer ? inside({ method: ANSWER_METHOD, params: new Answer(message) }) : inside(message));
  }

  #enclose(request: JsonRpcRequest, bytes: number): Message {
    const id = this.#nextId++;
    this.#ids.set(id, request.id);
    return inside({ id, method: request.method, params: new Envelope(request.id, request.params, bytes) });
  }

  #answerFault(fault: TransportFault): void {
    this.#outbox.send({
      error: { code: ERROR_CODES[fault.code], message: fault.message, data: { kind: fault.code } },
      id: null,
    });
  }

  #write(message: Message): void {
    if (Message.isRequest(message))
      this.#outbox.send({ method: message.method, id: message.id ?? '', params: message.params });
    else if (Message.isResponse(message)) this.#answer(message.id, message);
  }

  #answer(inner: RequestId | null, response: ResponseMessage): void {
    const id = typeof inner === 'number' ? this.#ids.get(inner) : undefined;
    if (id === undefined) return;
    this.#ids.delete(Number(inner));
    if (response.error !== undefined) {
      const error: JsonRpcError['error'] = response.error;
      this.#outbox.send({ error, id });
    } else if (response.result instanceof Reply) {
      this.#outbox.send({ id, result: response.result.value });
      response.result.after();
    } else {
      this.#outbox.send({ id, result: response.result });
    }
    this.#ending?.refresh();
    this.#endIfDone();
  }

  /** Nothing more arrives, and everything that had arrived is answered. */
  #endIfDone(): void {
    if (this.#ending !== null && this.#ids.size === 0 && this.#inbox.isEmpty) this.#finish();
  }

  #finish(): void {
    if (this.#ending !== null) clearTimeout(this.#ending);
    this.#outbox.flush();
    this.#isEnded = true;
    for (const asked of this.#asked.values()) asked.reject(new ConnectionLost());
    this.#asked.clear();
    this.#end.resolve();
  }
}

/** vscode-jsonrpc types its messages with the `jsonrpc` member that this wire leaves out. */
function inside(message: JsonRpcMessage): Message {
  return Object.assign({ jsonrpc: '2.0' }, message);
}

class WireReader extends AbstractMessageReader {
  readonly #start: (deliver: DataCallback) => void;

  constructor(start: (deliver: DataCallback) => void) {
    super();
    this.#start = start;
  }

  listen(callback: DataCallback): Disposable {
    this.#start(callback);
    return { dispose: () => undefined };
  }
}

class WireWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #send: (message: Message) => void;

  constructor(send: (message: Message) => void) {
    super();
    this.#send = send;
  }

  write(message: Message): Promise<void> {
    this.#send(message);
    return Promise.resolve();
  }

  end(): void {
    // The transport is closed by its owner.
  }
}
