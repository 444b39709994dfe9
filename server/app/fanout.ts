// Sends each notification to those it is meant for, as the registry says.
import { serverNotifications, type ServerNotification } from '../protocol/methods.ts';
import { threadIdOf } from '../protocol/state/threadReducer.ts';
import type { Connection } from './connection.ts';

export class Fanout {
  readonly #connections = new Set<Connection>();
  #heard: (event: ServerNotification) => void = () => undefined;

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

  /** Sets who hears of what is told to everyone, beside the connections. */
  onEveryone(listener: (event: ServerNotification) => void): void {
    this.#heard = listener;
  }

  /** Passes on what another process told, to those it is meant for. */
  pass(event: ServerNotification, isFor: (connection: Connection) => boolean): void {
    for (const connection of this.#connections) if (isFor(connection)) connection.notify(event);
  }

  publish(event: ServerNotification): void {
    const { audience } = serverNotifications[event.method];
    if (audience === 'everyone') {
      for (const connection of this.#connections) connection.notify(event);
      this.#heard(event);
      return;
    }
    const threadId = threadIdOf(event);
    for (const connection of this.#connections) {
      if (threadId === undefined || connection.follows(threadId)) connection.notify(event);
    }
  }
}
