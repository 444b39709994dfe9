// Asks the process that writes a thread to let it go.
import type { Clock } from '../../core/ports.ts';
import type { ForeignOwner } from '../../core/thread/threadStore.ts';
import { isConnectionLost, isProtocolError } from '../../protocol/errors.ts';
import type { Neighbours } from './neighbours.ts';
import { OwnerLine } from './ownerLine.ts';
import { greet, type Follower } from './relay.ts';

/** Until a turn that runs there has ended in order. */
const LONGEST_RELEASE_MS = 10_000;

export interface ReleaseOptions {
  readonly neighbours: Neighbours;
  readonly owner: ForeignOwner;
  readonly connection: Follower;
  readonly clock: Clock;
  readonly threadId: string;
  /** Whether a turn that runs is ended. */
  readonly isForced: boolean;
}

/** `again`: it has let go, or never had it. `stealing`: it does not answer. Throws what the owner says when it refuses. */
export async function askRelease(options: ReleaseOptions): Promise<'again' | 'stealing'> {
  const { neighbours, owner, connection, clock, threadId, isForced } = options;
  const reached = await neighbours.reach(owner.door);
  if (reached.type !== 'connected') return 'stealing';
  const line = new OwnerLine(reached.transport, clock, { notification: ignore, request: ignore, lost: ignore });
  const late = Promise.withResolvers<'stealing'>();
  const cancel = clock.after(LONGEST_RELEASE_MS, () => late.resolve('stealing'));
  try {
    // in vain where it is known to be stopped; it is told all the same
    const greeted = greet(line, connection, owner.state === 'stopped' ? { clock, patienceMs: 0 } : { clock });
    // in one breath: an owner that was stopped reads it when it goes on, and learns at once that it lost the thread
    const released = line.request('thread/release', { threadId, force: isForced }).then(() => 'again' as const);
    released.catch(ignore);
    return (await greeted) ? await Promise.race([released, late.promise]) : 'stealing';
  } catch (error) {
    if (isConnectionLost(error)) return 'again';
    if (isProtocolError(error) && error.kind === 'turnInProgress') throw error;
    return 'stealing';
  } finally {
    cancel();
    line.close();
  }
}

function ignore(): void {
  // only the answer is of interest
}
