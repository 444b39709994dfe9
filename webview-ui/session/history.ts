// Fetches what the thread holds beyond the turns that were given at first: older turns, and the steps of summarised ones.
import { computed, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ThreadItem } from '../../server/protocol/schema/item.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { Bridge } from '../bridge.ts';
import { reasonOf } from './notices.ts';

const TURNS_PER_PAGE = 20;
const ITEMS_PER_PAGE = 200;

export interface History {
  readonly hasOlder: ReadonlySignal<boolean>;
  readonly isLoading: ReadonlySignal<boolean>;
  /** Begins anew with another snapshot's cursor. */
  begin(olderCursor: string | null): void;
  loadOlder(): Promise<void>;
  /** Fetches older turns until the turn is there; false when the thread has no such turn, or it could not be fetched. */
  reach(turnId: string): Promise<boolean>;
  /** Fetches all items of a turn of which only a summary is known. */
  loadSteps(turnId: string): Promise<void>;
}

export interface HistorySource {
  readonly bridge: Bridge;
  readonly thread: Signal<ThreadState | null>;
  failed(message: string): void;
}

export function createHistory({ bridge, thread, failed }: HistorySource): History {
  const cursor = signal<string | null>(null);
  const hasOlder = computed(() => cursor.value !== null);
  const isLoading = signal(false);
  let running = Promise.resolve();

  /** Runs one fetch at a time, and hands on only what still belongs to the thread that is shown. */
  const fetch = async (work: (threadId: string) => Promise<(state: ThreadState) => ThreadState>): Promise<void> => {
    const threadId = thread.value?.thread.id;
    if (threadId === undefined || isLoading.value) return;
    isLoading.value = true;
    const done = Promise.withResolvers<void>();
    running = done.promise;
    try {
      const change = await work(threadId);
      if (thread.value?.thread.id === threadId) thread.value = change(thread.value);
    } catch (error) {
      failed(reasonOf(error));
    } finally {
      isLoading.value = false;
      done.resolve();
    }
  };

  const loadOlder = (): Promise<void> =>
    fetch(async (threadId) => {
      const { turns, nextCursor } = await olderTurns(bridge, threadId, cursor.value);
      return (state) => {
        cursor.value = nextCursor;
        const known = new Set(state.turns.map((turn) => turn.id));
        return { ...state, turns: [...turns.filter((turn) => !known.has(turn.id)), ...state.turns] };
      };
    });
  const loadSteps = (turnId: string): Promise<void> =>
    fetch(async (threadId) => {
      const items = await allItems(bridge, { threadId, turnId });
      return (state) => withItems(state, turnId, items);
    });
  const turnOf = (turnId: string) => thread.value?.turns.find((turn) => turn.id === turnId);

  return {
    hasOlder,
    isLoading,
    begin: (olderCursor) => {
      cursor.value = olderCursor;
    },
    loadOlder,
    reach: async (turnId) => {
      const isThere = () => turnOf(turnId) !== undefined;
      await fetchUntil(isThere, { cursor, settled: () => running, loadOlder });
      const found = turnOf(turnId);
      if (found !== undefined && found.itemsView !== 'full') await loadSteps(turnId);
      return isThere();
    },
    loadSteps,
  };
}

interface Fetching {
  readonly cursor: ReadonlySignal<string | null>;
  /** Resolves when no fetch is under way. */
  settled(): Promise<void>;
  loadOlder(): Promise<void>;
}

/** Page after page; gives up at the beginning of the thread, and when a page cannot be had. */
async function fetchUntil(isThere: () => boolean, { cursor, settled, loadOlder }: Fetching): Promise<void> {
  while (!isThere() && cursor.value !== null) {
    await settled();
    const before = cursor.value;
    if (!isThere()) await loadOlder();
    if (cursor.value === before) return;
  }
}

/** The turns before a cursor, oldest first. */
async function olderTurns(
  bridge: Bridge,
  threadId: string,
  cursor: string | null,
): Promise<{ readonly turns: readonly Turn[]; readonly nextCursor: string | null }> {
  const page = { cursor, limit: TURNS_PER_PAGE, sortDirection: 'desc', itemsView: 'full' } as const;
  const { data, nextCursor } = await bridge.request('thread/turns/list', { threadId, ...page });
  return { turns: data.toReversed(), nextCursor };
}

function withItems(state: ThreadState, turnId: string, items: ThreadItem[]): ThreadState {
  const whole = (turn: Turn): Turn => ({ ...turn, items, itemsView: 'full' });
  return { ...state, turns: state.turns.map((turn) => (turn.id === turnId ? whole(turn) : turn)) };
}

async function allItems(bridge: Bridge, turn: { threadId: string; turnId: string }): Promise<ThreadItem[]> {
  const items: ThreadItem[] = [];
  let cursor: string | null = null;
  do {
    const page: { cursor: string | null; limit: number } = { cursor, limit: ITEMS_PER_PAGE };
    const answer = await bridge.request('thread/items/list', { ...turn, ...page, sortDirection: 'asc' });
    items.push(...answer.data.map((entry) => entry.item));
    cursor = answer.nextCursor;
  } while (cursor !== null);
  return items;
}
