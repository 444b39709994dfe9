// The threads that are loaded, and how a stored one is loaded, created, and let go.
import type { LiveThread } from '../core/thread/liveThread.ts';
import type { Notices } from '../core/thread/notices.ts';
import type { SuspendedTurn } from '../core/thread/suspendedTurn.ts';
import type { Lease, LeaseClaim, OwnerDoor, ThreadRecord, ThreadStore } from '../core/thread/threadStore.ts';
import type { Settings } from '../core/settings.ts';
import type { ModelItem } from '../core/turn/modelPort.ts';
import type { TurnWorld } from '../core/turn/turnWorld.ts';
import { messageOf, ProtocolError } from '../protocol/errors.ts';
import type { ServerNotification } from '../protocol/methods.ts';
import type { DynamicToolSpec } from '../protocol/schema/dynamicTool.ts';
import type { Neighbours } from './follow/neighbours.ts';
import type { makeLiveThread } from './liveThreads.ts';
import type { AppWorld } from './world.ts';

export interface ThreadTableOptions {
  readonly app: AppWorld;
  readonly store: ThreadStore;
  /** What threads need that run something. */
  openWorld(): Promise<TurnWorld>;
  readonly neighbours: Neighbours;
  readonly notices: Notices;
  /** Where other processes follow what is written here. */
  door(): OwnerDoor | null;
  publish(event: ServerNotification): void;
}

/** The threads as far as they are only looked at: for that, nothing that a turn needs is loaded. */
export type ThreadList = Pick<ThreadTable, 'store' | 'neighbours' | 'notices' | 'ids' | 'get'>;

/** What is loaded when the first thread is to run something. */
interface Running {
  readonly world: TurnWorld;
  readonly makeLiveThread: typeof makeLiveThread;
}

export class ThreadTable {
  readonly store: ThreadStore;
  readonly #options: ThreadTableOptions;
  readonly #live = new Map<string, LiveThread>();
  #running: Running | null = null;
  #loading: Promise<Running> | null = null;
  #isClosing = false;
  readonly #leaving = new Map<string, Promise<void>>();

  constructor(options: ThreadTableOptions) {
    this.store = options.store;
    this.#options = options;
  }

