// Reads a thread's turns and items: what is stored, with what runs in this process as it is at this moment.
import type { ThreadLease, ThreadStatus } from '../protocol/schema/thread.ts';
import type { ThreadTurnsListParams, ThreadTurnsListResult } from '../protocol/schema/threadHistory.ts';
import type { Turn, TurnItemsView } from '../protocol/schema/turn.ts';
import { summaryOf } from '../protocol/state/select.ts';
import { waitingFor } from '../core/approval/waiting.ts';
import type { LiveThread } from '../core/thread/liveThread.ts';
import type { ForeignOwner, Page, Paged, ThreadRecord } from '../core/thread/threadStore.ts';
import { ProtocolError } from '../protocol/errors.ts';
import { pageOf } from './paging.ts';
import type { ThreadList } from './threadTable.ts';

/** More turns than any thread has: one page with all of them. */
const ALL_TURNS: Page = { cursor: null, limit: Number.MAX_SAFE_INTEGER, direction: 'asc' };

/** The stored row, or the wire's error. `words` is the method's own wording of "there is no such thread". */
export function needRow(threads: ThreadList, threadId: string, words: (id: string) => string): ThreadRecord {
  const record = threads.store.get(threadId);
  if (record !== undefined) return record;
  throw new ProtocolError('invalidRequest', words(threadId), { kind: 'threadNotFound' });
}

export const notLoaded = (id: string): string => `thread not loaded: ${id}`;

/** Ephemeral threads keep no history to page through; unknown ones get the wire's error. */
export function refuseUnread(threads: ThreadList, threadId: string, method: string): void {
  const live = threads.get(threadId);
  if (live?.isEphemeral === true)
    throw new ProtocolError('invalidRequest', `ephemeral threads do not support ${method}`);
  if (live === undefined) needRow(threads, threadId, notLoaded);
}

/** Makes sure that the thread has a row, so that something can be noted beside it. `words` tell that there is no such thread. */
export function storedThread(threads: ThreadList, threadId: string, words: (id: string) => string): void {
  const live = threads.get(threadId);
  if (live?.isEphemeral === true)
    throw new ProtocolError('invalidRequest', 'ephemeral threads keep nothing: start a thread that is stored');
  if (live === undefined) needRow(threads, threadId, words);
  else if (!live.isStored) live.ensureWritable();
}

/** The status of each thread: that of a loaded one, that it waits for the user, or that it is not loaded. */
export function statuses(threads: ThreadList): (threadId: string) => ThreadStatus {
  const waiting = Map.groupBy(threads.store.openQuestions(), (question) => question.threadId);
  const ofUnloaded = (threadId: string): ThreadStatus => {
    const questions = waiting.get(threadId);
    return questions === undefined ? { type: 'notLoaded' } : waitingFor(questions);
  };
  return (threadId) => threads.get(threadId)?.status ?? ofUnloaded(threadId);
}

/** What another process says of the thread that it writes: its status, as far as it told, and who it is. */
export function elsewhere(
  threads: ThreadList,
  owner: ForeignOwner | undefined,
  threadId: string,
): { readonly lease: ThreadLease | null; readonly status?: ThreadStatus } {
  if (owner === undefined) return { lease: null };
  const status = threads.notices.status(threadId, owner.by.pid);
  return { lease: owner.by, ...(status === undefined ? {} : { status }) };
}

/** A page of turns; a turn that runs here is shown as it is now, its open items included. */
export function turnsOf(threads: ThreadList, threadId: string, page: Page = ALL_TURNS): Paged<Turn> {
  const live = threads.get(threadId);
  if (live !== undefined && !live.isStored) return { data: [], nextCursor: null, backwardsCursor: null };
  const stored = threads.store.turns(threadId, page);
  if (live === undefined) return stored;
  return { ...stored, data: stored.data.map((turn) => withLiveItems(turn, live.state.turns)) };
}

/** Null for a thread without turns. */
export function newestTurnId(threads: ThreadList, threadId: string): string | null {
  return turnsOf(threads, threadId, { cursor: null, limit: 1, direction: 'desc' }).data[0]?.id ?? null;
}

/** A page as `thread/turns/list` answers with it. */
export function turnsPage(
  threads: ThreadList,
  threadId: string,
  params: Omit<ThreadTurnsListParams, 'threadId'>,
): ThreadTurnsListResult {
  const view = params.itemsView ?? 'summary';
  const found = turnsOf(threads, threadId, pageOf(params, 'desc'));
  return {
    data: found.data.map((turn) => viewed(turn, view)),
    nextCursor: found.nextCursor,
    backwardsCursor: found.backwardsCursor,
  };
}

function viewed(turn: Turn, view: TurnItemsView): Turn {
  switch (view) {
    case 'full':
      return turn;
    case 'summary':
      return summaryOf(turn);
    case 'notLoaded':
      return { ...turn, items: [], itemsView: 'notLoaded' };
  }
}

/** The cursors from which a client reads the history backwards: they name the last turn and the last item. */
export function historyEnds(
  threads: ThreadList,
  thread: LiveThread,
): { turnsBackwardsCursor: string | null; itemsBackwardsCursor: string | null } {
  if (!thread.isStored) return { turnsBackwardsCursor: null, itemsBackwardsCursor: null };
  const { store } = threads;
  const last: Page = { cursor: null, limit: 1, direction: 'desc' };
  return {
    turnsBackwardsCursor: store.turns(thread.id, last).backwardsCursor,
    itemsBackwardsCursor: store.items(thread.id, null, last).backwardsCursor,
  };
}

function withLiveItems(turn: Turn, liveTurns: readonly Turn[]): Turn {
  const live = liveTurns.find((candidate) => candidate.id === turn.id);
  if (live === undefined || live.status !== 'inProgress') return turn;
  return { ...live, items: [...live.items], itemsView: 'full' };
}
