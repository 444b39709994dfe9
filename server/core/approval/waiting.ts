// What a thread waits for while requests to the user are open.
import type { UserRequest } from '../../protocol/methods.ts';
import type { ThreadStatus } from '../../protocol/schema/thread.ts';

export type WaitingFlag = Extract<ThreadStatus, { type: 'active' }>['activeFlags'][number];

/** In the order in which a status names them. */
export const WAITING_FLAGS: readonly WaitingFlag[] = ['waitingOnApproval', 'waitingOnUserInput'];

/** What the thread waits for while such a request is open. */
export function flagOf(method: UserRequest['method']): WaitingFlag {
  return method === 'item/tool/requestUserInput' ? 'waitingOnUserInput' : 'waitingOnApproval';
}

/** The status of a thread whose turn waits for these. */
export function waitingFor(questions: readonly Pick<UserRequest, 'method'>[]): ThreadStatus {
  const waiting = new Set(questions.map(({ method }) => flagOf(method)));
  return { type: 'active', activeFlags: WAITING_FLAGS.filter((flag) => waiting.has(flag)) };
}
