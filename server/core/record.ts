// The one funnel out of a thread: append to the store, reduce into the live state, fan out to the clients.
import { messageOf } from '../protocol/errors.ts';
import { serverNotifications, type ServerNotification } from '../protocol/methods.ts';
import type { FileUpdateChange, ThreadItem } from '../protocol/schema/item.ts';
import { openItems } from '../protocol/state/select.ts';
import { reduceThread } from '../protocol/state/threadReducer.ts';
import type { ThreadState } from '../protocol/state/threadState.ts';
import type { Clock, Log } from './ports.ts';
import { PartialSaver } from './thread/partialSaver.ts';
import type { StoreEntry, ThreadStore } from './thread/threadStore.ts';

export interface RecorderOptions {
  readonly threadId: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly store: ThreadStore;
  publish(event: ServerNotification): void;
  /** The store refused an append; what could not be written is kept and tried again with the next append. */
  storeFailed(reason: string): void;
}

/** Unsaved entries kept while the store refuses them; beyond this the oldest are given up. */
const MAX_UNSAVED = 10_000;

/** Records the events of one live thread. Nothing becomes visible by any other way. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #partials: PartialSaver;
  #state: ThreadState;
  #unsaved: StoreEntry[] = [];
  #isStored: boolean;

  constructor(options: RecorderOptions, state: ThreadState, isStored: boolean) {
    this.#options = options;
    this.#state = state;
    this.#isStored = isStored;
    this.#partials = new PartialSaver({
      clock: options.clock,
      current: (turnId, itemId) => this.openItem(turnId, itemId),
      save: (turnId, item) => this.append([{ type: 'partial', turnId, item }]),
    });
  }

  /** The live state. Of the turns only the last and those with open items are kept; the store has the rest. */
  get state(): ThreadState {
    return this.#state;
  }

  /** From now on events are appended: the thread has a row. */
  startStoring(): void {
    this.#isStored = true;
  }

  record(event: ServerNotification): void {
    const persistence = serverNotifications[event.method].persistence;
    if (persistence === 'event') this.append([{ type: 'event', event, atMs: this.#options.clock.nowMs() }]);
    const grown = grownCharacters(event, (turnId, itemId) => this.openItem(turnId, itemId));
    this.#state = prune(reduceThread(this.#state, event), event);
    if (persistence === 'partial') this.#touch(event, grown);
    if (event.method === 'item/completed') this.#partials.closed(event.params.item.id);
    this.#options.publish(event);
  }

  /**
   * Appends what must be on disk before anything is answered, and reduces it; the returned function makes it visible. Throws what the
   * store throws, and nothing has happened then.
   */
  commit(event: ServerNotification): () => void {
    const { store, threadId, clock } = this.#options;
    store.append(threadId, [...this.#unsaved, { type: 'event', event, atMs: clock.nowMs() }]);
    this.#unsaved = [];
    this.#state = reduceThread(this.#state, event);
    return () => this.#options.publish(event);
  }

  /** Appends to the store what is not itself visible: the model's side, partial items. */
  append(entries: readonly StoreEntry[]): void {
    if (!this.#isStored) return;
    const all = this.#unsaved.length > 0 ? [...this.#unsaved, ...entries] : entries;
    try {
      this.#options.store.append(this.#options.threadId, all);
      this.#unsaved = [];
    } catch (error) {
      const hadFailed = this.#unsaved.length > 0;
      this.#unsaved = all.filter((entry) => entry.type !== 'partial').slice(-MAX_UNSAVED);
      this.#options.log.error('The store refused to append.', {
        threadId: this.#options.threadId,
        reason: messageOf(error),
      });
      if (!hadFailed) this.#options.storeFailed(messageOf(error));
    }
  }

  openItem(turnId: string, itemId: string): ThreadItem | undefined {
    const turn = this.#state.turns.findLast((candidate) => candidate.id === turnId);
    return turn?.items.findLast((item) => item.id === itemId && item.completedAtMs === null);
  }

  flush(): void {
    this.#partials.flush();
  }

  #touch(event: ServerNotification, grown: number): void {
    // The first save fixes the item's place in its turn, whatever completes first.
    if (event.method === 'item/started')
      this.append([{ type: 'partial', turnId: event.params.turnId, item: event.params.item }]);
    else if ('delta' in event.params) this.#partials.touched(event.params.turnId, event.params.itemId, grown);
    else if (event.method === 'item/fileChange/patchUpdated')
      this.#partials.touched(event.params.turnId, event.params.itemId, grown);
  }
}

/** How much an open item grows by the event. */
function grownCharacters(event: ServerNotification, openItem: Recorder['openItem']): number {
  if ('delta' in event.params) return event.params.delta.length;
  if (event.method !== 'item/fileChange/patchUpdated') return 0;
  const { turnId, itemId, changes } = event.params;
  const item = openItem(turnId, itemId);
  return Math.abs(diffLength(changes) - (item?.type === 'fileChange' ? diffLength(item.changes) : 0));
}

function diffLength(changes: readonly FileUpdateChange[]): number {
  return changes.reduce((sum, { diff }) => sum + diff.length, 0);
}

/** Drops turns that are over and closed, so that a long thread costs no more memory than a short one. */
function prune(state: ThreadState, event: ServerNotification): ThreadState {
  if (event.method !== 'turn/started' || state.turns.length < 2) return state;
  const turns = state.turns.filter((turn, index) => index === state.turns.length - 1 || openItems(turn).length > 0);
  const kept = new Set(turns.map((turn) => turn.id));
  const extras = Object.fromEntries(Object.entries(state.extras).filter(([turnId]) => kept.has(turnId)));
  return { ...state, turns, extras };
}
