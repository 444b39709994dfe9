// How a thread stands after the process that wrote it has gone: what ran in it was cut, and the rest can be read as it is.
import type { ServerNotification } from '../../server/protocol/methods.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import { reduceThread } from '../../server/protocol/state/threadReducer.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';

export function cutOff(state: ThreadState): ThreadState {
  const threadId = state.thread.id;
  const running = runningTurn(state);
  const closed: ServerNotification = { method: 'thread/closed', params: { threadId } };
  if (running === undefined) return reduceThread(state, closed);
  const turn = { ...running, status: 'interrupted' as const };
  return reduceThread(reduceThread(state, { method: 'turn/completed', params: { threadId, turn } }), closed);
}
