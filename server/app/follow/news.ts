// What happens to threads is told to the other servers of the home, and what those tell to the clients of this one.
import type { Notices } from '../../core/thread/notices.ts';
import type { ServerNotification } from '../../protocol/methods.ts';
import type { ThreadStatus } from '../../protocol/schema/thread.ts';
import { threadIdOf } from '../../protocol/state/threadReducer.ts';
import type { Fanout } from '../fanout.ts';
import { statuses } from '../threadHistory.ts';
import type { ThreadList } from '../threadTable.ts';
import { isNews } from './newsMethods.ts';

export class News {
  readonly #notices: Notices;
  readonly #fanout: Fanout;
  readonly #threads: ThreadList;
  /** Threads that were started here and are not stored yet: nobody else could read them. */
  readonly #unstored = new Set<string>();

  constructor(parts: { notices: Notices; fanout: Fanout; threads: ThreadList }) {
    this.#notices = parts.notices;
    this.#fanout = parts.fanout;
    this.#threads = parts.threads;
  }

  /** Begins to tell and to listen. */
  start(): void {
    this.#fanout.onEveryone((event) => this.#tell(event));
    this.#notices.listen({
      told: (event) => this.#hear(event),
      ended: (threadIds) => this.#ended(threadIds),
    });
  }

  #tell(event: ServerNotification): void {
    const threadId = threadIdOf(event);
    if (threadId === undefined || !isNews(event.method)) return;
    const thread = this.#threads.get(threadId);
    if (thread !== undefined && !thread.isStored) {
      if (!thread.isEphemeral) this.#unstored.add(threadId);
      return;
    }
    if (thread === undefined && event.method !== 'thread/deleted' && this.#threads.store.get(threadId) === undefined)
      return;
    if (this.#unstored.delete(threadId) && thread !== undefined)
      this.#notices.tell(threadId, { method: 'thread/started', params: { thread: thread.view() } });
    this.#notices.tell(threadId, event);
  }

  #hear(event: ServerNotification): void {
    const threadId = threadIdOf(event);
    if (threadId === undefined) return;
    const isStatus = event.method === 'thread/status/changed';
    // of a thread that is written here it is old news
    if (isStatus && this.#threads.get(threadId) !== undefined) return;
    this.#fanout.pass(this.#withLease(event), (connection) => {
      if (connection.isNeighbour) return false;
      // who follows hears of the status in its place among the other events
      return !isStatus || (connection.wantsExperimental && connection.relay(threadId)?.isOpen !== true);
    });
  }

  /** Who hears of a status learns who writes the thread, and need not ask. */
  #withLease(event: ServerNotification): ServerNotification {
    if (event.method !== 'thread/status/changed') return event;
    const lease = this.#threads.store.foreignOwner(event.params.threadId)?.by ?? null;
    return { method: event.method, params: { ...event.params, lease } };
  }

  #ended(threadIds: readonly string[]): void {
    const statusOf: (threadId: string) => ThreadStatus = statuses(this.#threads);
    for (const threadId of threadIds)
      this.#hear({ method: 'thread/status/changed', params: { threadId, status: statusOf(threadId) } });
  }
}
