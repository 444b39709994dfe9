// The protocol's server side: takes connections, dispatches their requests, fans out what happens.
import { messageOf } from '../protocol/errors.ts';
import type { ServerNotification } from '../protocol/methods.ts';
import { OUTBOX_LIMITS, type OutboxLimits } from '../rpc/outbox.ts';
import { RawPeer } from '../rpc/rawPeer.ts';
import type { Transport } from '../rpc/transport.ts';
import { Connection } from './connection.ts';
import { Dispatcher } from './dispatch.ts';
import { Fanout } from './fanout.ts';
import type { RequestContext } from './requestContext.ts';
import { ServerRequests } from './serverRequests.ts';
import type { ThreadTable } from './threadTable.ts';
import type { AppWorld } from './world.ts';

export class AppServer {
  readonly #app: AppWorld;
  readonly #limits: OutboxLimits;
  readonly #fanout = new Fanout();
  readonly #dispatcher = new Dispatcher();
  readonly #questions = new ServerRequests(this.#fanout, (threadId) => this.#dispatcher.settled(threadId));
  #threads: Promise<ThreadTable> | null = null;

  /** `limits`: how much may wait for a slow client. */
  constructor(app: AppWorld, limits: OutboxLimits = OUTBOX_LIMITS) {
    this.#app = app;
    this.#limits = limits;
  }

  /** Serves one client until its transport closes; resolves then. */
  async serve(transport: Transport, from: 'client' | 'neighbour' = 'client'): Promise<void> {
    const connection = new Connection(() => peer, from === 'neighbour');
    const context: RequestContext = {
      connection,
      app: this.#app,
      fanout: this.#fanout,
      questions: this.#questions,
      settled: (threadId) => this.#dispatcher.settled(threadId),
      threadList: () => this.#openThreads(),
      threads: async () => (await this.#openThreads()).ready(),
    };
    const peer = new RawPeer(
      transport,
      {
        request: (request) => this.#dispatcher.dispatch(request, context),
        notification: () => undefined,
        failed: (method, error) =>
          this.#app.log.error('A request failed unexpectedly.', {
            method,
            reason: messageOf(error),
            stack: error instanceof Error ? error.stack : undefined,
          }),
      },
      {
        stampMs: () => this.#app.clock.nowMs(),
        answersAll: true,
        overflowed: (waiting) => this.#overflowed(connection, waiting),
        limits: this.#limits,
      },
    );
    this.#fanout.add(connection);
    peer.listen();
    await peer.closed;
    this.#fanout.remove(connection);
    connection.close();
    this.#questions.disconnected(connection);
    connection.left();
  }

  /** Ends every turn in order, saves what is open, closes the store. */
  async close(): Promise<void> {
    if (this.#threads === null) return;
    const [opened] = await Promise.allSettled([this.#threads]);
    if (opened.status === 'fulfilled') await opened.value.close();
  }

  #overflowed({ clientName }: Connection, waiting: number): void {
    this.#app.log.warn(
      'A client does not read what it is sent; its connection was closed. Its threads go on, and it can resume them.',
      { client: clientName, waiting },
    );
  }

  #openThreads(): Promise<ThreadTable> {
    this.#threads ??= this.#open().catch((error: unknown) => {
      // The next request tries again: a full disk or a read-only home may have been mended.
      this.#threads = null;
      throw error;
    });
    return this.#threads;
  }

  /** What knows threads is loaded now: the handshake needs none of it. */
  async #open(): Promise<ThreadTable> {
    const { openThreads } = await import('./openThreads.ts');
    return await openThreads({
      app: this.#app,
      fanout: this.#fanout,
      questions: this.#questions,
      serve: (transport) => this.serve(transport, 'neighbour'),
      publish: (event) => this.#publish(event),
    });
  }

  #publish(event: ServerNotification): void {
    this.#fanout.publish(event);
    if (event.method !== 'turn/completed') return;
    const { threadId } = event.params;
    this.#questions.turnCompleted(threadId);
    void this.#dispatcher.inOrder(threadId, this, () => this.#goOn(threadId));
  }

  /** A turn has ended: what waits for that may begin. */
  async #goOn(threadId: string): Promise<void> {
    const [{ goOn }, threads] = await Promise.all([import('./goOn.ts'), this.#openThreads()]);
    const thread = threads.open(threadId);
    if (thread !== undefined) goOn(this.#app, thread);
  }
}
