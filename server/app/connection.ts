// One client: what it said of itself, what it wants to hear, which threads it follows.
import { ProtocolError } from '../protocol/errors.ts';
import type { NotificationLine } from '../protocol/define.ts';
import { serverNotifications, type ServerNotification } from '../protocol/methods.ts';
import type { ClientInfo, InitializeParams } from '../protocol/schema/initialize.ts';
import type { RequestId } from '../protocol/jsonrpc.ts';
import type { RawPeer } from '../rpc/rawPeer.ts';
import type { Relay } from './follow/relay.ts';

const LINES: Readonly<Record<string, NotificationLine>> = serverNotifications;

/** Notifications for those alone who asked for the experimental API. */
const EXPERIMENTAL: ReadonlySet<string> = new Set(
  Object.entries(LINES).flatMap(([method, { experimental }]) => (experimental === true ? method : [])),
);

export class Connection {
  readonly #peer: () => RawPeer;
  readonly #subscriptions = new Set<string>();
  /** Threads that another process writes, as long as this client follows them; also those whose process was lost meanwhile. */
  readonly #relays = new Map<string, Relay>();
  /** Another server of the home, which comes for a client of its own. */
  readonly isNeighbour: boolean;
  #hasLeft = false;
  #client: InitializeParams | null = null;
  #optedOut: ReadonlySet<string> = new Set();
  readonly #closing = new AbortController();

  /** `peer` is asked for late: the peer and its connection are made for each other. */
  constructor(peer: () => RawPeer, isNeighbour = false) {
    this.#peer = peer;
    this.isNeighbour = isNeighbour;
  }

  get isInitialized(): boolean {
    return this.#client !== null;
  }

  get clientInfo(): ClientInfo {
    return this.#client?.clientInfo ?? { name: 'unknown', version: '0' };
  }

  get clientName(): string {
    return this.#client?.clientInfo.name ?? 'unknown';
  }

  get wantsExperimental(): boolean {
    return this.#client?.capabilities?.experimentalApi === true;
  }

  /** Aborted when the client has gone: what belongs to its connection alone ends with it. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort();
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

  /** From now on the thread's requests go to the process that writes it. */
  follow(threadId: string, relay: Relay): void {
    this.unfollow(threadId);
    if (this.#hasLeft) relay.close();
    else this.#relays.set(threadId, relay);
  }

  relay(threadId: string): Relay | undefined {
    return this.#relays.get(threadId);
  }

  get relays(): ReadonlyMap<string, Relay> {
    return this.#relays;
  }

  /** Whether the connection followed the thread in another process until now. */
  unfollow(threadId: string): boolean {
    this.#relays.get(threadId)?.close();
    return this.#relays.delete(threadId);
  }

  /** The client is gone. */
  left(): void {
    this.#hasLeft = true;
    for (const threadId of [...this.#relays.keys()]) this.unfollow(threadId);
  }

  notify(event: ServerNotification): void {
    this.pass(event.method, event.params);
  }

  /** What another process tells, as it came. */
  pass(method: string, params: unknown): void {
    if (!this.isInitialized || this.#optedOut.has(method)) return;
    if (EXPERIMENTAL.has(method) && !this.wantsExperimental) return;
    this.#peer().notify(method, params);
  }

  /** Bytes sent that the client has not taken yet. */
  get backlogBytes(): number {
    return this.#peer().backlogBytes;
  }

  /** Calls back once when the client has taken everything, or has gone. */
  whenDrained(listener: () => void): void {
    this.#peer().whenDrained(listener);
  }

  ask(id: RequestId, method: string, params: unknown): Promise<unknown> {
    return this.#peer().ask(id, method, params);
  }

  forget(id: RequestId): void {
    this.#peer().forget(id);
  }
}
