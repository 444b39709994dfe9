// What an idle thread does by itself: it sends the next prompt of its queue, or else pursues its goal.
import { pursuitNote } from '../core/goal/goal.ts';
import type { LiveThread } from '../core/thread/liveThread.ts';
import { isPlanning } from '../core/turn/collaboration.ts';
import { messageOf } from '../protocol/errors.ts';
import type { QueuedSubmission } from '../protocol/schema/queue.ts';
import { beginTurn, type BegunTurn } from './beginTurn.ts';
import type { AppWorld } from './world.ts';

/** The prompts that wait, in order. One that is being sent waits no more, although the store has it until its message is recorded. */
export function waiting(thread: LiveThread): QueuedSubmission[] {
  if (!thread.isStored) return [];
  return thread.world.store
    .queue(thread.id)
    .filter(({ clientUserMessageId }) => thread.turnOfMessage(clientUserMessageId) === undefined);
}

/** Begins a turn with a prompt that waits. */
export function beginQueued(app: AppWorld, thread: LiveThread, queued: QueuedSubmission): BegunTurn {
  thread.ensureWritable();
  const input = { input: queued.input, clientId: queued.clientUserMessageId, outputSchema: null };
  const { answer, run } = beginTurn(app, thread, input);
  return {
    answer,
    run: () => {
      tellChanged(thread);
      run();
    },
  };
}

export function tellChanged(thread: LiveThread): void {
  thread.record({ method: 'thread/queue/changed', params: { threadId: thread.id } });
}

/** Sends the next prompt of an idle thread, unless its last turn failed or was interrupted: then the user says how to go on. */
export function goOn(app: AppWorld, thread: LiveThread): void {
  if (thread.running !== null || !thread.isStored) return;
  try {
    if (!isAtRest(thread)) return;
    const [next] = waiting(thread);
    if (next === undefined) pursueGoal(app, thread);
    else beginQueued(app, thread, next).run();
  } catch (error) {
    app.log.warn('An idle thread could not go on.', { threadId: thread.id, reason: messageOf(error) });
  }
}

/** Begins a turn for the goal of an idle thread. In plan mode the user has the word. */
export function pursueGoal(app: AppWorld, thread: LiveThread): void {
  const { goal } = thread.goals;
  if (goal?.status !== 'active' || thread.running !== null || isPlanning(thread.settings)) return;
  thread.ensureWritable();
  const pursuit = pursuitNote(goal);
  beginTurn(app, thread, { input: [], clientId: null, outputSchema: null, pursuit }).run();
}

/** The last turn came to its end by itself. */
function isAtRest(thread: LiveThread): boolean {
  const page = { cursor: null, limit: 1, direction: 'desc' } as const;
  const last = thread.state.turns.at(-1) ?? thread.world.store.turns(thread.id, page).data[0];
  return last === undefined || last.status === 'completed';
}
