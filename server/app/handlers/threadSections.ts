// Sections of the thread list, and the threads in them.
import { PINNED_SECTION_ID, type ThreadSection } from '../../protocol/schema/threadShelf.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { Reply } from '../../rpc/incoming.ts';
import { pageOf } from '../paging.ts';
import type { Handler } from '../requestContext.ts';
import { storedThread } from '../threadHistory.ts';
import type { ThreadList } from '../threadTable.ts';

export const threadSectionList: Handler<'threadSection/list'> = async (context, params) => {
  const found = (await context.threadList()).store.shelf.sections(pageOf(params, 'asc'));
  return { data: [...found.data], nextCursor: found.nextCursor };
};

export const threadSectionCreate: Handler<'threadSection/create'> = async (context, params) => {
  const section = { id: context.app.ids.next(), name: named(params.name), appearance: params.appearance ?? null };
  (await context.threadList()).store.shelf.putSection(section);
  return { section };
};

export const threadSectionUpdate: Handler<'threadSection/update'> = async (context, params) => {
  const threads = await context.threadList();
  const known = ownSection(threads, params.sectionId, 'renamed');
  const { appearance } = params;
  const section = {
    ...known,
    name: named(params.name),
    appearance: appearance === undefined ? known.appearance : appearance,
  };
  threads.store.shelf.putSection(section);
  return { section };
};

export const threadSectionDelete: Handler<'threadSection/delete'> = async (context, { sectionId }) => {
  const threads = await context.threadList();
  threads.store.shelf.removeSection(ownSection(threads, sectionId, 'deleted').id);
  return {};
};

export const threadSectionMove: Handler<'thread/section/move'> = async (context, params) => {
  const { threadId, sectionId } = params;
  const beforeThreadId = params.beforeThreadId ?? null;
  const threads = await context.threadList();
  const { shelf } = threads.store;
  const wrong = (message: string): ProtocolError => new ProtocolError('invalidRequest', message);
  if (sectionId === null && beforeThreadId !== null) throw wrong('beforeThreadId requires a non-null sectionId');
  if (beforeThreadId === threadId) throw wrong(`thread ${threadId} cannot be moved before itself`);
  if (sectionId !== null && shelf.section(sectionId) === undefined) throw wrong(`section ${sectionId} does not exist`);
  storedThread(threads, threadId, (id) => `thread not found: ${id}`);
  shelf.move(threadId, { sectionId, beforeThreadId, atMs: context.app.clock.nowMs() });
  return new Reply({}, () =>
    context.fanout.publish({ method: 'thread/section/changed', params: { threadId, sectionId } }),
  );
};

function named(given: string): string {
  const name = given.trim();
  if (name === '') throw new ProtocolError('invalidParams', 'section name must not be empty');
  return name;
}

function ownSection(threads: ThreadList, sectionId: string, fate: string): ThreadSection {
  if (sectionId === PINNED_SECTION_ID)
    throw new ProtocolError('invalidParams', `the built-in pinned section cannot be ${fate}`);
  const section = threads.store.shelf.section(sectionId);
  if (section !== undefined) return section;
  throw new ProtocolError('invalidParams', `thread section not found: ${sectionId}`, { kind: 'sectionNotFound' });
}
