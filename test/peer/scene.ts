// A conversation as it is told to either server: the few words that conversations are made of.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Line, WireClient } from '../support/wireClient.ts';
import type { Peer } from './peers.ts';

export interface Conversation {
  readonly title: string;
  /** Added to config.toml. */
  readonly config?: string;
  play(scene: Scene): Promise<void>;
}

interface Answer {
  readonly result?: any;
  readonly error?: { readonly code: number; readonly message: string };
}

export class Scene {
  readonly #peer: Peer;
  readonly #clients: WireClient[] = [];

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  get model(): Peer['model'] {
    return this.#peer.model;
  }

  get client(): WireClient {
    const client = this.#clients.at(-1);
    if (client === undefined) throw new Error('No server was started.');
    return client;
  }

  /** All that was said so far, over all starts of the server. */
  get lines(): Line[] {
    return this.#clients.flatMap(({ lines }) => lines);
  }

  /** Starts the server, again if it ran before; without a greeting. */
  async connect(): Promise<WireClient> {
    this.#clients.push(await this.#peer.start());
    return this.client;
  }

  /** Starts the server and greets it. */
  async open(): Promise<void> {
    await (await this.connect()).initialize('peer_test');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#peer.workspace, name), text);
  }

  ask(method: string, params: object = {}): Promise<Answer> {
    return this.client.ask(method, params);
  }

  /** Starts a thread in which everything is allowed; returns its id. */
  async thread(params: object = {}): Promise<string> {
    const policies = { approvalPolicy: 'never', sandbox: 'danger-full-access' };
    const { result } = await this.ask('thread/start', { cwd: this.#peer.workspace, ...policies, ...params });
    await this.client.next('thread/started');
    return result.thread.id;
  }

  /** Starts a turn; returns its id. */
  async begin(threadId: string, text: string, params: object = {}): Promise<string> {
    const { result } = await this.ask('turn/start', { threadId, input: [{ type: 'text', text }], ...params });
    return result.turn.id;
  }

  async ended(threadId: string): Promise<void> {
    await this.client.turnCompleted(threadId);
  }

  /** A whole turn; returns its id. */
  async turn(threadId: string, text: string, params: object = {}): Promise<string> {
    const turnId = await this.begin(threadId, text, params);
    await this.ended(threadId);
    return turnId;
  }

  /** Reads the history back in the three ways. */
  async readBack(threadId: string): Promise<void> {
    await this.ask('thread/read', { threadId, includeTurns: true });
    await this.ask('thread/turns/list', { threadId });
    await this.ask('thread/items/list', { threadId });
  }
}
