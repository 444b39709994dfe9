// Opens and closes the requests that the server has put to its clients.
import type { RequestId } from '../jsonrpc.ts';
import type { QuestionRequest, UserRequest } from '../methods.ts';
import type { OpenQuestion, ThreadState } from './threadState.ts';

/** The state with the request open; a request that is re-sent after a resume keeps its id and is not doubled. */
export function openRequest(state: ThreadState, request: UserRequest): ThreadState {
  if (request.params.threadId !== state.thread.id || isPending(state, request.id)) return state;
  if (request.method === 'item/tool/requestUserInput')
    return { ...state, questions: [...state.questions, placed(state, request)] };
  return { ...state, pending: [...state.pending, { id: request.id, request }] };
}

/** The state with the request closed; the same object when it was not open. */
export function closeRequest(state: ThreadState, id: RequestId): ThreadState {
  if (!isPending(state, id)) return state;
  return {
    ...state,
    pending: state.pending.filter((entry) => entry.id !== id),
    questions: state.questions.filter(({ request }) => request.id !== id),
  };
}

/** Whether the request still waits for an answer. */
export function isPending(state: ThreadState, id: RequestId): boolean {
  return state.pending.some((entry) => entry.id === id) || state.questions.some(({ request }) => request.id === id);
}

function placed(state: ThreadState, request: QuestionRequest): OpenQuestion {
  const turn = state.turns.findLast(({ id }) => id === request.params.turnId);
  return { request, afterItemId: turn?.items.at(-1)?.id ?? null };
}
