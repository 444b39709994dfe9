// The list of stored threads, read page by page and kept up to date by what the server tells everyone.
import type { ClientRequestInput, ServerNotification } from '../../server/protocol/methods.ts';
import type { Thread, ThreadStatus, ThreadStatusChanged } from '../../server/protocol/schema/thread.ts';
import type { ThreadItem, UserInput } from '../../server/protocol/schema/item.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { ServerPort } from './serverPort.ts';

/** What is asked of the server: this workspace's threads, all that are not archived, and the archived ones. */
export type ListSource = 'workspace' | 'all' | 'archived';

const SOURCES: readonly ListSource[] = ['workspace', 'all', 'archived'];
const PAGE = 50;

/** What to ask for next: the first page, a later one, or nothing more. */
type Position =
  | { readonly type: 'first' }
  | { readonly type: 'after'; readonly cursor: string }
  | { readonly type: 'end' };

/** The known threads. `isLoaded` tells an empty list from one that has not been read yet. */
export class ThreadList implements Disposable {
  readonly #server: ServerPort;
  readonly #folders: () => readonly string[];
  readonly #threads = new Map<string, Thread>();
  readonly #archived = new Set<string>();
  readonly #positions = new Map<ListSource, Position>();
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  #isLoaded = false;
  #refreshing: Promise<void> | null = null;

  readonly onDidChange = this.#changed.event;

  /** `folders` are the absolute paths of the workspace's folders. */
  constructor(server: ServerPort, folders: () => readonly string[]) {
    this.#server = server;
    this.#folders = folders;
    this.#owned.add(this.#changed);
    this.#owned.add(server.onDidNotify((notification) => this.#apply(notification)));
    this.#owned.add(server.onDidDisconnect(() => this.#rest()));
  }

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  get(threadId: string): Thread | undefined {
    return this.#threads.get(threadId);
  }

  isArchived(threadId: string): boolean {
    return this.#archived.has(threadId);
  }

  /** All known threads, the latest first. */
  all(): Thread[] {
    return [...this.#threads.values()].toSorted((a, b) => latest(b) - latest(a));
  }

  hasMore(source: ListSource): boolean {
    return this.#positions.get(source)?.type === 'after';
  }

  /** Reads the first pages anew: what other windows did shows up, what they deleted goes. A failed read changes nothing. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#readFirstPages().finally(() => {
      this.#refreshing = null;
    });
    await this.#refreshing;
  }

  /** Reads the next page of a source. */
  async more(source: ListSource): Promise<void> {
    const position = this.#positions.get(source);
    if (position?.type !== 'after') return;
    await this.#read(source, position.cursor);
    this.#changed.fire();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #readFirstPages(): Promise<void> {
    const sources = this.#folders().length > 0 ? SOURCES : SOURCES.slice(1);
    const pages = await Promise.all(sources.map(async (source) => [source, await this.#fetch(source, null)] as const));
    const unlisted = [...this.#threads.values()].filter((thread) => !isListed(thread));
    this.#threads.clear();
    this.#archived.clear();
    for (const thread of unlisted) this.#threads.set(thread.id, thread);
    for (const [source, page] of pages) this.#take(source, page);
    this.#isLoaded = true;
    this.#changed.fire();
  }

  async #read(source: ListSource, cursor: string): Promise<void> {
    this.#take(source, await this.#fetch(source, cursor));
  }

  async #fetch(source: ListSource, cursor: string | null): Promise<Page> {
    const params: ClientRequestInput<'thread/list'> = {
      limit: PAGE,
      cursor,
      sortKey: 'updated_at',
      sortDirection: 'desc',
    };
    switch (source) {
      case 'workspace':
        return await this.#server.request('thread/list', { ...params, cwd: [...this.#folders()] });
      case 'all':
        return await this.#server.request('thread/list', params);
      case 'archived':
        return await this.#server.request('thread/list', { ...params, archived: true });
    }
  }

  #take(source: ListSource, page: Page): void {
    for (const thread of page.data) {
      this.#threads.set(thread.id, thread);
      if (source === 'archived') this.#archived.add(thread.id);
    }
    this.#positions.set(
      source,
      page.nextCursor === null ? { type: 'end' } : { type: 'after', cursor: page.nextCursor },
    );
  }

  #apply(notification: ServerNotification): void {
    if (this.#reduce(notification)) this.#changed.fire();
  }

  /** Without a server nothing runs and nobody waits for an answer. */
  #rest(): void {
    for (const thread of this.#threads.values())
      this.#threads.set(thread.id, { ...thread, status: { type: 'notLoaded' } });
    this.#changed.fire();
  }

  /** Whether the notification changed the list. */
  #reduce(notification: ServerNotification): boolean {
    switch (notification.method) {
      case 'thread/started':
        return this.#started(notification.params.thread);
      case 'thread/status/changed':
        return this.#statusChanged(notification.params);
      case 'thread/name/updated':
        return this.#change(notification.params.threadId, { name: notification.params.threadName ?? null });
      case 'turn/started':
        return this.#touch(notification.params.threadId, notification.params.turn.startedAt);
      case 'item/completed':
        return this.#preview(notification.params.threadId, notification.params.item);
      case 'thread/archived':
        this.#archived.add(notification.params.threadId);
        return this.#threads.has(notification.params.threadId);
      case 'thread/unarchived':
        return this.#archived.delete(notification.params.threadId);
      case 'thread/deleted':
        return this.#threads.delete(notification.params.threadId);
      default:
        return false;
    }
  }

