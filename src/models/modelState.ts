// Which model is in force: of the thread that is shown, or of the next new one.
import type { ModelChoice } from '../../server/protocol/chatBridge.ts';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ServerNotification } from '../../server/protocol/methods.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import type { Settings } from '../settings.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import { readServerDefaults, type ServerDefaults } from './serverDefaults.ts';
import { providerIdOf } from './localProvider.ts';

/** The model and provider that a thread was opened with. */
export interface ThreadModel {
  readonly model: string;
  readonly modelProvider: string;
}

/** A model that was picked for an open thread: it holds from its next turn on. */
export interface PickedModel {
  readonly model: string;
  readonly effort: string | null;
}

export const DEMO = 'demo';

export class ModelState implements Disposable {
  readonly #server: ServerPort;
  readonly #settings: () => Settings;
  readonly #log: Log;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  readonly #picked = new Map<string, PickedModel>();
  #defaults: ServerDefaults | null = null;

  readonly onDidChange = this.#changed.event;

  constructor(server: ServerPort, settings: () => Settings, log: Log) {
    this.#server = server;
    this.#settings = settings;
    this.#log = log;
    this.#owned.add(this.#changed);
    this.#owned.add(server.onDidConnect(() => void this.refresh()));
    this.#owned.add(server.onDidNotify((notification) => this.#hear(notification)));
  }

  /** What the server would choose by itself; null until it has been asked. */
  get defaults(): ServerDefaults | null {
    return this.#defaults;
  }

  /** Asks the server again what it would choose. */
  async refresh(): Promise<void> {
    try {
      this.#defaults = await readServerDefaults(this.#server);
    } catch (error) {
      this.#log.warn(`The server's model could not be read: ${messageOf(error)}`);
    }
    this.#changed.fire();
  }

  /** The settings have changed. */
  settingsChanged(): void {
    this.#changed.fire();
  }

  /** The model of a thread, or of the next new one; null while that is not known. */
  choice(threadId: string | null, thread: ThreadModel | undefined): ModelChoice | null {
    if (thread !== undefined && threadId !== null) {
      return this.#named(thread.modelProvider, this.#picked.get(threadId)?.model ?? thread.model);
    }
    const settings = this.#settings();
    const provider = settings.modelProvider ?? this.#defaults?.provider;
    if (provider === undefined) return null;
    const isDefault = provider === this.#defaults?.provider;
    return this.#named(provider, settings.model ?? (isDefault ? (this.#defaults?.model ?? '') : ''));
  }

  /** Nothing was configured: the built-in tour plays, or, with a server that has none, nobody would answer. */
  get isFirstRun(): boolean {
    const next = this.choice(null, undefined);
    if (next === null) return false;
    return next.isDemo || (this.#defaults?.lacksAccount === true && next.provider === this.#defaults.provider);
  }

  pickForThread(threadId: string, picked: PickedModel): void {
    this.#picked.set(threadId, picked);
    this.#changed.fire();
  }

  /** What to add to the next `turn/start` of a thread. */
  overridesFor(threadId: string): PickedModel | undefined {
    return this.#picked.get(threadId);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #hear(notification: ServerNotification): void {
    if (notification.method === 'account/updated') void this.refresh();
  }

  #named(provider: string, model: string): ModelChoice {
    const local = this.#settings().localServers.find(({ baseUrl }) => providerIdOf(baseUrl) === provider);
    const providerName = local?.name ?? this.#defaults?.providerNames[provider] ?? provider;
    return { provider, providerName, model, isDemo: provider === DEMO };
  }
}
