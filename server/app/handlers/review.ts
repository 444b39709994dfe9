// Starting a review of code changes.
import { targetLabel } from '../../core/review/reviewTexts.ts';
import { RunningTurn } from '../../core/turn/runningTurn.ts';
import { runReview } from '../../core/turn/runReview.ts';
import { turnView } from '../../core/turn/turnEnd.ts';
import { userMessageItem } from '../../core/turn/userMessage.ts';
import type { UserInput } from '../../protocol/schema/item.ts';
import { Reply } from '../../rpc/incoming.ts';
import { idleThread } from '../idleThread.ts';
import type { Handler } from '../requestContext.ts';

export const reviewStart: Handler<'review/start'> = async (context, { threadId, target }) => {
  const { ids, clock } = context.app;
  const thread = await idleThread(context, threadId);
  const turn = new RunningTurn(ids.next(), clock.nowMs(), { kind: 'review', announcedId: ids.next() });
  thread.running = turn;
  const words: UserInput[] = [{ type: 'text', text: targetLabel(target), text_elements: [] }];
  const label = { ...userMessageItem(turn.id, null, words), startedAtMs: null, completedAtMs: null };
  const view = { ...turnView(turn, 'inProgress'), rootTurnId: null, items: [label], startedAt: null };
  return new Reply({ turn: view, reviewThreadId: threadId }, () => void runReview(thread, turn, target));
};
