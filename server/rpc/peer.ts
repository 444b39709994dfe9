// The peer with the registry's types: every message that arrives is validated at this door, answers to our own requests included.
import type { z } from 'zod';
import type { Infer, LazySchema } from '../protocol/define.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { RequestId } from '../protocol/jsonrpc.ts';
import {
  clientRequests,
  serverNotifications,
  serverRequests,
  type ClientNotificationMethod,
  type ClientRequestInput,
  type ClientRequestMethod,
  type ClientRequestParams,
  type ClientRequestResult,
  type ServerNotification,
  type ServerRequest,
  type ServerRequestMethod,
  type ServerRequestResult,
} from '../protocol/methods.ts';
import { RawPeer } from './rawPeer.ts';
import type { Transport } from './transport.ts';

/**
 * Parses `value`, or throws ProtocolError invalidParams whose message names the failing path, e.g.
 * "Invalid params: `threadId`: expected string, received number".
 */
export function parseParams<S extends LazySchema>(schema: S, value: unknown): Infer<S> {
  const parsed = schema().safeParse(value ?? {}, { jitless: true });
  if (parsed.success) return parsed.data as Infer<S>;
  const issues = parsed.error.issues.map(wordsOf);
  const path = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new ProtocolError('invalidParams', `Invalid params: ${issues.join('; ')}`, { data: { path } });
}

/** Parses a client request's params by the registry; throws like {@link parseParams}. */
export function parseRequest<M extends ClientRequestMethod>(method: M, value: unknown): ClientRequestParams<M> {
  return parseParams(clientRequests[method].params, value) as ClientRequestParams<M>;
}

/** A client's answer to a server request, parsed by the registry; null when it does not fit. */
export function parseAnswer<M extends ServerRequestMethod>(method: M, value: unknown): ServerRequestResult<M> | null {
  const parsed = serverRequests[method].result().safeParse(value);
  return parsed.success ? (parsed.data as ServerRequestResult<M>) : null;
}

function wordsOf(issue: z.core.$ZodIssue): string {
  const where = issue.path.length === 0 ? 'params' : issue.path.join('.');
  return `\`${where}\`: ${issue.message.replace(/^Invalid input: /, '')}`;
}

export interface ClientHandlers {
  /** A request of the server; resolve with the result, or throw a ProtocolError. */
  request(request: ServerRequest): Promise<unknown>;
  notification(notification: ServerNotification): void;
  /** Something arrived that does not fit the protocol; it was ignored. For the log. */
  ignored?(method: string, reason: string): void;
}

/** The client's side of a connection. */
export class ClientPeer {
  readonly #peer: RawPeer;
  readonly #handlers: ClientHandlers;

  constructor(transport: Transport, handlers: ClientHandlers) {
    this.#handlers = handlers;
    this.#peer = new RawPeer(transport, {
      request: (request) => this.#serve(request.id, request.method, request.params),
      notification: (method, params) => this.#notified(method, params),
      failed: (method, error) => handlers.ignored?.(method, String(error)),
    });
    this.#peer.listen();
  }

  get closed(): Promise<void> {
    return this.#peer.closed;
  }

  /** Sends a request. Rejects with ProtocolError (the server said no) or ConnectionLost (unknown whether it took effect). */
  async request<M extends ClientRequestMethod>(
    method: M,
    params: ClientRequestInput<M>,
  ): Promise<ClientRequestResult<M>> {
    const result = await this.#peer.request(method, params);
    const parsed = clientRequests[method].result().safeParse(result);
    if (parsed.success) return parsed.data as ClientRequestResult<M>;
    const issue = parsed.error.issues[0];
    throw new ProtocolError(
      'internalError',
      `The server's answer to ${method} does not fit the protocol: ${issue ? wordsOf(issue) : ''}`,
      { kind: 'invalidResult' },
    );
  }

  notify(method: ClientNotificationMethod): void {
    this.#peer.notify(method, undefined);
  }

  close(): void {
    this.#peer.close();
  }

  async #serve(id: RequestId, method: string, params: unknown): Promise<unknown> {
    if (!isIn(serverRequests, method))
      throw new ProtocolError('methodNotFound', `This client does not know the request ${method}.`);
    const request = { id, method, params: parseParams(serverRequests[method].params, params) } as ServerRequest;
    return await this.#handlers.request(request);
  }

  #notified(method: string, params: unknown): void {
    if (!isIn(serverNotifications, method)) {
      this.#handlers.ignored?.(method, 'unknown notification');
      return;
    }
    const parsed = serverNotifications[method].params().safeParse(params ?? {});
    if (parsed.success) this.#handlers.notification({ method, params: parsed.data } as ServerNotification);
    else this.#handlers.ignored?.(method, parsed.error.message);
  }
}

function isIn<T extends object>(table: T, key: string): key is Extract<keyof T, string> {
  return Object.hasOwn(table, key);
}
