// Finding threads, and places in a thread, by their words.
import { threadView } from '../../core/thread/threadView.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { pageOf } from '../paging.ts';
import type { Handler } from '../requestContext.ts';
import { needRow, statuses } from '../threadHistory.ts';
import { inSections } from '../threadShelves.ts';

export const threadSearch: Handler<'thread/search'> = async (context, params) => {
  const term = sought(params.searchTerm, 'thread/search');
  const threads = await context.threadList();
  const found = threads.store.search({
    ...pageOf(params, 'desc'),
    sortKey: params.sortKey ?? 'created_at',
    archived: params.archived === true,
    sources: params.sourceKinds ?? [],
    term,
  });
  const statusOf = statuses(threads);
  const views = inSections(
    threads.store,
    found.data.map(({ record }) => threadView(threads.get(record.id)?.row ?? record, statusOf(record.id))),
  );
  const data = found.data.flatMap(({ snippet, turnId, itemId, count }, index) => {
    const thread = views[index];
    const snippetMatchRange = { start: snippet.start, end: snippet.end };
    return thread === undefined ? [] : [{ thread, snippet: snippet.text, snippetMatchRange, turnId, itemId, count }];
  });
  return {
    data,
    nextCursor: found.nextCursor,
    backwardsCursor: found.backwardsCursor,
  };
};

export const threadSearchOccurrences: Handler<'thread/searchOccurrences'> = async (context, params) => {
  const term = sought(params.searchTerm, 'thread/searchOccurrences');
  const { threadId } = params;
  const threads = await context.threadList();
  const live = threads.get(threadId);
  if (live === undefined) needRow(threads, threadId, (id) => `thread not loaded: ${id}`);
  else if (!live.isStored) return { data: [], nextCursor: null };
  const { cursor, limit } = pageOf(params, 'asc');
  const found = threads.store.occurrences({ threadId, term, cursor, limit });
  return {
    data: found.data.map(({ snippet, ...place }) => ({
      ...place,
      snippet: snippet.text,
      snippetMatchRange: { start: snippet.start, end: snippet.end },
    })),
    nextCursor: found.nextCursor,
  };
};

function sought(term: string, method: string): string {
  const trimmed = term.trim();
  if (trimmed === '') throw new ProtocolError('invalidRequest', `${method} requires a non-empty searchTerm`);
  return trimmed;
}
