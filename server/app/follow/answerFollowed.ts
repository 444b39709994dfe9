// Answers a request about a thread that the client follows: by the process that writes it, or here once that is lost.
import { isConnectionLost, isProtocolError, ProtocolError } from '../../protocol/errors.ts';
import type { IncomingRequest } from '../../rpc/incoming.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { RequestContext } from '../requestContext.ts';
import type { Relay } from './relay.ts';

/** To leave the thread, or to make another one of it, does not need its owner. */
const ANSWERED_HERE = new Set(['thread/unsubscribe', 'thread/fork']);

type Request = IncomingRequest & { readonly threadId: string };

export async function answerFollowed(
  context: RequestContext,
  request: Request,
  answerHere: () => Promise<unknown>,
): Promise<unknown> {
  const { method, params, threadId } = request;
  const relay = context.connection.relay(threadId);
  if (relay === undefined || ANSWERED_HERE.has(method) || isTakeover(request)) return await answerHere();
  const answer = relay.isOpen ? await orNotHeld(relay, request) : 'notHeld';
  if (answer !== 'notHeld') return answer;
  if (method !== 'turn/start') return await answerHere();
  await goOn(context, threadId);
  const next = context.connection.relay(threadId);
  return next?.isOpen === true ? await next.forward(method, params) : await answerHere();
}

/** The owner's answer; `notHeld` when it has let the thread go without a word. */
async function orNotHeld(relay: Relay, { method, params }: Request): Promise<Reply | 'notHeld'> {
  try {
    return await relay.forward(method, params);
  } catch (error) {
    if (isConnectionLost(error)) throw ownerLost();
    if (!isProtocolError(error) || !['notHeld', 'threadNotFound'].includes(error.kind)) throw error;
    relay.close();
    return 'notHeld';
  }
}

/** The client goes on where its owner was lost: here, or at the process that was quicker. */
async function goOn(context: RequestContext, threadId: string): Promise<void> {
  const { threadResume } = await import('../handlers/threadLifecycle.ts');
  const resumed = await threadResume(context, { threadId, excludeTurns: true, follow: true });
  if (resumed instanceof Reply) resumed.after();
}

function isTakeover({ method, params }: Request): boolean {
  const hasIt = typeof params === 'object' && params !== null && 'takeover' in params && params.takeover === true;
  return method === 'thread/resume' && hasIt;
}

function ownerLost(): ProtocolError {
  const message =
    'The process that writes the thread was lost; whether it did what was asked is unknown. Look at the thread and ask again.';
  return new ProtocolError('internalError', message, { kind: 'ownerLost' });
}
