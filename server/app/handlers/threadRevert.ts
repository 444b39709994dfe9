// Taking turns back.
import type { LiveThread } from '../../core/thread/liveThread.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { Handler, RequestContext } from '../requestContext.ts';
import { restoreScope } from '../restoreScope.ts';
import { historyEnds, turnsOf } from '../threadHistory.ts';

export const threadRevert: Handler<'thread/revert'> = async (context, { threadId, beforeTurnId, restoreFiles }) => {
  if (restoreFiles === true && !context.connection.wantsExperimental)
    throw new ProtocolError('invalidRequest', 'thread/revert.restoreFiles requires experimentalApi capability');
  const threads = await context.threads();
  const thread = await writableThread(context, threadId, 'thread/revert');
  if (!thread.isStored || !threads.world.store.hasTurn(threadId, beforeTurnId)) throw turnNotFound(beforeTurnId);
  await quiet(context, thread);
  // while it is still known which turns they are
  const restoredFiles =
    restoreFiles === true
      ? await threads.world.checkpoints.restore(await restoreScope(threads, threadId, beforeTurnId), null)
      : null;
  const tell = thread.revert(beforeTurnId);
  const result = { thread: thread.view(), ...historyEnds(threads, thread) };
  return new Reply(restoredFiles === null ? result : { ...result, restoredFiles }, tell);
};

export const threadRollback: Handler<'thread/rollback'> = async (context, { threadId, numTurns }) => {
  const threads = await context.threads();
  const thread = await writableThread(context, threadId, 'thread/rollback');
  await quiet(context, thread);
  const last = turnsOf(threads, threadId, { cursor: null, limit: numTurns, direction: 'desc' }).data;
  const first = last.at(-1);
  if (first === undefined) return { thread: thread.view() };
  const tell = thread.revert(first.id);
  return new Reply({ thread: { ...thread.view(), turns: [...turnsOf(threads, threadId).data] } }, tell);
};

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
