// Whether the user trusts the workspace, and what happens to open threads when they begin to.
import { messageOf } from '../../server/protocol/errors.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import { Disposables, Emitter, type Disposable, type Event } from '../emitter.ts';
import type { Log } from '../log.ts';
import type { ThreadStore } from '../threads/threadStore.ts';
import type { RestrictedThreads } from './restrictedThreads.ts';

export interface WorkspaceTrustPorts {
  readonly isTrusted: () => boolean;
  readonly onDidGrant: Event<void>;
  readonly restricted: RestrictedThreads;
  readonly store: Pick<ThreadStore, 'all' | 'loaded' | 'onDidChangeThread'>;
  /** Starts the server anew: open threads are opened again, by then with the settings of a trusted workspace. */
  readonly restart: () => Promise<void>;
  readonly log: Log;
}

/**
 * What a thread was opened with holds while the server has it loaded, its instructions and rules included. So once trust is granted
 * and no turn runs, the server is started anew, and every open thread is opened as in a trusted workspace.
 */
export class WorkspaceTrust implements Disposable {
  readonly #ports: WorkspaceTrustPorts;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  #isLifting = false;
  #isRestarting = false;

  readonly onDidChange = this.#changed.event;

  constructor(ports: WorkspaceTrustPorts) {
    this.#ports = ports;
    this.#owned.add(this.#changed);
    this.#owned.add(ports.onDidGrant(() => this.#granted()));
    this.#owned.add(
      ports.store.onDidChangeThread(({ threadId, notification }) => {
        if (notification === null) this.#opened(threadId);
        if (notification?.method === 'turn/completed') this.#liftWhenIdle();
      }),
    );
  }

  get isTrusted(): boolean {
    return this.#ports.isTrusted();
  }

  /** Trusted, but threads are open that were opened before that. */
  get isLifting(): boolean {
    return this.#isLifting;
  }

  /** Whether the thread was opened read-only because nobody was trusted, and has not been opened otherwise since. */
  isRestricted(threadId: string): boolean {
    return this.#ports.restricted.has(threadId);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #granted(): void {
    this.#isLifting = this.#openRestricted();
    this.#changed.fire();
    this.#liftWhenIdle();
  }

  /** A thread was opened, or opened again: as the workspace is trusted now. */
  #opened(threadId: string): void {
    const { restricted, store, log } = this.#ports;
    const { opened } = store.loaded(threadId) ?? {};
    const isReadOnly = opened?.approvalPolicy === 'untrusted' && opened.sandbox.type === 'readOnly';
    const kept = this.isTrusted ? (isReadOnly ? null : restricted.remove(threadId)) : restricted.add(threadId);
    kept?.catch((error: unknown) => log.warn(messageOf(error)));
    if (!this.#isLifting || this.#openRestricted()) return;
    this.#isLifting = false;
    this.#changed.fire();
  }

  #liftWhenIdle(): void {
    const { store, restart, log } = this.#ports;
    if (!this.#isLifting || this.#isRestarting || store.all().some((state) => runningTurn(state) !== undefined)) return;
    this.#isRestarting = true;
    restart()
      .catch((error: unknown) => log.error(`The threads could not be opened anew: ${messageOf(error)}`))
      .finally(() => {
        this.#isRestarting = false;
      });
  }

  #openRestricted(): boolean {
    return this.#ports.store.all().some(({ thread }) => this.isRestricted(thread.id));
  }
}
