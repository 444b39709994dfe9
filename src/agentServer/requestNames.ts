// Gives the server's requests ids that no other process gives: each one numbers its own from the beginning.
import type { ServerNotification, ServerRequest } from '../../server/protocol/methods.ts';

/** The names of the requests of one connection, so that an answer meant for a former server never reaches a later one. */
export interface RequestNames {
  readonly ofRequest: (request: ServerRequest) => ServerRequest;
  readonly ofNotification: (notification: ServerNotification) => ServerNotification;
}

/** `connection` is a word that no other connection has. */
export function requestNames(connection: string): RequestNames {
  const named = (id: string | number): string => `${connection}:${id}`;
  return {
    ofRequest: (request) => ({ ...request, id: named(request.id) }),
    ofNotification: (notification) => {
      if (notification.method !== 'serverRequest/resolved') return notification;
      const { params } = notification;
      return { ...notification, params: { ...params, requestId: named(params.requestId) } };
    },
  };
}