  #started(thread: Thread): boolean {
    this.#threads.set(thread.id, { ...thread, turns: [] });
    return isListed(thread);
  }

  #statusChanged({ threadId, status, lease }: ThreadStatusChanged): boolean {
    return this.#change(threadId, { status, lease: leaseAfter(this.#threads.get(threadId)?.lease, status, lease) });
  }

  #touch(threadId: string, startedAt: number | null): boolean {
    return startedAt !== null && this.#change(threadId, { updatedAt: startedAt });
  }

  /** The first thing that was asked is the thread's title until it has a name. */
  #preview(threadId: string, item: ThreadItem): boolean {
    if (item.type !== 'userMessage' || this.#threads.get(threadId)?.preview !== '') return false;
    return this.#change(threadId, { preview: firstText(item.content) });
  }

  #change(
    threadId: string,
    change: Partial<Pick<Thread, 'status' | 'lease' | 'name' | 'updatedAt' | 'preview'>>,
  ): boolean {
    const thread = this.#threads.get(threadId);
    if (thread === undefined) return false;
    const next = { ...thread, ...change };
    this.#threads.set(threadId, next);
    return isListed(next) && !looksTheSame(thread, next);
  }
}

interface Page {
  readonly data: readonly Thread[];
  readonly nextCursor: string | null;
}

/** A thread in which nothing was ever said is not stored, and so not listed. */
export function isListed(thread: Thread): boolean {
  return thread.preview !== '' || thread.name !== null || thread.forkedFromId !== null;
}

function latest(thread: Thread): number {
  return thread.recencyAt ?? thread.updatedAt;
}

function looksTheSame(a: Thread, b: Thread): boolean {
  const isSameText = a.name === b.name && a.preview === b.preview && a.lease?.pid === b.lease?.pid;
  return isSameText && a.updatedAt === b.updatedAt && isSameStatus(a.status, b.status);
}

/** A status that this window's own server gives a thread comes without a lease: then the thread is written here, or nowhere yet. */
function leaseAfter(known: Thread['lease'], { type }: ThreadStatus, told: Thread['lease']): Thread['lease'] {
  if (told !== undefined) return told;
  return known === undefined || type === 'notLoaded' ? known : null;
}

function isSameStatus(a: ThreadStatus, b: ThreadStatus): boolean {
  const flags = (status: ThreadStatus): string => (status.type === 'active' ? status.activeFlags.join() : '');
  return a.type === b.type && flags(a) === flags(b);
}

function firstText(content: readonly UserInput[]): string {
  return content.find((part) => part.type === 'text')?.text ?? '';
}
