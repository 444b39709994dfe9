// The line to the process that writes a thread: requests, and everything that comes back, in the order in which it was sent.
import { ConnectionLost, messageOf, ProtocolError } from '../../protocol/errors.ts';
import type { JsonRpcError, JsonRpcMessage, JsonRpcResult, RequestId } from '../../protocol/jsonrpc.ts';
import type { Clock } from '../../core/ports.ts';
import type { Transport } from '../../rpc/transport.ts';

export interface OwnerLineEvents {
  notification(method: string, params: unknown): void;
  request(id: RequestId, method: string, params: unknown): void;
  /** The owner is gone, or says nothing any more. Called once, and not after `close`. */
  lost(reason: string): void;
}

interface Asked {
  /** Whether what comes after the answer waits until the answer has been passed on. */
  readonly holds: boolean;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** What an owner that lives and reads would have said something after. */
const LONGEST_SILENCE_MS = 10_000;
const PING = 'thread/loaded/list';

/**
 * Not a RawPeer: nothing is parsed or checked here, so that what the owner knows and this process does not is passed on all the same; and
 * what follows an answer can be held back until the answer has reached the client.
 */
export class OwnerLine {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #events: OwnerLineEvents;
  readonly #asked = new Map<number, Asked>();
  #arrived: JsonRpcMessage[] = [];
  #nextId = 0;
  #isHeld = false;
  #isOver = false;
  #cancelWatch: (() => void) | null = null;
  #heardAtMs: number;

  constructor(transport: Transport, clock: Clock, events: OwnerLineEvents) {
    this.#transport = transport;
    this.#clock = clock;
    this.#events = events;
    this.#heardAtMs = clock.nowMs();
    transport.listen({
      message: (message) => this.#receive(message),
      fault: (fault) => this.#end(fault.message),
      closed: () => this.#end('it has ended'),
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Rejects with the owner's own error, or with ConnectionLost. */
  request(method: string, params: unknown): Promise<unknown> {
    return this.#ask(method, params, false);
  }

  /** Like `request`; afterwards nothing is delivered before `release`, if the answer is a result. */
  requestHolding(method: string, params: unknown): Promise<unknown> {
    return this.#ask(method, params, true);
  }

  /** Delivers nothing before `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#deliver();
  }

  notify(method: string): void {
    this.#send({ method });
  }

  answer(id: RequestId, result: unknown): void {
    this.#send({ id, result });
  }

  refuse(id: RequestId, error: unknown): void {
    const code = error instanceof ProtocolError ? error.code : -32603;
    this.#send({ id, error: { code, message: messageOf(error) } });
  }

  close(): void {
    this.#finish();
  }

  #ask(method: string, params: unknown, holds: boolean): Promise<unknown> {
    if (this.#isOver) return Promise.reject(new ConnectionLost());
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#asked.set(id, { holds, resolve, reject });
    this.#heardAtMs = this.#clock.nowMs();
    this.#send({ id, method, params });
    this.#watch();
    return promise;
  }

  #send(message: JsonRpcMessage): void {
    if (!this.#isOver) this.#transport.send(message);
  }

  #receive(message: JsonRpcMessage): void {
    this.#heardAtMs = this.#clock.nowMs();
    this.#arrived.push(message);
    this.#deliver();
  }

  #deliver(): void {
    while (!this.#isHeld && !this.#isOver) {
      const message = this.#arrived.shift();
      if (message === undefined) return;
      if (!('method' in message)) this.#settle(message);
      else if ('id' in message) this.#events.request(message.id, message.method, message.params);
      else this.#events.notification(message.method, message.params);
    }
  }

  #settle(message: JsonRpcResult | JsonRpcError): void {
    const asked = typeof message.id === 'number' ? this.#asked.get(message.id) : undefined;
    if (asked === undefined) return;
    this.#asked.delete(Number(message.id));
    if (this.#asked.size === 0) this.#stopWatching();
    if ('error' in message) {
      asked.reject(asProtocolError(message.error));
      return;
    }
    this.#isHeld = asked.holds;
    asked.resolve(message.result);
  }

  /** While something is asked: an owner that is stopped closes nothing, so it is asked for a sign of life. */
  #watch(): void {
    if (this.#cancelWatch !== null || this.#asked.size === 0 || this.#isOver) return;
    this.#cancelWatch = this.#clock.after(LONGEST_SILENCE_MS, () => {
      this.#cancelWatch = null;
      const silentMs = this.#clock.nowMs() - this.#heardAtMs;
      if (silentMs >= 2 * LONGEST_SILENCE_MS) return this.#end('it does not answer');
      if (silentMs >= LONGEST_SILENCE_MS) {
        const id = this.#nextId++;
        this.#asked.set(id, { holds: false, resolve: () => undefined, reject: () => undefined });
        this.#send({ id, method: PING, params: { limit: 1 } });
      }
      this.#watch();
    });
  }

  #stopWatching(): void {
    this.#cancelWatch?.();
    this.#cancelWatch = null;
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    // what was told before the end is passed on
    this.#isHeld = false;
    this.#deliver();
    if (this.#isOver) return;
    this.#finish();
    this.#events.lost(reason);
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopWatching();
    this.#arrived = [];
    this.#transport.close();
    for (const { reject } of this.#asked.values()) reject(new ConnectionLost());
    this.#asked.clear();
  }
}

function asProtocolError({ code, message, data }: JsonRpcError['error']): ProtocolError {
  const known = typeof data === 'object' && data !== null ? { ...data } : {};
  const kind = 'kind' in known && typeof known.kind === 'string' ? known.kind : undefined;
  return new ProtocolError(code, message, kind === undefined ? { data: known } : { data: known, kind });
}
