// What the model was shown in a turn.
import { turnContext } from '../../core/context/turnContext.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { Handler } from '../requestContext.ts';
import { needRow } from '../threadHistory.ts';
import type { ThreadTable } from '../threadTable.ts';

/** The instructions and documents are told as they are now: they are read anew for each turn, and not kept. */
export const turnContextRead: Handler<'turn/context/read'> = async (context, { threadId, turnId }) => {
  const threads = await context.threads();
  const { world } = threads;
  const live = threads.get(threadId);
  const { settings } = live?.row ?? needRow(threads, threadId, (id) => `thread not loaded: ${id}`);
  const items = itemsOf(threads, threadId, turnId);
  if (items === null) throw new ProtocolError('invalidRequest', `turn not found: ${turnId}`, { kind: 'turnNotFound' });
  const isStored = live === undefined || live.isStored;
  const modelItems = isStored ? world.store.turnModelItems(threadId, turnId) : live.history;
  const { entries } = await world.prompt(settings);
  return { data: [...entries, ...turnContext({ items, modelItems, cwd: settings.cwd })] };
};

/** As they are in this moment; null when there is no such turn. */
function itemsOf(threads: ThreadTable, threadId: string, turnId: string): readonly ThreadItem[] | null {
  const live = threads.get(threadId);
  const running = live?.state.turns.find(({ id }) => id === turnId);
  if (running !== undefined && (live?.isStored !== true || running.status === 'inProgress')) return running.items;
  if (live !== undefined && !live.isStored) return null;
  const all = { cursor: null, limit: Number.MAX_SAFE_INTEGER, direction: 'asc' } as const;
  const items = threads.store.items(threadId, turnId, all).data.map(({ item }) => item);
  // every turn begins with a message
  return items.length === 0 ? null : items;
}
