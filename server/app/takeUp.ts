// Takes up a turn that waits for the user and whose process has ended.
import type { LiveThread } from '../core/thread/liveThread.ts';
import { suspendedTurnOf, type SuspendedTurn } from '../core/thread/suspendedTurn.ts';
import { resumeTurn } from '../core/turn/runTurn.ts';
import { RunningTurn } from '../core/turn/runningTurn.ts';
import type { TurnWorld } from '../core/turn/turnWorld.ts';
import { messageOf } from '../protocol/errors.ts';

/** The turn; null when none waits; or why it was ended, in words for the user. */
export type Suspended = SuspendedTurn | string | null;

/** The turn of a stored thread that this process may write. One that cannot go on is ended. */
export function suspendedTurn(world: TurnWorld, threadId: string): Suspended {
  const { store } = world;
  const questions = store.questions(threadId);
  if (questions.length === 0) return null;
  const page = { cursor: null, limit: 1, direction: 'desc' } as const;
  const turn = store.turns(threadId, page).data[0];
  const history = store.modelItems(threadId);
  const { diff } = store.turnExtras(threadId, questions[0]?.turnId ?? '');
  const suspended = suspendedTurnOf({ turn, questions, history, held: store.held(threadId), diff });
  const obstacle = suspended === null ? 'it is not stored as a whole' : obstacleTo(world, suspended);
  if (suspended !== null && obstacle === null) return suspended;
  store.giveUpQuestions(threadId);
  return `A turn that waited for your approval could not go on and was ended: ${obstacle}. Nothing of what it asked for was run.`;
}

/** Hands the turn to the thread; the returned function lets it go on. */
export function takeUp(thread: LiveThread, suspended: SuspendedTurn): () => void {
  const turn = new RunningTurn(suspended.turn.id, suspended.conditions.startedAtMs);
  thread.running = turn;
  return () => void resumeTurn(thread, turn, suspended);
}

/** Why the turn cannot go on here; null when it can. */
function obstacleTo(world: TurnWorld, { calls, conditions }: SuspendedTurn): string | null {
  const { tools, close } = world.tools();
  void close();
  const names = new Set(tools.map((tool) => tool.spec.name));
  const missing = calls.find(({ type, call }) => type === 'waiting' && !names.has(call.name));
  if (missing !== undefined) return `there is no tool \`${missing.call.name}\` any more`;
  try {
    world.models.provider(conditions.settings);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
