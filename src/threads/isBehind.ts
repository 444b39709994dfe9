// Whether the server knows better than what it told of a thread, so that the thread is to be read anew.
import type { ServerNotification } from '../../server/protocol/methods.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';

/** The reference server does not say to where a thread was reverted, nor that the second turn of a review has ended. */
export function isBehind(state: ThreadState, { method, params }: ServerNotification): boolean {
  if (method === 'thread/reverted') return (params.beforeTurnId ?? null) === null;
  if (method !== 'turn/completed') return false;
  return state.thread.status.type === 'idle' && runningTurn(state) !== undefined;
}
