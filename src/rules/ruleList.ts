// The rules for commands and hosts as the server last listed them.
import { messageOf } from '../../server/protocol/errors.ts';
import type { Rule, RuleListResult } from '../../server/protocol/schema/safety.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import type { ServerPort } from '../threads/serverPort.ts';

export interface RuleListPorts {
  readonly server: ServerPort;
  /** The workspace whose rules count; null when no folder is open. */
  readonly cwd: () => string | null;
  readonly log: Log;
}

const NO_RULES: RuleListResult = { data: [], problems: [] };

export class RuleList implements Disposable {
  readonly #ports: RuleListPorts;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  #listed: RuleListResult = NO_RULES;
  /** Nothing is asked before someone looks. */
  #isWanted = false;
  #isListed = false;

  readonly onDidChange = this.#changed.event;

  constructor(ports: RuleListPorts) {
    this.#ports = ports;
    const { server } = ports;
    this.#owned.add(this.#changed);
    this.#owned.add(server.onDidConnect(() => this.#refreshSoon()));
    this.#owned.add(
      server.onDidNotify(({ method }) => {
        if (method === 'rule/changed') this.#refreshSoon();
      }),
    );
  }

  get listed(): RuleListResult {
    return this.#listed;
  }

  /** The rules, asked for if they never were; what is there when they cannot be had. */
  async read(): Promise<RuleListResult> {
    try {
      if (!this.#isListed) await this.refresh();
    } catch (error) {
      this.#ports.log.warn(`The rules could not be listed: ${messageOf(error)}`);
    }
    return this.#listed;
  }

  async refresh(): Promise<void> {
    this.#isWanted = true;
    const { server, cwd } = this.#ports;
    this.#listed = await server.request('rule/list', { cwd: cwd() });
    this.#isListed = true;
    this.#changed.fire();
  }

  /** The list is read again when the server says that it has changed. */
  async setEnabled({ id }: Rule, isEnabled: boolean): Promise<void> {
    await this.#ports.server.request('rule/setEnabled', { id, isEnabled, cwd: this.#ports.cwd() });
  }

  async remove({ id }: Rule): Promise<void> {
    await this.#ports.server.request('rule/remove', { id, cwd: this.#ports.cwd() });
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #refreshSoon(): void {
    if (!this.#isWanted) return;
    this.refresh().catch((error: unknown) =>
      this.#ports.log.warn(`The rules could not be listed: ${messageOf(error)}`),
    );
  }
}
