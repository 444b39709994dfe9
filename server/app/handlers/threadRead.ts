// Reading threads: list, read, page through turns and items.
import type { ThreadQuery } from '../../core/thread/threadStore.ts';
import { threadView } from '../../core/thread/threadView.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Turn, TurnItemsView } from '../../protocol/schema/turn.ts';
import { summaryOf } from '../../protocol/state/select.ts';
import { pageOf } from '../paging.ts';
import type { Handler } from '../requestContext.ts';
import { elsewhere, needRow, statuses, turnsOf } from '../threadHistory.ts';
import { inSections, isWanted, readStates } from '../threadShelves.ts';
import type { ThreadTable } from '../threadTable.ts';

const notLoaded = (id: string): string => `thread not loaded: ${id}`;

export const threadList: Handler<'thread/list'> = async (context, params) => {
  const threads = await context.threads();
  const sortKey = params.sortKey ?? 'created_at';
  if (sortKey === 'section_position' && typeof params.sectionId !== 'string')
    throw new ProtocolError('invalidRequest', 'section-position sorting requires a section filter');
  if (!isWanted(params.sourceKinds)) return { data: [], readStates: {}, nextCursor: null, backwardsCursor: null };
  const page = pageOf(params, 'desc');
  const query: ThreadQuery = {
    ...page,
    // a section has one order
    direction: sortKey === 'section_position' ? 'asc' : page.direction,
    sortKey,
    ...(params.sectionId === undefined ? {} : { sectionId: params.sectionId }),
    archived: params.archived === true,
    cwds: typeof params.cwd === 'string' ? [params.cwd] : (params.cwd ?? []),
    modelProviders: params.modelProviders ?? [],
    excludedIds: params.excludedThreadIds ?? [],
    searchTerm: params.searchTerm ?? null,
  };
  const found = threads.world.store.list(query);
  const statusOf = statuses(threads);
  const { wantsExperimental } = context.connection;
  const owners = wantsExperimental ? threads.world.store.foreignOwners() : null;
  const views = found.data.map((record) => {
    const view = threadView(threads.get(record.id)?.row ?? record, statusOf(record.id));
    return owners === null ? view : { ...view, ...elsewhere(threads, owners.get(record.id), record.id) };
  });
  return {
    data: inSections(threads.world.store, views),
    readStates: readStates(
      threads,
      views.map(({ id }) => id),
    ),
    nextCursor: found.nextCursor,
    backwardsCursor: found.backwardsCursor,
  };
};

export const threadLoadedList: Handler<'thread/loaded/list'> = async (context, params) => {
  const threads = await context.threads();
  const followed = [...context.connection.relays].flatMap(([id, relay]) => (relay.isOpen ? [id] : []));
  const ids = [...new Set([...threads.ids, ...followed])].toSorted();
  const after =
    params.cursor === undefined || params.cursor === null ? ids : ids.filter((id) => id > (params.cursor ?? ''));
  const data = after.slice(0, params.limit ?? after.length);
  return { data, nextCursor: data.length < after.length ? (data.at(-1) ?? null) : null };
};

export const threadRead: Handler<'thread/read'> = async (context, { threadId, includeTurns }) => {
  const threads = await context.threads();
  const live = threads.get(threadId);
  if (live?.isEphemeral === true && includeTurns === true)
    throw new ProtocolError('invalidRequest', 'ephemeral threads do not support includeTurns');
  const record = live?.row ?? needRow(threads, threadId, notLoaded);
  const turns = includeTurns === true ? turnsOf(threads, threadId).data : [];
  const thread = live === undefined ? threadView(record, statuses(threads)(threadId)) : live.view();
  if (context.connection.wantsExperimental)
    Object.assign(thread, elsewhere(threads, threads.world.store.foreignOwner(threadId), threadId));
  const [placed = thread] = inSections(threads.world.store, [thread]);
  return { thread: { ...placed, turns: [...turns] }, readState: readStates(threads, [threadId])[threadId] ?? null };
};

export const threadTurnsList: Handler<'thread/turns/list'> = async (context, params) => {
  const threads = await context.threads();
  refuseEphemeral(threads, params.threadId, 'thread/turns/list');
  const view = params.itemsView ?? 'summary';
  const found = turnsOf(threads, params.threadId, pageOf(params, 'desc'));
  return {
    data: found.data.map((turn) => viewed(turn, view)),
    nextCursor: found.nextCursor,
    backwardsCursor: found.backwardsCursor,
  };
};

export const threadItemsList: Handler<'thread/items/list'> = async (context, params) => {
  const threads = await context.threads();
  refuseEphemeral(threads, params.threadId, 'thread/items/list');
  if (threads.get(params.threadId)?.isStored === false) return { data: [], nextCursor: null, backwardsCursor: null };
  const found = threads.world.store.items(params.threadId, params.turnId ?? null, pageOf(params, 'asc'));
  return {
    data: found.data.map((entry) => ({ ...entry })),
    nextCursor: found.nextCursor,
    backwardsCursor: found.backwardsCursor,
  };
};

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

/** Ephemeral threads keep no history to page through; unknown ones get the wire's error. */
function refuseEphemeral(threads: ThreadTable, threadId: string, method: string): void {
  const live = threads.get(threadId);
  if (live?.isEphemeral === true)
    throw new ProtocolError('invalidRequest', `ephemeral threads do not support ${method}`);
  if (live === undefined) needRow(threads, threadId, notLoaded);
}
