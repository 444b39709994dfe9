// A thread as one list of items and the ends of turns.
import type { TimelineEntry } from '../../core/thread/threadStore.ts';
import type { ThreadTimelineListResult } from '../../protocol/schema/thread.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { pageOf } from '../paging.ts';
import type { Handler } from '../requestContext.ts';
import { needRow } from '../threadHistory.ts';

export const threadTimelineList: Handler<'thread/timeline/list'> = async (context, params) => {
  const threads = await context.threadList();
  const live = threads.get(params.threadId);
  if (live?.isEphemeral === true)
    throw new ProtocolError('invalidRequest', 'ephemeral threads do not support thread/timeline/list');
  if (live === undefined) needRow(threads, params.threadId, (id) => `thread not loaded: ${id}`);
  const found = threads.store.timeline(params.threadId, pageOf(params, 'asc'));
  return { data: found.data.map(shown), nextCursor: found.nextCursor, activeRealtimeSessionAtPageStart: null };
};

function shown(entry: TimelineEntry): ThreadTimelineListResult['data'][number] {
  switch (entry.type) {
    case 'item':
      return { ...entry };
    case 'turnStarted': {
      const { id, startedAt } = entry.turn;
      return { type: 'turnStarted', position: entry.position, turnId: id, startedAt };
    }
    case 'turnCompleted': {
      const { id, status, error, startedAt, completedAt, durationMs } = entry.turn;
      const { position } = entry;
      return { type: 'turnCompleted', position, turnId: id, status, error, startedAt, completedAt, durationMs };
    }
  }
}
