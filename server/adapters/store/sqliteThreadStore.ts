// The thread store on SQLite: each method of the port as one transaction of the database.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { QueuedSubmission } from '../../protocol/schema/queue.ts';
import type { ThreadTokenUsage, Turn } from '../../protocol/schema/turn.ts';
import type { Clock } from '../../core/ports.ts';
import type {
  ImportedThread,
  ForeignOwner,
  LeaseClaim,
  LeaseOutcome,
  Occurrence,
  OccurrenceQuery,
  Page,
  Paged,
  SearchHit,
  SearchQuery,
  StoredTurnExtras,
  StoreEntry,
  ThreadQuery,
  ThreadRecord,
  ThreadRecordChange,
  ThreadStore,
  Timeline,
} from '../../core/thread/threadStore.ts';
import type { ThreadShelf } from '../../core/thread/threadShelf.ts';
import type { Held, KeptQuestion, NewQuestion } from '../../core/thread/keptQuestion.ts';
import type { ModelItem } from '../../core/turn/modelPort.ts';
import type { Database } from './database.ts';
import {
  hasTurn,
  turnCursor,
  readExtras,
  readItems,
  readItemsOf,
  itemCursor,
  turnBefore,
  readModelItems,
  readTurnModelItems,
  readTurns,
  readUsage,
  subjectOf,
} from './history.ts';
import { importedIds, importedThread } from './importRows.ts';
import type { Leases } from './leases.ts';
import { closeLeftovers } from './leftovers.ts';
import { lineageOf } from './lineage.ts';
import { writeEntry } from './projection.ts';
import {
  allQuestions,
  deleteHeld,
  deleteQuestion,
  deleteQuestions,
  heldIn,
  insertQuestion,
  newRequestId,
  questionsOf,
} from './questionRows.ts';
import { enqueue, queueOf, removeQueued, reorderQueue, turnOfMessage, updateQueued } from './queueRows.ts';
import { eventOf, integerOf, textOf } from './row.ts';
import { searchOccurrences, searchThreads } from './search.ts';
import { SqliteShelf } from './shelf.ts';
import { readTimeline } from './timeline.ts';
import {
  createThread,
  assertNoForks,
  getThread,
  listThreads,
  removeThread,
  threadNotFound,
  updateThread,
  type ForkBase,
} from './threadRows.ts';

export class SqliteThreadStore implements ThreadStore {
  readonly #database: Database;
  readonly #leases: Leases;
  readonly #clock: Clock;
  readonly shelf: ThreadShelf;

  constructor(parts: { database: Database; leases: Leases; clock: Clock }) {
    this.#database = parts.database;
    this.#leases = parts.leases;
    this.#clock = parts.clock;
    this.shelf = new SqliteShelf(parts.database);
  }

  create(record: ThreadRecord, base: ForkBase | null): void {
    this.#database.write(() => createThread(this.#database, record, base));
  }

