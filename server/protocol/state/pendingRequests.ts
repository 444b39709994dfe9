// Opens and closes the requests that the server has put to its clients.
import type { RequestId } from '../jsonrpc.ts';
import type { ApprovalRequest } from '../methods.ts';
import type { ThreadState } from './threadState.ts';

/** The state with the request open; a request that is re-sent after a resume keeps its id and is not doubled. */
export function openRequest(state: ThreadState, request: ApprovalRequest): ThreadState {
  if (request.params.threadId !== state.thread.id || isPending(state, request.id)) return state;
  return { ...state, pending: [...state.pending, { id: request.id, request }] };
}

/** The state with the request closed; the same object when it was not open. */
export function closeRequest(state: ThreadState, id: RequestId): ThreadState {
  return isPending(state, id) ? { ...state, pending: state.pending.filter((entry) => entry.id !== id) } : state;
}

/** Whether the request still waits for an answer. */
export function isPending(state: ThreadState, id: RequestId): boolean {
  return state.pending.some((entry) => entry.id === id);
}
