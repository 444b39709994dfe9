// Drives a turn from its start to its end, whatever happens in between.
import { messageOf } from '../../protocol/errors.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { UserInput } from '../../protocol/schema/item.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { SuspendedTurn } from '../thread/suspendedTurn.ts';
import { Conversation } from './conversation.ts';
import type { RunningTurn } from './runningTurn.ts';
import { recordEnd, turnErrorOf, turnView, type TurnEnd } from './turnEnd.ts';

export interface TurnInput {
  readonly input: readonly UserInput[];
  readonly clientId: string | null;
  readonly outputSchema: JsonValue | null;
}

/** Runs the turn to its end. Never rejects: every failure ends as `turn/completed`. */
export async function runTurn(thread: LiveThread, turn: RunningTurn, input: TurnInput): Promise<void> {
  const { settings } = thread;
  const conditions = { startedAtMs: turn.startedAtMs, settings, outputSchema: input.outputSchema };
  turn.steer({ input: input.input, clientId: input.clientId });
  thread.setStatus({ type: 'active', activeFlags: [] });
  thread.record({ method: 'turn/started', params: { threadId: thread.id, turn: turnView(turn, 'inProgress') } });
  await drive(thread, turn, new Conversation(thread, turn, conditions));
}

/** Goes on with a turn that another process began. Never rejects. */
export async function resumeTurn(thread: LiveThread, turn: RunningTurn, suspended: SuspendedTurn): Promise<void> {
  for (const message of suspended.messages) turn.steer(message);
  const conversation = new Conversation(thread, turn, suspended.conditions);
  await conversation.takeUp(suspended);
  await drive(thread, turn, conversation);
}

async function drive(thread: LiveThread, turn: RunningTurn, conversation: Conversation): Promise<void> {
  let end: TurnEnd;
  do {
    const said = await Promise.race([failing(thread, turn, () => conversation.converse()), turn.suspended]);
    if (said === undefined) {
      await conversation.suspend();
      turn.finish();
      return;
    }
    end = await failing(thread, turn, () => conversation.settle(said));
    // A message may have joined while the turn was being settled: it must not be lost.
  } while (end.status === 'completed' && turn.hasSteered);
  recordEnd(thread, turn, end);
  turn.finish();
}

/** What the task ends with; a failure of any kind is the turn's, never the caller's. */
async function failing(thread: LiveThread, turn: RunningTurn, task: () => Promise<TurnEnd>): Promise<TurnEnd> {
  try {
    return await task();
  } catch (error) {
    thread.world.log.warn('A turn failed.', { turnId: turn.id, reason: messageOf(error) });
    return { status: 'failed', error: turnErrorOf(error) };
  }
}