  get(threadId: string): ThreadRecord | undefined {
    return getThread(this.#database, threadId);
  }

  update(threadId: string, change: ThreadRecordChange): void {
    this.#database.write(() => updateThread(this.#database, threadId, change));
  }

  assertNoForks(threadId: string): void {
    assertNoForks(this.#database, threadId);
  }

  remove(threadId: string): void {
    this.#database.write(() => {
      this.#leases.assertMayWrite(threadId);
      removeThread(this.#database, threadId);
    });
    this.#leases.release(threadId);
  }

  list(query: ThreadQuery): Paged<ThreadRecord> {
    return listThreads(this.#database, query);
  }

  search(query: SearchQuery): Paged<SearchHit> {
    return this.#database.read(() => searchThreads(this.#database, query));
  }

  occurrences(query: OccurrenceQuery): Omit<Paged<Occurrence>, 'backwardsCursor'> {
    return this.#database.read(() => searchOccurrences(this.#database, query));
  }

  append(threadId: string, entries: readonly StoreEntry[]): void {
    const nowMs = this.#clock.nowMs();
    this.#database.write(() => {
      this.#leases.assertMayWrite(threadId);
      if (this.#database.get('SELECT 1 FROM threads WHERE id = ?', threadId) === undefined)
        throw threadNotFound(threadId);
      for (const entry of entries) writeEntry(this.#database, threadId, { entry, nowMs });
    });
  }

  turns(threadId: string, page: Page): Paged<Turn> {
    return this.#database.read(() => readTurns(this.#subject(threadId), page));
  }

  items(threadId: string, turnId: string | null, page: Page): Paged<{ turnId: string; item: ThreadItem }> {
    return this.#database.read(() => readItems(this.#subject(threadId), turnId, page));
  }

  itemsOf(threadId: string, turnId: string, itemIds: readonly string[]): { turnId: string; item: ThreadItem }[] {
    return this.#database.read(() => readItemsOf(this.#subject(threadId), turnId, new Set(itemIds)));
  }

  itemCursor(threadId: string, turnId: string, itemId: string): string | undefined {
    return this.#database.read(() => itemCursor(this.#subject(threadId), turnId, itemId));
  }

  turnBefore(threadId: string, turnId: string): string | null | undefined {
    return this.#database.read(() => turnBefore(this.#subject(threadId), turnId));
  }

  hasTurn(threadId: string, turnId: string): boolean {
    return this.#database.read(() => hasTurn(this.#subject(threadId), turnId));
  }

  usageAt(threadId: string, turnId: string): ThreadTokenUsage | null {
    return this.#database.read(() => readUsage(this.#subject(threadId), turnId));
  }

  turnExtras(threadId: string, turnId: string): StoredTurnExtras {
    return this.#database.read(() => readExtras(this.#subject(threadId), turnId));
  }

  turnCursor(threadId: string, turnId: string): string | undefined {
    return this.#database.read(() => turnCursor(this.#subject(threadId), turnId));
  }

  timeline(threadId: string, page: { cursor: string | null; limit: number }): Timeline {
    return this.#database.read(() => readTimeline(this.#subject(threadId), page));
  }

  modelItems(threadId: string, lastTurnId: string | null = null): readonly ModelItem[] {
    return this.#database.read(() => readModelItems(this.#subject(threadId), lastTurnId));
  }

  turnModelItems(threadId: string, turnId: string): readonly ModelItem[] {
    return this.#database.read(() => readTurnModelItems(this.#subject(threadId), turnId));
  }

  events(threadId: string): { event: ServerNotification; atMs: number }[] {
    const rows = this.#database.all('SELECT at_ms, body FROM events WHERE thread_id = ? ORDER BY seq', threadId);
    return rows.map((row) => ({ event: eventOf(textOf(row, 'body')), atMs: integerOf(row, 'at_ms') }));
  }

  acquire(threadId: string, owner: LeaseClaim, takeover: boolean): LeaseOutcome {
    return this.#leases.acquire(threadId, owner, { takeover, closeBefore: () => this.#closeLeftovers(threadId) });
  }

  foreignOwner(threadId: string): ForeignOwner | undefined {
    return this.#leases.foreignOwner(threadId);
  }

  foreignOwners(): ReadonlyMap<string, ForeignOwner> {
    return this.#leases.foreignOwners();
  }

  newRequestId(): number {
    return this.#database.write(() => newRequestId(this.#database));
  }

  keepQuestion(question: NewQuestion): number {
    return this.#database.write(() => {
      this.#leases.assertMayWrite(question.threadId);
      return insertQuestion(this.#database, question);
    });
  }

  dropQuestion(threadId: string, requestId: number): void {
    this.#database.write(() => {
      this.#leases.assertMayWrite(threadId);
      deleteQuestion(this.#database, threadId, requestId);
    });
  }

  questions(threadId: string): KeptQuestion[] {
    return questionsOf(this.#database, threadId);
  }

  openQuestions(): KeptQuestion[] {
    return allQuestions(this.#database).filter(({ threadId }) => this.#leases.foreignOwner(threadId) === undefined);
  }

  giveUpQuestions(threadId: string): void {
    this.#database.write(() => {
      this.#leases.assertMayWrite(threadId);
      deleteQuestions(this.#database, threadId);
      this.#closeLeftovers(threadId);
    });
  }

  held(threadId: string): Held[] {
    return heldIn(this.#database, threadId);
  }

  dropHeld(threadId: string): void {
    this.#database.write(() => {
      this.#leases.assertMayWrite(threadId);
      deleteHeld(this.#database, threadId);
    });
  }

  queue(threadId: string): QueuedSubmission[] {
    return queueOf(this.#database, threadId);
  }

  enqueue(threadId: string, submission: QueuedSubmission): void {
    this.#change(threadId, () => enqueue(this.#database, threadId, submission));
  }

  updateQueued(threadId: string, submission: QueuedSubmission): void {
    this.#change(threadId, () => updateQueued(this.#database, threadId, submission));
  }

  removeQueued(threadId: string, id: string): void {
    this.#change(threadId, () => removeQueued(this.#database, threadId, id));
  }

  reorderQueue(threadId: string, ids: readonly string[]): void {
    this.#change(threadId, () => reorderQueue(this.#database, threadId, ids));
  }

  turnOfMessage(threadId: string, clientId: string): Turn | undefined {
    return turnOfMessage(this.#database, threadId, clientId);
  }

  #change(threadId: string, change: () => void): void {
    this.#database.write(() => {
      this.#leases.assertMayWrite(threadId);
      change();
    });
  }

  imported(threadId: string): ImportedThread | undefined {
    return this.#database.read(() => importedThread(this.#database, threadId));
  }

  importedIds(): ReadonlySet<string> {
    return importedIds(this.#database);
  }

  close(): void {
    if (!this.#database.isOpen) return;
    this.#leases.releaseAll();
    this.#database.close();
  }

  /** Only what this thread's own writer left; what a fork inherited open was closed when it was made. */
  #closeLeftovers(threadId: string): void {
    const [own] = lineageOf(this.#database, threadId);
    if (own !== undefined) closeLeftovers(this.#database, own, threadId);
  }

  #subject(threadId: string): ReturnType<typeof subjectOf> {
    return subjectOf(this.#database, threadId, this.#leases.isLive(threadId));
  }
}
