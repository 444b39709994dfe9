// A client of the soak: answers what it is asked as chance has it, and writes down what it was told to be done.
import { isConnectionLost, isProtocolError, messageOf } from '../../../server/protocol/errors.ts';
import type {
  ClientRequestInput,
  ClientRequestMethod,
  ClientRequestResult,
  ServerNotification,
  ServerRequest,
} from '../../../server/protocol/methods.ts';
import { ClientPeer } from '../../../server/rpc/peer.ts';
import type { Transport } from '../../../server/rpc/transport.ts';
import type { Ledger } from './ledger.ts';

/** What may be answered under the internal code: it is the answer to a known state of the world. */
const KNOWN_INTERNAL = new Set(['ownerLost', 'activeTurnNotSteerable']);

export class SoakClient {
  readonly name: string;
  readonly #peer: ClientPeer;
  readonly #ledger: Ledger;
  readonly #random: () => number;
  readonly #resumed = new Set<string>();

  constructor(
    name: string,
    transport: Transport,
    { ledger, random }: { readonly ledger: Ledger; readonly random: () => number },
  ) {
    this.name = name;
    this.#ledger = ledger;
    this.#random = random;
    this.#peer = new ClientPeer(transport, {
      request: (request) => this.#answer(request),
      notification: (notification) => this.#hear(notification),
      ignored: (method, reason) => ledger.fault(`${method} does not fit: ${reason}`),
    });
  }

  get closed(): Promise<void> {
    return this.#peer.closed;
  }

  async initialize(): Promise<void> {
    const capabilities = { experimentalApi: true };
    await this.#peer.request('initialize', { clientInfo: { name: this.name, version: '1' }, capabilities });
    this.#peer.notify('initialized');
  }

  /** Null when the server refused or was lost: both happen here all the time. What must not happen is a fault. */
  async ask<M extends ClientRequestMethod>(
    method: M,
    params: ClientRequestInput<M>,
  ): Promise<ClientRequestResult<M> | null> {
    const late = setTimeout(() => this.#ledger.fault(`${method} has no answer after a minute`), 60_000);
    try {
      return await this.#peer.request(method, params);
    } catch (error) {
      if (isConnectionLost(error)) return null;
      if (!isProtocolError(error)) this.#ledger.fault(`${method}: ${messageOf(error)}`);
      else if (error.code === -32_603 && !KNOWN_INTERNAL.has(error.kind))
        this.#ledger.fault(`${method}: ${error.kind} ${error.message}`);
      else this.#ledger.refused(method, error.kind);
      return null;
    } finally {
      clearTimeout(late);
    }
  }

  /** Hears of the thread from now on, whoever writes it. */
  async follow(threadId: string): Promise<boolean> {
    if (this.#resumed.has(threadId)) return true;
    const resumed = await this.ask('thread/resume', { threadId, follow: true, excludeTurns: true });
    if (resumed !== null) this.#resumed.add(threadId);
    return resumed !== null;
  }

  unfollow(threadId: string): void {
    this.#resumed.delete(threadId);
  }

  close(): void {
    this.#peer.close();
  }

  /** Yes, no, or never. */
  #answer({ method }: ServerRequest): Promise<unknown> {
    const chance = this.#random();
    if (chance < 0.15) return new Promise(() => undefined);
    this.#ledger.answered(method);
    return Promise.resolve({ decision: chance < 0.7 ? 'accept' : 'decline' });
  }

  #hear(notification: ServerNotification): void {
    if (notification.method === 'thread/closed') this.#resumed.delete(notification.params.threadId);
    this.#ledger.hear(notification);
  }
}
