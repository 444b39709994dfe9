// Sends each notification to those it is meant for, as the registry says.
import { serverNotifications, type ServerNotification } from '../protocol/methods.ts';
import { threadIdOf } from '../protocol/state/threadReducer.ts';
import type { Connection } from './connection.ts';

export class Fanout {
  readonly #connections = new Set<Connection>();

  add(connection: Connection): void {
    this.#connections.add(connection);
  }

  remove(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** The connections that follow the thread. */
  subscribers(threadId: string): Connection[] {
    return [...this.#connections].filter((connection) => connection.follows(threadId));
  }

  publish(event: ServerNotification): void {
    const { audience } = serverNotifications[event.method];
    if (audience === 'everyone') {
      for (const connection of this.#connections) connection.notify(event);
      return;
    }
    const threadId = threadIdOf(event);
    for (const connection of this.#connections) {
      if (threadId === undefined || connection.follows(threadId)) connection.notify(event);
    }
  }
}
