// One client: what it said of itself, what it wants to hear, which threads it follows.
import { ProtocolError } from '../protocol/errors.ts';
import type { ServerNotification } from '../protocol/methods.ts';
import type { InitializeParams } from '../protocol/schema/initialize.ts';
import type { RequestId } from '../protocol/jsonrpc.ts';
import type { RawPeer } from '../rpc/rawPeer.ts';

export class Connection {
  readonly #peer: () => RawPeer;
  readonly #subscriptions = new Set<string>();
  #client: InitializeParams | null = null;
  #optedOut: ReadonlySet<string> = new Set();

  /** `peer` is asked for late: the peer and its connection are made for each other. */
  constructor(peer: () => RawPeer) {
    this.#peer = peer;
  }

  get isInitialized(): boolean {
    return this.#client !== null;
  }

  get clientName(): string {
    return this.#client?.clientInfo.name ?? 'unknown';
  }

  get wantsExperimental(): boolean {
    return this.#client?.capabilities?.experimentalApi === true;
  }

  initialize(params: InitializeParams): void {
    if (this.#client !== null) throw new ProtocolError('invalidRequest', 'Already initialized');
    this.#client = params;
    this.#optedOut = new Set(params.capabilities?.optOutNotificationMethods ?? []);
  }

  subscribe(threadId: string): void {
    this.#subscriptions.add(threadId);
  }

  /** Whether the connection followed the thread until now. */
  unsubscribe(threadId: string): boolean {
    return this.#subscriptions.delete(threadId);
  }

  follows(threadId: string): boolean {
    return this.#subscriptions.has(threadId);
  }

  notify(event: ServerNotification): void {
    if (this.isInitialized && !this.#optedOut.has(event.method)) this.#peer().notify(event.method, event.params);
  }

  ask(id: RequestId, method: string, params: unknown): Promise<unknown> {
    return this.#peer().ask(id, method, params);
  }

  forget(id: RequestId): void {
    this.#peer().forget(id);
  }
}
