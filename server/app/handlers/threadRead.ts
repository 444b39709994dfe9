// Reading threads: list, read, page through turns and items.
import type { ThreadQuery } from '../../core/thread/threadStore.ts';
import { threadView } from '../../core/thread/threadView.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { pageOf } from '../paging.ts';
import type { Handler } from '../requestContext.ts';
import { elsewhere, needRow, notLoaded, refuseUnread, statuses, turnsOf, turnsPage } from '../threadHistory.ts';
import { inSections, readStates } from '../threadShelves.ts';

/** Thread ids are UUIDs, and so are the cursors between them. */
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const threadList: Handler<'thread/list'> = async (context, params) => {
  const threads = await context.threadList();
  const sortKey = params.sortKey ?? 'created_at';
  if (sortKey === 'section_position' && typeof params.sectionId !== 'string')
    throw new ProtocolError('invalidRequest', 'section-position sorting requires a section filter');
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
    sources: params.sourceKinds ?? [],
    searchTerm: params.searchTerm ?? null,
  };
  const found = threads.store.list(query);
  const statusOf = statuses(threads);
  const { wantsExperimental } = context.connection;
  const owners = wantsExperimental ? threads.store.foreignOwners() : null;
  const views = found.data.map((record) => {
    const view = threadView(threads.get(record.id)?.row ?? record, statusOf(record.id));
    return owners === null ? view : { ...view, ...elsewhere(threads, owners.get(record.id), record.id) };
  });
  return {
    data: inSections(threads.store, views),
    readStates: readStates(
      threads,
      views.map(({ id }) => id),
    ),
    nextCursor: found.nextCursor,
    backwardsCursor: found.backwardsCursor,
  };
};

export const threadLoadedList: Handler<'thread/loaded/list'> = async (context, params) => {
  const threads = await context.threadList();
  const followed = [...context.connection.relays].flatMap(([id, relay]) => (relay.isOpen ? [id] : []));
  const ids = [...new Set([...threads.ids, ...followed])].toSorted();
  const cursor = params.cursor ?? null;
  if (cursor !== null && !ID.test(cursor))
    throw new ProtocolError('invalidRequest', `invalid cursor: ${cursor.slice(0, 200)}`, { kind: 'invalidCursor' });
  const after = cursor === null ? ids : ids.filter((id) => id > cursor.toLowerCase());
  const limit = params.limit ?? null;
  const data = limit === null ? after : after.slice(0, Math.max(1, limit));
  return { data, nextCursor: data.length < after.length ? (data.at(-1) ?? null) : null };
};

export const threadRead: Handler<'thread/read'> = async (context, { threadId, includeTurns }) => {
  const threads = await context.threadList();
  const live = threads.get(threadId);
  if (live?.isEphemeral === true && includeTurns === true)
    throw new ProtocolError('invalidRequest', 'ephemeral threads do not support includeTurns');
  const record = live?.row ?? needRow(threads, threadId, notLoaded);
  const turns = includeTurns === true ? turnsOf(threads, threadId).data : [];
  const thread = live === undefined ? threadView(record, statuses(threads)(threadId)) : live.view();
  if (context.connection.wantsExperimental)
    Object.assign(thread, elsewhere(threads, threads.store.foreignOwner(threadId), threadId));
  const [placed = thread] = inSections(threads.store, [thread]);
  return { thread: { ...placed, turns: [...turns] }, readState: readStates(threads, [threadId])[threadId] ?? null };
};

export const threadTurnsList: Handler<'thread/turns/list'> = async (context, params) => {
  const threads = await context.threadList();
  refuseUnread(threads, params.threadId, 'thread/turns/list');
  return turnsPage(threads, params.threadId, params);
};