  /** Loads what threads need that run something. After a failure the next call tries again. */
  async ready(): Promise<this> {
    this.#loading ??= this.#load().catch((error: unknown) => {
      this.#loading = null;
      throw error;
    });
    this.#running = await this.#loading;
    return this;
  }

  async #load(): Promise<Running> {
    const { makeLiveThread } = await import('./liveThreads.ts');
    return { makeLiveThread, world: await this.#options.openWorld() };
  }

  get #loaded(): Running {
    if (this.#running === null) throw new Error('The threads are only listed yet: `ready` comes first.');
    return this.#running;
  }

  /** Once the table is `ready`. */
  get world(): TurnWorld {
    return this.#loaded.world;
  }

  get neighbours(): Neighbours {
    return this.#options.neighbours;
  }

  get notices(): Notices {
    return this.#options.notices;
  }

  get ids(): string[] {
    return [...this.#live.keys()].toSorted();
  }

  get(threadId: string): LiveThread | undefined {
    return this.#live.get(threadId);
  }

  /** The loaded thread, if more may begin on it. */
  open(threadId: string): LiveThread | undefined {
    return this.#isClosing || this.#leaving.has(threadId) ? undefined : this.#live.get(threadId);
  }

  /** The loaded thread, or the wire's error for one that must be resumed first. */
  need(threadId: string): LiveThread {
    const thread = this.#live.get(threadId);
    if (thread !== undefined) return thread;
    throw new ProtocolError('invalidRequest', `thread not found: ${threadId}`, { kind: 'threadNotFound' });
  }

  /** A new thread. Nothing is stored before its first turn. */
  start(
    settings: Settings,
    client: {
      readonly name: string;
      readonly isEphemeral: boolean;
      readonly dynamicTools: readonly DynamicToolSpec[];
      readonly threadSource: string | null;
    },
  ): LiveThread {
    const { ids, clock } = this.#options.app;
    const id = ids.next();
    const nowMs = clock.nowMs();
    const record: ThreadRecord = {
      id,
      sessionId: id,
      forkedFromId: null,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      recencyAtMs: nowMs,
      archived: false,
      name: null,
      preview: '',
      cliVersion: this.#options.app.version,
      originator: client.name,
      threadSource: client.threadSource,
      gitInfo: null,
      settings,
      tokenUsage: null,
      ...(client.dynamicTools.length === 0 ? {} : { dynamicTools: client.dynamicTools }),
    };
    return this.add(record, {
      history: () => [],
      isStored: false,
      isEphemeral: client.isEphemeral,
      clientName: client.name,
    });
  }

  add(
    record: ThreadRecord,
    parts: {
      history: () => readonly ModelItem[];
      isStored: boolean;
      isEphemeral: boolean;
      clientName: string;
      lease?: Lease;
      suspended?: SuspendedTurn | null;
    },
  ): LiveThread {
    let lease = parts.lease ?? null;
    const { world, makeLiveThread } = this.#loaded;
    const thread = makeLiveThread({
      world,
      record,
      history: parts.history,
      isStored: parts.isStored,
      isEphemeral: parts.isEphemeral,
      suspended: parts.suspended ?? null,
      publish: (event) => this.#options.publish(event),
      lost: (reason) => {
        this.#lost(record.id, reason).catch((error: unknown) =>
          this.#options.app.log.error('A lost thread could not be let go.', { reason: String(error) }),
        );
      },
      acquire: () => {
        const held = lease ?? this.acquire(record.id, parts.clientName, false);
        lease = null;
        return held;
      },
    });
    this.#live.set(record.id, thread);
    if (parts.isStored) thread.ensureWritable();
    return thread;
  }

  /** The right to write the thread, or an error that names who has it. */
  acquire(threadId: string, client: string, takeover: boolean): Lease {
    const claim: LeaseClaim = {
      ...this.#options.app.process,
      client,
      sinceMs: this.#options.app.clock.nowMs(),
      door: this.#options.door(),
    };
    const outcome = this.store.acquire(threadId, claim, takeover);
    if (outcome.type === 'held') return outcome.lease;
    const { by } = outcome;
    const since = new Date(by.sinceMs).toISOString();
    throw new ProtocolError(
      'invalidRequest',
      `thread ${threadId} already has an active writer: ${by.client} (pid ${by.pid} on ${by.host}) since ${since}. Close it there, or resume with takeover.`,
      { kind: 'threadHeld', data: { owner: by } },
    );
  }

  /** Ends what the thread runs and forgets it; its stored history stays. */
  unload(threadId: string, how: 'end' | 'suspend' = 'end'): Promise<void> {
    const leaving = this.#leaving.get(threadId) ?? this.#unload(threadId, how);
    this.#leaving.set(threadId, leaving);
    return leaving;
  }

  /**
   * Lets the thread go for another process; a turn that waits for the user is left to that. Gives the reason, in words for the user, or
   * null when it is not written here. Throws ProtocolError `turnInProgress` when a turn runs and it is not forced.
   */
  async release(
    threadId: string,
    { by, isForced }: { readonly by: string; readonly isForced: boolean },
  ): Promise<string | null> {
    const thread = await this.current(threadId);
    if (thread === undefined || thread.isEphemeral || !thread.isStored) return null;
    const reason = `This thread was taken over by ${by}. Resume it to continue here.`;
    if (thread.running !== null && !thread.approvals.outlive) {
      if (!isForced)
        throw new ProtocolError('invalidRequest', `a turn runs in thread ${threadId}`, { kind: 'turnInProgress' });
      thread.running.fail(reason);
    }
    await this.unload(threadId, 'suspend');
    return reason;
  }

  /** The loaded thread, if this process may still write it; one that another process took over is let go first. */
  async current(threadId: string): Promise<LiveThread | undefined> {
    const thread = this.#live.get(threadId);
    try {
      if (thread?.isStored === true) thread.ensureWritable();
    } catch (error) {
      this.#options.app.log.debug('A loaded thread is written elsewhere.', { threadId, reason: messageOf(error) });
    }
    await this.#leaving.get(threadId);
    return this.#live.get(threadId);
  }

  /** Another process writes the thread now: it is let go here, and the clients are told who has it. */
  async #lost(threadId: string, message: string): Promise<void> {
    await this.unload(threadId);
    this.tellLost(threadId, message);
  }

  tellLost(threadId: string, message: string): void {
    this.#options.publish({ method: 'warning', params: { threadId, message, about: 'writer' } });
    this.#options.publish({ method: 'thread/closed', params: { threadId } });
  }

  async #unload(threadId: string, how: 'end' | 'suspend'): Promise<void> {
    const thread = this.#live.get(threadId);
    try {
      await thread?.close(how);
    } finally {
      this.#live.delete(threadId);
      this.#leaving.delete(threadId);
    }
    thread?.setStatus({ type: 'notLoaded' });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    // whoever waits for it finds the store open
    await this.#loading?.catch(() => undefined);
    await Promise.all([...this.#live.values()].map((thread) => thread.close('suspend')));
    this.#live.clear();
    this.store.close();
  }
}
