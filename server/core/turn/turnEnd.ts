// How a turn ends, and how its end is told.
import { isAgentError, messageOf, type AgentErrorInfo } from '../../protocol/errors.ts';
import type { Turn, TurnError } from '../../protocol/schema/turn.ts';
import { finalMessage } from '../../protocol/state/select.ts';
import type { GoalTurn } from '../goal/goal.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import { ModelFailure } from './modelPort.ts';
import type { RunningTurn } from './runningTurn.ts';

/** How a turn ended. */
export type TurnEnd =
  | { readonly status: 'completed' }
  | { readonly status: 'interrupted' }
  | { readonly status: 'failed'; readonly error: TurnError };

/** Told to the model in the next turn when this one was interrupted. */
const INTERRUPTED_NOTE =
  '<turn_aborted>The user interrupted the previous turn. Commands that were running were stopped; check the state of the workspace before you go on.</turn_aborted>';

/** A turn as the wire shows it, without items. */
export function turnView(turn: RunningTurn, status: Turn['status']): Turn {
  return {
    id: turn.id,
    rootTurnId: turn.id,
    items: [],
    itemsView: 'notLoaded',
    status,
    error: null,
    startedAt: Math.floor(turn.startedAtMs / 1000),
    completedAt: null,
    durationMs: null,
  };
}

/** The end of a turn that was stopped from outside. */
export function stoppedEnd(thread: LiveThread, turn: RunningTurn): TurnEnd {
  const reason = turn.stopped;
  if (reason?.type === 'failed') return { status: 'failed', error: turnErrorOf(new Error(reason.message)) };
  if (turn.kind !== 'regular') return { status: 'interrupted' };
  thread.remember(turn.id, [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: INTERRUPTED_NOTE }] },
  ]);
  return { status: 'interrupted' };
}

/** Records the end of the turn. */
export function recordEnd(thread: LiveThread, turn: RunningTurn, end: TurnEnd): void {
  const nowMs = thread.world.clock.nowMs();
  thread.change({ updatedAtMs: nowMs });
  thread.approvals.turnEnded();
  thread.goals.turnEnded(turn.id, goalTurn(thread, turn, end));
  thread.running = null;
  if (end.status === 'failed') {
    thread.setStatus({ type: 'systemError' });
    thread.record({
      method: 'error',
      params: { error: end.error, willRetry: false, threadId: thread.id, turnId: turn.id },
    });
  } else {
    thread.setStatus({ type: 'idle' });
  }
  const known = thread.state.turns.find((candidate) => candidate.id === turn.id);
  const last = end.status === 'completed' && known !== undefined ? finalMessage(known) : undefined;
  thread.record({
    method: 'turn/completed',
    params: {
      threadId: thread.id,
      turn: {
        ...turnView(turn, end.status),
        items: last === undefined ? [] : [last],
        itemsView: last === undefined ? 'notLoaded' : 'summary',
        error: end.status === 'failed' ? end.error : null,
        completedAt: Math.floor(nowMs / 1000),
        durationMs: nowMs - turn.startedAtMs,
      },
    },
  });
}

/** What of a turn is no sign of work: it is only said. */
const WORDS: ReadonlySet<string> = new Set(['userMessage', 'agentMessage', 'reasoning', 'plan']);

function goalTurn(thread: LiveThread, turn: RunningTurn, end: TurnEnd): GoalTurn {
  const items = thread.state.turns.find(({ id }) => id === turn.id)?.items ?? [];
  const hasCalls = items.some(({ type }) => !WORDS.has(type));
  const isLimited = end.status === 'failed' && end.error.codexErrorInfo === 'usageLimitExceeded';
  return { end: isLimited ? 'usageLimited' : end.status, hasCalls };
}

export function wireInfo(info: AgentErrorInfo): TurnError['codexErrorInfo'] {
  return typeof info === 'string' ? info : { ...info };
}

/** Any failure as the wire tells it. */
export function turnErrorOf(error: unknown): TurnError {
  const known = error instanceof ModelFailure || isAgentError(error);
  return {
    message: messageOf(error),
    codexErrorInfo: known ? wireInfo(error.info) : 'other',
    additionalDetails: known ? error.details : null,
    misalignment: null,
  };
}
