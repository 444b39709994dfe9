// Whether a thread can do what is asked now: begin a turn of its own, or let something join the one that runs.
import type { LiveThread } from '../core/thread/liveThread.ts';
import type { RunningTurn, TurnKind } from '../core/turn/runningTurn.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { RequestContext } from './requestContext.ts';

/** The thread for a turn of its own: loaded, written by this process, and with nothing running. */
export async function idleThread(context: RequestContext, threadId: string): Promise<LiveThread> {
  const threads = await context.threads();
  const { running } = threads.need(threadId);
  // one that is being stopped is over in a moment
  if (running?.takesMessages === false && running.stopped !== null) await running.ended;
  const thread = threads.need(threadId);
  if (thread.running !== null)
    throw new ProtocolError('invalidRequest', 'a turn is running; interrupt it or wait for its end', {
      kind: 'turnRunning',
    });
  thread.ensureWritable();
  const nowMs = context.app.clock.nowMs();
  thread.change({ recencyAtMs: nowMs, updatedAtMs: nowMs });
  return thread;
}

const KIND_NAMES: Readonly<Record<Exclude<TurnKind, 'regular'>, string>> = { compact: 'Compact', review: 'Review' };

/** What compacts or reviews is not to be talked into. */
export function refuseOthers({ kind }: RunningTurn, how: 'start' | 'steer'): void {
  if (kind === 'regular') return;
  const message =
    how === 'steer'
      ? `cannot steer a ${kind} turn`
      : `failed to submit turn input: ActiveTurnNotSteerable { turn_kind: ${KIND_NAMES[kind]} }`;
  throw new ProtocolError(how === 'steer' ? 'invalidRequest' : 'internalError', message, {
    kind: 'activeTurnNotSteerable',
    data: { message, codexErrorInfo: { activeTurnNotSteerable: { turnKind: kind } } },
  });
}
