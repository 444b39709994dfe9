// The goal of a thread: set, read, cleared.
import { goalProblem, shownGoal } from '../../core/goal/goal.ts';
import type { LiveThread } from '../../core/thread/liveThread.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { Handler, RequestContext } from '../requestContext.ts';
import { needRow } from '../threadHistory.ts';
import { pursueGoal } from '../goOn.ts';

export const threadGoalSet: Handler<'thread/goal/set'> = async (context, { threadId, ...change }) => {
  const thread = await durableThread(context, threadId);
  const { goals } = thread;
  const problem = goalProblem(goals.goal, change);
  if (problem === 'no goal exists')
    throw new ProtocolError('invalidRequest', `cannot update goal for thread ${threadId}: no goal exists`, {
      kind: 'goalNotFound',
    });
  if (problem !== null) throw new ProtocolError('invalidRequest', problem, { kind: 'invalidGoal' });
  thread.ensureWritable();
  const goal = goals.change(change);
  if (thread.row.preview === '') thread.change({ preview: goal.objective.slice(0, 2000) });
  return new Reply({ goal }, () => {
    goals.tell(null);
    pursueGoal(context.app, thread);
  });
};

export const threadGoalGet: Handler<'thread/goal/get'> = async (context, { threadId }) => {
  const threads = await context.threads();
  const row = threads.get(threadId)?.row ?? needRow(threads, threadId, (id) => `thread not found: ${id}`);
  return { goal: row.goal === undefined || row.goal === null ? null : shownGoal(threadId, row.goal) };
};

export const threadGoalClear: Handler<'thread/goal/clear'> = async (context, { threadId }) => {
  const thread = await durableThread(context, threadId);
  if (thread.goals.goal === null) return { cleared: false };
  thread.ensureWritable();
  thread.goals.clear();
  return new Reply({ cleared: true }, () => thread.goals.tell(null));
};

async function durableThread(context: RequestContext, threadId: string): Promise<LiveThread> {
  const thread = (await context.threads()).need(threadId);
  if (!thread.isEphemeral) return thread;
  throw new ProtocolError('invalidRequest', `ephemeral thread does not support goals: ${threadId}`);
}
