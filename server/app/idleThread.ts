// The thread for a turn of its own: loaded, written by this process, and with nothing running.
import type { LiveThread } from '../core/thread/liveThread.ts';
import { ProtocolError } from '../protocol/errors.ts';
import type { RequestContext } from './requestContext.ts';

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
