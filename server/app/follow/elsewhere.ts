// A thread that another process writes: joined there, taken from it, or found to be free because that process has ended.
import type { ForeignOwner } from '../../core/thread/threadStore.ts';
import { isConnectionLost, isProtocolError, ProtocolError } from '../../protocol/errors.ts';
import { ThreadResumeResult, type ThreadResumeParams } from '../../protocol/schema/thread.ts';
import { Reply } from '../../rpc/incoming.ts';
import type { RequestContext } from '../requestContext.ts';
import type { ThreadTable } from '../threadTable.ts';
import { askRelease } from './askRelease.ts';
import { Relay } from './relay.ts';

/** How often the thread may change hands under a request before that gives up. */
const MOST_ATTEMPTS = 4;

interface Wanted {
  readonly context: RequestContext;
  readonly threads: ThreadTable;
  readonly params: ThreadResumeParams;
}

type Resumed = Reply<ThreadResumeResult>;

/** Joins the thread there; or says how to try again here: `stealing` takes the right to write without asking. */
type Outcome = Resumed | 'again' | 'stealing';

/** To a neighbour that came to follow: look again who writes the thread. */
export function notHeld(threadId: string): ProtocolError {
  return new ProtocolError('invalidRequest', `thread ${threadId} is not written by this process`, { kind: 'notHeld' });
}

/** Resumes the thread by `here`, unless another process writes it: then there, or here once it is free. */
export async function orElsewhere(wanted: Wanted, here: (steals: boolean) => Promise<Resumed>): Promise<Resumed> {
  let steals = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await here(steals);
    } catch (error) {
      if (!isHeld(error) || attempt === MOST_ATTEMPTS) throw error;
      const outcome = await elsewhere(wanted, error);
      if (outcome instanceof Reply) return outcome;
      steals = outcome === 'stealing';
    }
  }
}

function isHeld(error: unknown): error is ProtocolError {
  return isProtocolError(error) && error.kind === 'threadHeld';
}

async function elsewhere(wanted: Wanted, refusal: ProtocolError): Promise<Outcome> {
  const { threads, params } = wanted;
  const owner = threads.store.foreignOwner(params.threadId);
  if (owner === undefined) return 'again';
  if (params.takeover === true) return await takeOver(wanted, owner);
  if (params.follow !== true && owner.state !== 'presumed') throw refusal;
  if (owner.state === 'stopped') throw silent(params.threadId, owner.by.client);
  const reached = await threads.neighbours.reach(owner.door);
  // a process of this machine that has ended listens no more
  if (reached.type === 'closed' && owner.state === 'presumed') return 'stealing';
  if (reached.type !== 'connected') throw params.follow === true ? unreachable(refusal, reached) : refusal;
  if (params.follow === true) return await follow(wanted, owner, reached);
  reached.transport.close();
  throw refusal;
}

/** A client that follows the thread hears no more of it until it has it; one that is refused goes on following. */
async function takeOver({ context, threads, params }: Wanted, owner: ForeignOwner): Promise<'again' | 'stealing'> {
  const { connection, app } = context;
  const { threadId, force } = params;
  const relay = connection.relay(threadId);
  relay?.pause();
  try {
    const { neighbours } = threads;
    const { clock } = app;
    return await askRelease({ neighbours, owner, connection, clock, threadId, isForced: force ?? true });
  } catch (error) {
    relay?.goOn();
    throw error;
  }
}

type Connected = Extract<Awaited<ReturnType<ThreadTable['neighbours']['reach']>>, { type: 'connected' }>;

async function follow({ context, params }: Wanted, { by }: ForeignOwner, { transport }: Connected): Promise<Outcome> {
  const { connection, app } = context;
  const { threadId } = params;
  const { clock } = app;
  const earlierRequests = (id: string): Promise<void> => context.settled(id);
  const relay = new Relay(transport, { connection, threadId, owner: by, clock, earlierRequests });
  try {
    if (!(await relay.greet())) throw silent(threadId, by.client);
    const { value, after } = await relay.forward('thread/resume', {
      threadId,
      excludeTurns: params.excludeTurns ?? false,
      initialTurnsPage: params.initialTurnsPage ?? null,
    });
    if (!isResumed(value)) throw new ProtocolError('internalError', 'The other process gave no thread.');
    connection.follow(threadId, relay);
    return new Reply(value, after);
  } catch (error) {
    relay.close();
    // it let the thread go, or ended, in this moment
    if (isConnectionLost(error) || (isProtocolError(error) && error.kind === 'notHeld')) return 'again';
    throw error;
  }
}

/** A check, not a parse: what the other process says beyond the schema is passed on. */
function isResumed(value: unknown): value is ThreadResumeResult {
  return ThreadResumeResult().safeParse(value).success;
}

function unreachable(
  refusal: ProtocolError,
  reached: { readonly type: string; readonly reason?: string },
): ProtocolError {
  const why = reached.reason ?? 'nobody answers at its local socket';
  return new ProtocolError(refusal.code, `${refusal.message} It cannot be followed: ${why}.`, {
    data: refusal.data,
    kind: refusal.kind,
  });
}

function silent(threadId: string, client: string): ProtocolError {
  const message = `thread ${threadId} is written by ${client}, which does not answer. Resume with takeover to go on without it.`;
  return new ProtocolError('invalidRequest', message, { kind: 'ownerSilent' });
}
