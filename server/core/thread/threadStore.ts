// The store port: threads, turns, items and the model's side of the conversation, durable and shared by processes.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { SortDirection } from '../../protocol/schema/common.ts';
import type { DynamicToolSpec } from '../../protocol/schema/dynamicTool.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { QueuedSubmission } from '../../protocol/schema/queue.ts';
import type { GitInfo } from '../../protocol/schema/thread.ts';
import type { ThreadTokenUsage, Turn, TurnPlanStep } from '../../protocol/schema/turn.ts';
import type { Goal } from '../goal/goal.ts';
import type { ModelItem } from '../turn/modelPort.ts';
import type { Settings } from '../settings.ts';
import type { ThreadShelf } from './threadShelf.ts';
import type { Held, KeptQuestion, NewQuestion } from './keptQuestion.ts';

/** A thread's row. Times are Unix milliseconds. */
export interface ThreadRecord {
  readonly id: string;
  readonly sessionId: string;
  readonly forkedFromId: string | null;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly recencyAtMs: number;
  readonly archived: boolean;
  readonly name: string | null;
  readonly preview: string;
  readonly cliVersion: string;
  readonly originator: string | null;
  /** The client's own word for what began the thread. */
  readonly threadSource?: string | null;
  readonly gitInfo: GitInfo | null;
  readonly settings: Settings;
  readonly tokenUsage: ThreadTokenUsage | null;
  /** The tools that the client brought along; absent where there are none. */
  readonly dynamicTools?: readonly DynamicToolSpec[];
  /** What kind of client made it, where that is another than this server's own; for imported threads. */
  readonly source?: string;
  readonly goal?: Goal | null;
}

/** What may change on a row. Absent members stay as they are. */
export type ThreadRecordChange = Partial<
  Pick<
    ThreadRecord,
    'updatedAtMs' | 'recencyAtMs' | 'archived' | 'name' | 'preview' | 'gitInfo' | 'settings' | 'tokenUsage' | 'goal'
  >
>;

/**
 * What is appended. `event`: a notification whose persistence is `event`, kept for ever; after `thread/reverted` the turns that it takes
 * back are read no more, but by the forks that were made before. `partial`: the open item as it is now,
 * replacing an earlier partial of the same item, gone once the item completes. `model`: what the model said or was told.
 */
export type StoreEntry =
  | { readonly type: 'event'; readonly event: ServerNotification; readonly atMs: number }
  | { readonly type: 'partial'; readonly turnId: string; readonly item: ThreadItem }
  | { readonly type: 'model'; readonly turnId: string; readonly item: ModelItem }
  /** Kept until `dropHeld`, for a process that takes the turn up. */
  | { readonly type: 'held'; readonly turnId: string; readonly held: Held }
  /** How far what is imported was read, kept with what was read. */
  | { readonly type: 'importMark'; readonly mark: string }
  /** Replaces the model's side of everything before (compaction). */
  | { readonly type: 'modelBase'; readonly turnId: string; readonly items: readonly ModelItem[] };

export interface Page {
  /** As a former answer gave it; null for the first page. */
  readonly cursor: string | null;
  readonly limit: number;
  readonly direction: SortDirection;
}

export interface Paged<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | null;
  readonly backwardsCursor: string | null;
}

export interface ThreadQuery extends Page {
  readonly sortKey: 'created_at' | 'updated_at' | 'recency_at' | 'section_position';
  readonly archived: boolean;
  /** Exact matches; empty for any. */
  readonly cwds: readonly string[];
  readonly modelProviders: readonly string[];
  readonly excludedIds: readonly string[];
  /** Substring of name or preview, case-insensitive; null for any. */
  readonly searchTerm: string | null;
  /** What kind of client made them; absent or empty for any. */
  readonly sources?: readonly string[];
  /** Of one section, or (null) of none. */
  readonly sectionId?: string | null;
  /** These alone. */
  readonly ids?: readonly string[];
}

export interface SearchQuery extends Page {
  readonly sortKey: 'created_at' | 'updated_at' | 'recency_at';
  readonly archived: boolean;
  /** As for a list. */
  readonly sources?: readonly string[];
  /** Sought as it stands, whatever the case of its letters; not empty. */
  readonly term: string;
}

