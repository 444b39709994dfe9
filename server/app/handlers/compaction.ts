// Compacting a thread's conversation by hand.
import { RunningTurn } from '../../core/turn/runningTurn.ts';
import { runCompaction } from '../../core/turn/runTurn.ts';
import { Reply } from '../../rpc/incoming.ts';
import { idleThread } from '../idleThread.ts';
import type { Handler } from '../requestContext.ts';

export const threadCompactStart: Handler<'thread/compact/start'> = async (context, { threadId }) => {
  const thread = await idleThread(context, threadId);
  const turn = new RunningTurn(context.app.ids.next(), context.app.clock.nowMs(), { kind: 'compact' });
  thread.running = turn;
  return new Reply({}, () => void runCompaction(thread, turn));
};
