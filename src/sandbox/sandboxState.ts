// Whether the server can contain commands here, as it said when it was last connected.
import { messageOf } from '../../server/protocol/errors.ts';
import type { SandboxReadResult } from '../../server/protocol/schema/safety.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import type { ServerPort } from '../threads/serverPort.ts';

export class SandboxState implements Disposable {
  readonly #server: ServerPort;
  readonly #log: Log;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  #value: SandboxReadResult | null = null;

  readonly onDidChange = this.#changed.event;

  constructor(server: ServerPort, log: Log) {
    this.#server = server;
    this.#log = log;
    this.#owned.add(this.#changed);
    this.#owned.add(server.onDidConnect(() => void this.refresh()));
  }

  /** null until the server has said so, and when it cannot say. */
  get value(): SandboxReadResult | null {
    return this.#value;
  }

  async refresh(): Promise<void> {
    try {
      this.#value = await this.#server.request('sandbox/read', {});
    } catch (error) {
      this.#value = null;
      this.#log.warn(`The state of the sandbox could not be read: ${messageOf(error)}`);
    }
    this.#changed.fire();
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

/** In a few words, for menus. */
export function sandboxWords(sandbox: SandboxReadResult | null): string {
  if (sandbox === null) return 'not known';
  if (!sandbox.isAvailable) return 'off, every command asks';
  return sandbox.backend === null ? 'on' : `on (${sandbox.backend})`;
}