/** A part of a text on one line, and where in it the term stands, in UTF-16 units. */
export interface SearchSnippet {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface SearchHit {
  readonly record: ThreadRecord;
  readonly snippet: SearchSnippet;
  /** Null when only the thread's name has the term. */
  readonly turnId: string | null;
  readonly itemId: string | null;
  /** How many of the thread's items have the term. */
  readonly count: number;
}

export interface OccurrenceQuery {
  readonly threadId: string;
  readonly term: string;
  readonly cursor: string | null;
  readonly limit: number;
}

export interface Occurrence {
  readonly turnId: string;
  readonly itemId: string;
  readonly snippet: SearchSnippet;
  /** For `turns`: a page that begins with this turn. */
  readonly turnCursor: string;
}

/** Who writes a thread. Times are Unix milliseconds. */
export interface LeaseOwner {
  readonly pid: number;
  readonly host: string;
  /** The client's name, e.g. "bowline-vscode". */
  readonly client: string;
  readonly sinceMs: number;
}

/** Where other processes of this home can speak to one that writes a thread. Never told to clients. */
export interface OwnerDoor {
  /** Path of a local socket or the name of a pipe. */
  readonly address: string;
  /** Who comes in must know it. */
  readonly secret: string;
}

export interface LeaseClaim extends LeaseOwner {
  readonly door?: OwnerDoor | null;
}

/** Another process that writes a thread. */
export interface ForeignOwner {
  readonly by: LeaseOwner;
  /** Null for one that cannot be spoken to. */
  readonly door: OwnerDoor | null;
  /** `alive`, `stopped`: the system says so; who is stopped does nothing until it is told to go on. `presumed`: it ran here and may have ended. `elsewhere`: it runs, or ran, where nobody here can look. */
  readonly state: 'alive' | 'stopped' | 'presumed' | 'elsewhere';
}

/** The right to write one thread, kept alive by a heartbeat until it is released or taken over. */
export interface Lease {
  release(): void;
  /** Calls back once when another process took the lease. */
  onLost(listener: (by: LeaseOwner) => void): void;
}

export type LeaseOutcome =
  | { readonly type: 'held'; readonly lease: Lease }
  | { readonly type: 'taken'; readonly by: LeaseOwner };

/** Items and the ends of turns, in the order in which they are read. `position` grows along the thread. */
export type TimelineEntry =
  | { readonly type: 'turnStarted'; readonly position: number; readonly turn: Turn }
  | { readonly type: 'item'; readonly position: number; readonly turnId: string; readonly item: ThreadItem }
  | { readonly type: 'turnCompleted'; readonly position: number; readonly turn: Turn };

export type Timeline = Omit<Paged<TimelineEntry>, 'backwardsCursor'>;

export interface ImportedThread {
  /** As the last `importMark` said it. */
  readonly mark: string;
  /** Something was recorded in it since. */
  readonly isContinued: boolean;
}

/** A turn's plan and diff as last recorded. */
export interface StoredTurnExtras {
  readonly diff: string | null;
  readonly plan: { readonly explanation: string | null; readonly steps: readonly TurnPlanStep[] } | null;
}

/**
 * Synchronous: an append has reached the database when it returns. A thread that does not exist reads as undefined. Writing methods throw
 * a ProtocolError (`storeUnavailable`) that says what to do when the disk is full or the home is read-only.
 * A turn that was running when its process died reads `interrupted`, with its open items closed as they were last saved; one with kept
 * questions is still in progress, and the items that they are about are still open.
 */
export interface ThreadStore {
  readonly shelf: ThreadShelf;
  /** What was imported as this thread, whether or not it is still there. */
  imported(threadId: string): ImportedThread | undefined;
  /** Every thread that was ever imported. */
  importedIds(): ReadonlySet<string>;
  /** Creates the row; for a fork, `base` is the source and the last turn to inherit (null: none), referenced and not copied. */
  create(record: ThreadRecord, base: { readonly threadId: string; readonly lastTurnId: string | null } | null): void;
  get(threadId: string): ThreadRecord | undefined;
  update(threadId: string, change: ThreadRecordChange): void;
  /** Throws ProtocolError invalidRequest `hasForks` when forks still reference it: ask before anything is ended for its removal. */
  assertNoForks(threadId: string): void;
  /** Throws like `assertNoForks`. */
  remove(threadId: string): void;
  list(query: ThreadQuery): Paged<ThreadRecord>;
  /** Threads whose name or history has a term. Inherited history counts to the thread that it was inherited from, while that shows it. */
  search(query: SearchQuery): Paged<SearchHit>;
  /** Each place in a thread's messages that has a term, oldest first. */
  occurrences(query: OccurrenceQuery): Omit<Paged<Occurrence>, 'backwardsCursor'>;
  /** In one transaction, in order. */
  append(threadId: string, entries: readonly StoreEntry[]): void;
  /** Turns with all their items, inherited ones included. Throws ProtocolError `invalidCursor`. */
  turns(threadId: string, page: Page): Paged<Turn>;
  items(
    threadId: string,
    turnId: string | null,
    page: Page,
  ): Paged<{ readonly turnId: string; readonly item: ThreadItem }>;
  /** These items of a turn, in its order; those that are not there are left out. */
  itemsOf(
    threadId: string,
    turnId: string,
    itemIds: readonly string[],
  ): readonly { readonly turnId: string; readonly item: ThreadItem }[];
  /** For `items` of the turn: what comes beyond this item. Undefined for an item that is not there. */
  itemCursor(threadId: string, turnId: string, itemId: string): string | undefined;
  /** The turn before this one, null for the first. Undefined for a turn that is not there. */
  turnBefore(threadId: string, turnId: string): string | null | undefined;
  /** False for a turn that was taken back. */
  hasTurn(threadId: string, turnId: string): boolean;
  /** What the conversation had taken when the turn ended; null when nothing was told by then. */
  usageAt(threadId: string, turnId: string): ThreadTokenUsage | null;
  turnExtras(threadId: string, turnId: string): StoredTurnExtras;
  /** For `turns`: a page that begins with this turn. Undefined for a turn that is not there. */
  turnCursor(threadId: string, turnId: string): string | undefined;
  /** The newest entries, oldest of them first; `nextCursor` leads to older ones. Throws ProtocolError `invalidCursor`. */
  timeline(threadId: string, page: { readonly cursor: string | null; readonly limit: number }): Timeline;
  /** What the model is to be told again, inherited part included; up to a turn, if one is given. */
  modelItems(threadId: string, lastTurnId?: string | null): readonly ModelItem[];
  /** What the model was told and said in one turn, compacted since or not. */
  turnModelItems(threadId: string, turnId: string): readonly ModelItem[];
  /** The stored events of this thread alone, oldest first (for checks and repairs). */
  events(threadId: string): readonly { readonly event: ServerNotification; readonly atMs: number }[];
  acquire(threadId: string, owner: LeaseClaim, takeover: boolean): LeaseOutcome;
  /** The other living process that writes the thread. */
  foreignOwner(threadId: string): ForeignOwner | undefined;
  /** The threads that other living processes write. */
  foreignOwners(): ReadonlyMap<string, ForeignOwner>;
  /** A number that no request of this home has had. */
  newRequestId(): number;
  /** Keeps an open question, so that it outlives this process; gives the id of its request. */
  keepQuestion(question: NewQuestion): number;
  /** The question is answered or withdrawn. It is so for every process when this returns: only then may the answer have an effect. */
  dropQuestion(threadId: string, requestId: number): void;
  /** The kept questions of the thread, oldest first. */
  questions(threadId: string): readonly KeptQuestion[];
  /** The kept questions of all threads that no other living process writes, oldest first. */
  openQuestions(): readonly KeptQuestion[];
  /** Gives up the thread's questions: their turn has been interrupted. */
  giveUpQuestions(threadId: string): void;
  /** What is held of the turn in progress, oldest first. */
  held(threadId: string): readonly Held[];
  dropHeld(threadId: string): void;
  /** The prompts that wait, in order. */
  queue(threadId: string): readonly QueuedSubmission[];
  /** A prompt leaves the queue with the event that makes its message a part of a turn, in one transaction. */
  enqueue(threadId: string, submission: QueuedSubmission): void;
  /** Replaces the one with the same id. */
  updateQueued(threadId: string, submission: QueuedSubmission): void;
  removeQueued(threadId: string, id: string): void;
  reorderQueue(threadId: string, ids: readonly string[]): void;
  /** The turn that a message with this id of a client is a part of, as it was last told, without items. None once it was taken back. */
  turnOfMessage(threadId: string, clientId: string): Turn | undefined;
  close(): void;
}
