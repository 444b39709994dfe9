// One side of a connection: sends requests and notifications, serves those of the other side. Built on vscode-jsonrpc.
import { createMessageConnection, ErrorCodes, NullLogger, ResponseError, type MessageConnection } from 'vscode-jsonrpc';
import { ConnectionLost, ERROR_CODES, isProtocolError, messageOf, ProtocolError } from '../protocol/errors.ts';
import type { RequestId } from '../protocol/jsonrpc.ts';
import { Reply, type IncomingRequest } from './incoming.ts';
import { installJsonrpcRuntime } from './jsonrpcRuntime.ts';
import { PeerWire, type PeerWireOptions } from './peerWire.ts';
import type { Transport } from './transport.ts';

installJsonrpcRuntime();

/** What a peer does with what arrives. `request` may throw a ProtocolError; anything else is answered as an internal error. */
export interface PeerHandlers {
  request(request: IncomingRequest): Promise<unknown>;
  notification(method: string, params: unknown): void;
  /** An unexpected failure in a handler, for the log. */
  failed?(method: string, error: unknown): void;
}

export type PeerOptions = PeerWireOptions;

/** How many requests of the other side may be under way, and how long they may be together, before further ones are answered "overloaded". */
export const MAX_REQUESTS_IN_FLIGHT = 1024;
const MAX_BYTES_IN_FLIGHT = 64 * 1024 * 1024;

/** One side of a connection. After the close every open request rejects with ConnectionLost. */
export class RawPeer {
  readonly #connection: MessageConnection;
  readonly #wire: PeerWire;
  readonly #handlers: PeerHandlers;
  readonly closed: Promise<void>;
  #inFlight = 0;
  #bytesInFlight = 0;

  constructor(transport: Transport, handlers: PeerHandlers, options: PeerOptions = {}) {
    this.#handlers = handlers;
    this.#wire = new PeerWire(transport, options);
    this.#connection = createMessageConnection(this.#wire.reader, this.#wire.writer, NullLogger, {
      messageStrategy: {
        handleMessage: (message, next) => {
          this.#wire.taken();
          return next(message);
        },
      },
    });
    this.#connection.onRequest((method, envelope) => this.#serve(method, envelope));
    this.#connection.onNotification((method, params) => {
      if (!this.#wire.settle(params)) handlers.notification(method, params);
    });
    this.closed = this.#wire.closed.then(() => this.#connection.dispose());
  }

  /** Starts delivery. Call once, when everything is wired. */
  listen(): void {
    this.#connection.listen();
  }

  /** Sends a request; resolves with the raw result, rejects with ProtocolError ("no") or ConnectionLost ("unknown"). */
  async request(method: string, params: unknown): Promise<unknown> {
    try {
      return await this.#connection.sendRequest<unknown>(method, params);
    } catch (error) {
      if (isProtocolError(error)) throw error;
      const wasAnswered = error instanceof ResponseError && error.code !== ErrorCodes.PendingResponseRejected;
      throw wasAnswered ? asProtocolError(error) : new ConnectionLost(undefined, error);
    }
  }

  /** Sends a request under an id of the caller's choosing, so that several connections can carry the same one. */
  ask(id: RequestId, method: string, params: unknown): Promise<unknown> {
    return this.#wire.ask(id, method, params);
  }

  /** Stops waiting for an `ask`; a late answer is ignored. */
  forget(id: RequestId): void {
    this.#wire.forget(id);
  }

  notify(method: string, params: unknown): void {
    this.#wire.notify(method, params);
  }

  /** Bytes sent that the other side has not taken yet. */
  get backlogBytes(): number {
    return this.#wire.backlogBytes;
  }

  /** Calls back once when the backlog has fallen to nothing, or the connection has ended. */
  whenDrained(listener: () => void): void {
    this.#wire.whenDrained(listener);
  }

  close(): void {
    this.#wire.close();
  }

  async #serve(method: string, envelope: unknown): Promise<unknown> {
    const { bytes, ...request } = this.#wire.open(method, envelope);
    const isFirst = this.#inFlight === 0;
    if (this.#inFlight >= MAX_REQUESTS_IN_FLIGHT || (!isFirst && this.#bytesInFlight + bytes > MAX_BYTES_IN_FLIGHT))
      throw asResponseError(new ProtocolError('overloaded', 'The server is overloaded; try again later.'));
    this.#inFlight += 1;
    this.#bytesInFlight += bytes;
    try {
      const result = await this.#handlers.request(request);
      return result instanceof Reply ? new Reply(result.value, () => this.#finish(method, result)) : (result ?? {});
    } catch (error) {
      if (!isProtocolError(error)) this.#handlers.failed?.(method, error);
      throw asResponseError(error);
    } finally {
      this.#inFlight -= 1;
      this.#bytesInFlight -= bytes;
    }
  }

  /** What fails after the answer cannot be answered any more, but it is not to be lost. */
  #finish(method: string, { after }: Reply): void {
    try {
      after();
    } catch (error) {
      this.#handlers.failed?.(method, error);
    }
  }
}

function asResponseError(error: unknown): ResponseError<unknown> {
  if (isProtocolError(error)) return new ResponseError(error.code, error.message, error.data);
  return new ResponseError(ERROR_CODES.internalError, messageOf(error), { kind: 'internalError' });
}

function asProtocolError(error: ResponseError<unknown>): ProtocolError {
  const data = typeof error.data === 'object' && error.data !== null ? { ...error.data } : {};
  const kind = 'kind' in data && typeof data.kind === 'string' ? data.kind : undefined;
  return new ProtocolError(error.code, error.message, kind === undefined ? { data } : { data, kind });
}
