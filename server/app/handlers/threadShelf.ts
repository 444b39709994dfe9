// Naming, archiving and deleting threads.
import type { ThreadRecordChange, ThreadStore } from '../../core/thread/threadStore.ts';
import { threadView } from '../../core/thread/threadView.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { Handler, RequestContext } from '../requestContext.ts';
import { needRow } from '../threadHistory.ts';
import type { ThreadTable } from '../threadTable.ts';

const noStoredThread = (id: string): string => `no rollout found for thread id ${id}`;

export const threadNameSet: Handler<'thread/name/set'> = async (context, { threadId, name: given }) => {
  const name = given.trim();
  if (name === '') throw new ProtocolError('invalidRequest', 'thread name must not be empty');
  const threads = await context.threads();
  const live = threads.get(threadId);
  if (live === undefined) {
    needRow(threads, threadId, noStoredThread);
    changeStored(context, threads, { threadId, change: { name } });
  } else {
    live.ensureWritable();
    live.change({ name });
  }
  return new Reply({}, () => {
    const event = { method: 'thread/name/updated', params: { threadId, threadName: name } } as const;
    if (live === undefined) context.fanout.publish(event);
    else live.record(event);
  });
};

export const threadArchive: Handler<'thread/archive'> = async (context, { threadId }) => {
  const threads = await context.threads();
  const wasLoaded = threads.get(threadId) !== undefined;
  const wasStored = threads.get(threadId)?.isStored ?? true;
  await threads.unload(threadId);
  if (wasStored) {
    needRow(threads, threadId, noStoredThread);
    // a question that nobody can see any more needs no answer
    changeStored(context, threads, {
      threadId,
      change: { archived: true },
      before: (store) => store.giveUpQuestions(threadId),
    });
  } else if (!wasLoaded) {
    needRow(threads, threadId, noStoredThread);
  }
  return new Reply({}, () => context.fanout.publish({ method: 'thread/archived', params: { threadId } }));
};

export const threadUnarchive: Handler<'thread/unarchive'> = async (context, { threadId }) => {
  const threads = await context.threads();
  const words = (id: string): string => `no archived rollout found for thread id ${id}`;
  const record = needRow(threads, threadId, words);
  if (!record.archived) throw new ProtocolError('invalidRequest', words(threadId), { kind: 'threadNotArchived' });
  const change = { archived: false, updatedAtMs: context.app.clock.nowMs() };
  changeStored(context, threads, { threadId, change });
  const thread = threadView({ ...record, ...change }, { type: 'notLoaded' });
  return new Reply({ thread }, () => context.fanout.publish({ method: 'thread/unarchived', params: { threadId } }));
};

export const threadDelete: Handler<'thread/delete'> = async (context, { threadId }) => {
  const threads = await context.threads();
  const wasStored = threads.get(threadId)?.isStored ?? true;
  if (wasStored) {
    needRow(threads, threadId, noStoredThread);
    threads.store.assertNoForks(threadId);
  }
  await threads.unload(threadId);
  if (wasStored) {
    const lease = threads.acquire(threadId, context.connection.clientName, false);
    try {
      threads.store.remove(threadId);
    } finally {
      lease.release();
    }
    await threads.world.checkpoints.forget(threadId);
  }
  return new Reply({}, () => context.fanout.publish({ method: 'thread/deleted', params: { threadId } }));
};

/** Changes the row of a thread that is not loaded here, holding the right to write it just for that. */
export function changeStored(
  context: RequestContext,
  threads: ThreadTable,
  { threadId, change, before }: { threadId: string; change: ThreadRecordChange; before?: (store: ThreadStore) => void },
): void {
  const lease = threads.acquire(threadId, context.connection.clientName, false);
  try {
    before?.(threads.store);
    threads.store.update(threadId, change);
  } finally {
    lease.release();
  }
}
