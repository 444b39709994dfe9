// Taking turns back.
import type { LiveThread } from '../../core/thread/liveThread.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { CheckpointRestoreResult } from '../../protocol/schema/checkpoint.ts';
import { Reply } from '../../rpc/incoming.ts';
import { refuseExperimental } from '../experimentalFields.ts';
import type { Handler, RequestContext } from '../requestContext.ts';
import { restoreScope } from '../restoreScope.ts';
import { historyEnds, turnsOf } from '../threadHistory.ts';
import type { ThreadTable } from '../threadTable.ts';

export const threadRevert: Handler<'thread/revert'> = async (context, { threadId, beforeTurnId, restoreFiles }) => {
  refuseExperimental(context.connection, 'thread/revert', { restoreFiles: restoreFiles === true || null });
  const threads = await context.threads();
  const thread = await writableThread(context, threadId, 'thread/revert');
  if (!thread.isStored || !threads.store.hasTurn(threadId, beforeTurnId)) throw turnNotFound(beforeTurnId);
  await quiet(context, thread);
  const files = restoreFiles === true ? await restored(threads, threadId, beforeTurnId) : {};
  const tell = thread.revert(beforeTurnId);
  return new Reply({ thread: thread.view(), ...historyEnds(threads, thread), ...files }, tell);
};

export const threadRollback: Handler<'thread/rollback'> = async (context, { threadId, numTurns, restoreFiles }) => {
  refuseExperimental(context.connection, 'thread/rollback', { restoreFiles: restoreFiles === true || null });
  const threads = await context.threads();
  const thread = await writableThread(context, threadId, 'thread/rollback');
  await quiet(context, thread);
  const last = turnsOf(threads, threadId, { cursor: null, limit: numTurns, direction: 'desc' }).data;
  const first = last.at(-1);
  if (first === undefined) return { thread: thread.view() };
  const files = restoreFiles === true ? await restored(threads, threadId, first.id) : {};
  const tell = thread.revert(first.id);
  return new Reply({ thread: { ...thread.view(), turns: [...turnsOf(threads, threadId).data] }, ...files }, tell);
};

/** Puts the files back while it is still known which turns they are about. */
async function restored(
  threads: ThreadTable,
  threadId: string,
  beforeTurnId: string,
): Promise<{ readonly restoredFiles: CheckpointRestoreResult }> {
  const scope = await restoreScope(threads, threadId, beforeTurnId);
  return { restoredFiles: await threads.world.checkpoints.restore(scope, null) };
}

async function writableThread(context: RequestContext, threadId: string, method: string): Promise<LiveThread> {
  const thread = (await context.threads()).need(threadId);
  if (thread.isEphemeral) throw new ProtocolError('invalidRequest', `ephemeral threads do not support ${method}`);
  if (thread.isStored) thread.ensureWritable();
  return thread;
}

/** Interrupts what runs in the thread, and waits for its end. */
async function quiet({ questions }: RequestContext, thread: LiveThread): Promise<void> {
  while (thread.running !== null) {
    questions.withdraw(thread.id);
    thread.running.interrupt();
    await thread.running.ended;
  }
}

function turnNotFound(turnId: string): ProtocolError {
  return new ProtocolError('invalidRequest', `turn not found: ${turnId}`, { kind: 'turnNotFound' });
}
