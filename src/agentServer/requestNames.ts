// Gives the server's requests ids that no other process gives: each one numbers its own from the beginning.
import type { JsonRpcError, JsonRpcMessage, RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ClientRequestMethod, ServerNotification, ServerRequest } from '../../server/protocol/methods.ts';
import type { Transport } from '../../server/rpc/transport.ts';

/** The names of the requests of one connection, so that an answer meant for a former server never reaches a later one. */
export interface RequestNames {
  readonly ofRequest: (request: ServerRequest) => ServerRequest;
  readonly ofNotification: (notification: ServerNotification) => ServerNotification;
  /** The same transport; what is asked about a request names it as the server does. */
  readonly onTransport: (transport: Transport) => Transport;
}

/** What a client asks about an open request of the server. */
const ABOUT_REQUESTS: readonly string[] = ['rule/propose', 'approval/rehearse'] satisfies ClientRequestMethod[];

/** `connection` is a word that no other connection has. */
export function requestNames(connection: string): RequestNames {
  const named = (id: RequestId): string => `${connection}:${JSON.stringify(id)}`;
  const prefix = `${connection}:`;
  return {
    ofRequest: (request) => ({ ...request, id: named(request.id) }),
    ofNotification: (notification) => {
      if (notification.method !== 'serverRequest/resolved') return notification;
      const { params } = notification;
      return { ...notification, params: { ...params, requestId: named(params.requestId) } };
    },
    onTransport: (transport) => ({
      listen: (events) => transport.listen(events),
      send: (message) => transport.send(withOwnId(message, prefix)),
      pause: () => transport.pause(),
      resume: () => transport.resume(),
      get backlogBytes() {
        return transport.backlogBytes;
      },
      whenDrained: (listener) => transport.whenDrained(listener),
      close: () => transport.close(),
      abort: () => transport.abort(),
    }),
  };
}

/** A request of a former server keeps its name, which this one does not know. */
function withOwnId(message: JsonRpcMessage | JsonRpcError, prefix: string): JsonRpcMessage | JsonRpcError {
  if (!('method' in message) || !ABOUT_REQUESTS.includes(message.method)) return message;
  const { params } = message;
  if (typeof params !== 'object' || params === null || !('requestId' in params)) return message;
  const { requestId } = params;
  if (typeof requestId !== 'string' || !requestId.startsWith(prefix)) return message;
  const own: unknown = JSON.parse(requestId.slice(prefix.length));
  return { ...message, params: { ...params, requestId: own } };
}
