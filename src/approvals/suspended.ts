// Open requests of threads that are not open in this window: those of this workspace are opened, the others are listed.
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ApprovalListResult } from '../../server/protocol/schema/safety.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import { isHeldElsewhere } from '../threads/heldElsewhere.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import { isWithin } from '../threads/threadRows.ts';
import type { ThreadStore } from '../threads/threadStore.ts';

export type SuspendedRequest = ApprovalListResult['data'][number];

export interface SuspendedPorts {
  readonly server: Pick<ServerPort, 'request' | 'onDidConnect' | 'onDidDisconnect'>;
  readonly store: Pick<ThreadStore, 'get' | 'isPutAway' | 'open' | 'whenReopened' | 'onDidChangeThread'>;
  /** Absolute paths of the workspace's folders. */
  readonly folders: () => readonly string[];
  readonly log: Log;
  readonly pause?: (delayMs: number) => Promise<unknown>;
}

const ATTEMPTS = 10;
const PAUSE_MS = 500;

export class SuspendedRequests implements Disposable {
  readonly #ports: SuspendedPorts;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  #all: readonly SuspendedRequest[] = [];
  #refreshing: Promise<void> | null = null;
  #isDisposed = false;

  readonly onDidChange = this.#changed.event;

  constructor(ports: SuspendedPorts) {
    this.#ports = ports;
    const { server, store } = ports;
    this.#owned.add(this.#changed);
    this.#owned.add(server.onDidConnect(() => void this.#takeUp()));
    this.#owned.add(server.onDidDisconnect(() => this.#set([])));
    this.#owned.add(
      store.onDidChangeThread(({ notification, threadId }) => {
        // a thread that is opened brings its requests along
        if (notification === null && this.#all.some((request) => request.threadId === threadId)) this.#changed.fire();
      }),
    );
  }

  /** Requests whose threads are not open here, oldest first. */
  all(): SuspendedRequest[] {
    return this.#all.filter(({ threadId }) => !this.#isOpen(threadId));
  }

  /** Asks the server anew, and opens what has come up in this workspace. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh(1).finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#owned.dispose();
  }

  /** After a reload the window's former server may need a moment to let go of its threads. */
  async #takeUp(): Promise<void> {
    await this.#ports.store.whenReopened();
    await this.#refresh(ATTEMPTS);
  }

  async #refresh(attempts: number): Promise<void> {
    const { server, log, pause = sleep } = this.#ports;
    try {
      for (let attempt = 1; !this.#isDisposed; attempt += 1) {
        const { data } = await server.request('approval/list', {});
        this.#set(data.toSorted((one, other) => one.startedAtMs - other.startedAtMs));
        const outcome = await this.#openOwn();
        if (outcome === 'opened' || attempt >= attempts) return;
        await pause(PAUSE_MS);
      }
    } catch (error) {
      log.warn(`The open approvals of other threads are not known: ${messageOf(error)}`);
    }
  }

  /**
   * Opens the threads of this workspace, so that they ask again. `nothing`: none is known, which after a reload may only mean that the
   * former server still has them; `held`: another process has one.
   */
  async #openOwn(): Promise<'opened' | 'nothing' | 'held'> {
    const { store, folders, log } = this.#ports;
    const own = this.all().filter(({ cwd }) => folders().some((folder) => isWithin(cwd, folder)));
    let isHeld = false;
    for (const threadId of new Set(own.map((request) => request.threadId))) {
      try {
        await store.open(threadId, 'own');
      } catch (error) {
        // a window that holds it asks there
        if (isHeldElsewhere(error)) isHeld = true;
        else log.warn(`A thread that waits for an approval could not be opened: ${messageOf(error)}`);
      }
    }
    if (isHeld) return 'held';
    return own.length > 0 ? 'opened' : 'nothing';
  }

  #isOpen(threadId: string): boolean {
    const { store } = this.#ports;
    return store.get(threadId) !== undefined && !store.isPutAway(threadId);
  }

  #set(all: readonly SuspendedRequest[]): void {
    this.#all = all;
    this.#changed.fire();
  }
}
