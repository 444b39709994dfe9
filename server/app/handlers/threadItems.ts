// Reading the items of threads: in pages, with large outputs left out if the client wants it so, and one by one.
import { ProtocolError } from '../../protocol/errors.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type {
  ThreadItemEntry,
  ThreadItemOutputDeferral,
  ThreadItemsListParams,
} from '../../protocol/schema/threadHistory.ts';
import { withoutOutput } from '../deferredOutput.ts';
import { pageOf } from '../paging.ts';
import type { Handler } from '../requestContext.ts';
import { refuseUnread } from '../threadHistory.ts';
import type { ThreadList } from '../threadTable.ts';

const MOST_ITEMS = 100;

export const threadItemsList: Handler<'thread/items/list'> = async (context, params) => {
  const threads = await context.threadList();
  const { threadId } = params;
  const turnId = params.turnId ?? null;
  refuseUnread(threads, threadId, 'thread/items/list');
  const cursor = cursorOf(threads, params);
  if (threads.get(threadId)?.isStored === false) return { data: [], nextCursor: null, backwardsCursor: null };
  const found = threads.store.items(threadId, turnId, pageOf({ ...params, cursor }, 'asc'));
  const deferral = turnId === null ? {} : (params.deferOutput ?? {});
  return {
    data: found.data.map((entry) => shown(entry, deferral)),
    nextCursor: found.nextCursor,
    backwardsCursor: found.backwardsCursor,
  };
};

export const threadItemsRead: Handler<'thread/items/read'> = async (context, { threadId, turnId, itemIds }) => {
  if (itemIds.length === 0 || itemIds.length > MOST_ITEMS)
    throw new ProtocolError('invalidRequest', `itemIds must contain 1 to ${MOST_ITEMS} IDs`);
  const threads = await context.threadList();
  refuseUnread(threads, threadId, 'thread/items/read');
  if (threads.get(threadId)?.isStored === false) return { data: [] };
  const found = threads.store.itemsOf(threadId, turnId, itemIds);
  return { data: found.map((entry) => shown(entry, {})) };
};

/** Where the page begins; an item of the turn stands for what comes beyond it. */
function cursorOf(threads: ThreadList, { threadId, turnId, cursor }: ThreadItemsListParams): string | null {
  if (cursor === undefined || cursor === null || typeof cursor === 'string') return cursor ?? null;
  if (turnId === undefined || turnId === null || turnId === '')
    throw new ProtocolError('invalidParams', 'turnId is required when cursor is an item anchor');
  const found = threads.store.itemCursor(threadId, turnId, cursor.itemId);
  if (found !== undefined) return found;
  throw new ProtocolError('invalidParams', 'cursor.itemId does not identify an item in the requested history scope', {
    kind: 'itemNotFound',
  });
}

function shown(
  { turnId, item }: { readonly turnId: string; readonly item: ThreadItem },
  deferral: ThreadItemOutputDeferral,
): ThreadItemEntry {
  const short = withoutOutput(item, deferral);
  return {
    turnId,
    item: short ?? item,
    ...(short === null ? {} : { outputDeferred: true }),
    startedAtMs: item.startedAtMs ?? null,
    completedAtMs: item.completedAtMs ?? null,
  };
}
