// Begins a turn on an idle thread.
import type { LiveThread } from '../core/thread/liveThread.ts';
import { RunningTurn } from '../core/turn/runningTurn.ts';
import { runTurn, type TurnInput } from '../core/turn/runTurn.ts';
import { turnView } from '../core/turn/turnEnd.ts';
import type { Turn } from '../protocol/schema/turn.ts';
import type { AppWorld } from './world.ts';

export interface BegunTurn {
  /** As the answer to the request shows it. */
  readonly answer: Turn;
  /** Lets it run; call it once the request is answered. */
  run(): void;
}

/** From now on the thread has a running turn. */
export function beginTurn(app: AppWorld, thread: LiveThread, input: TurnInput): BegunTurn {
  const nowMs = app.clock.nowMs();
  const turn = new RunningTurn(app.ids.next(), nowMs);
  thread.running = turn;
  thread.change({ recencyAtMs: nowMs, updatedAtMs: nowMs });
  const answer = { ...turnView(turn, 'inProgress'), startedAt: null };
  thread.noteMessage(input.clientId, answer);
  return { answer, run: () => void runTurn(thread, turn, input) };
}
