// A goal as it is kept with its thread, and what changes it.
import type { ThreadGoal, ThreadGoalStatus } from '../../protocol/schema/goal.ts';
import type { TokenUsage } from '../../protocol/schema/turn.ts';

/** Times are Unix milliseconds. */
export interface Goal {
  readonly objective: string;
  readonly status: ThreadGoalStatus;
  readonly tokenBudget: number | null;
  readonly tokensUsed: number;
  readonly timeUsedMs: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Turns in a row that pursued it and called no tool. */
  readonly idleTurns: number;
}

export interface GoalChange {
  readonly objective?: string | null | undefined;
  readonly status?: ThreadGoalStatus | null | undefined;
  readonly tokenBudget?: number | null | undefined;
}

export const LONGEST_OBJECTIVE = 4000;

/** A goal whose turns do nothing but talk is given up after so many of them. */
const MOST_IDLE_TURNS = 3;

/** Why the change cannot be made, in words for who asked for it; null when it can. */
export function goalProblem(goal: Goal | null, { objective, tokenBudget }: GoalChange): string | null {
  if (typeof objective === 'string') {
    const words = objective.trim();
    if (words === '') return 'goal objective must not be empty';
    if (words.length > LONGEST_OBJECTIVE) return `goal objective must be at most ${LONGEST_OBJECTIVE} characters`;
  } else if (goal === null) {
    return 'no goal exists';
  }
  if (typeof tokenBudget === 'number' && tokenBudget <= 0) return 'goal budgets must be positive when provided';
  return null;
}

/** The goal after the change, which must have no problem. */
export function changedGoal(goal: Goal | null, change: GoalChange, nowMs: number): Goal {
  const known = goal ?? newGoal(nowMs);
  const next = {
    ...known,
    objective: change.objective?.trim() ?? known.objective,
    status: change.status ?? known.status,
    tokenBudget: change.tokenBudget ?? known.tokenBudget,
    updatedAtMs: nowMs,
    idleTurns: 0,
  };
  return withinBudget(next);
}

function newGoal(nowMs: number): Goal {
  const counts = { tokenBudget: null, tokensUsed: 0, timeUsedMs: 0, idleTurns: 0 };
  return { objective: '', status: 'active', ...counts, createdAtMs: nowMs, updatedAtMs: nowMs };
}

/** The goal after a response of the model; only an active one is charged. */
export function chargedGoal(goal: Goal, usage: TokenUsage, nowMs: number): Goal {
  if (goal.status !== 'active') return goal;
  const tokens = Math.max(0, usage.inputTokens - usage.cachedInputTokens) + usage.outputTokens;
  return withinBudget({ ...goal, tokensUsed: goal.tokensUsed + tokens, updatedAtMs: nowMs });
}

function withinBudget(goal: Goal): Goal {
  const isSpent = goal.tokenBudget !== null && goal.tokensUsed >= goal.tokenBudget;
  return isSpent && goal.status === 'active' ? { ...goal, status: 'budgetLimited' } : goal;
}

/** A turn as far as it matters to a goal. */
export interface GoalTurn {
  readonly end: 'completed' | 'interrupted' | 'failed' | 'usageLimited';
  readonly hasCalls: boolean;
}

/** The goal after a turn. */
export function goalAfterTurn(goal: Goal, turn: GoalTurn & { readonly isPursuit: boolean }, nowMs: number): Goal {
  if (goal.status !== 'active') return goal;
  const updated = { ...goal, updatedAtMs: nowMs };
  if (turn.end === 'usageLimited') return { ...updated, status: 'usageLimited' };
  if (turn.end === 'failed') return { ...updated, status: 'blocked' };
  const idleTurns = turn.isPursuit && turn.end === 'completed' && !turn.hasCalls ? goal.idleTurns + 1 : 0;
  return { ...updated, idleTurns, status: idleTurns >= MOST_IDLE_TURNS ? 'blocked' : 'active' };
}

/** As the wire shows it. */
export function shownGoal(threadId: string, goal: Goal): ThreadGoal {
  const { objective, status, tokenBudget, tokensUsed } = goal;
  return {
    threadId,
    objective,
    status,
    tokenBudget,
    tokensUsed,
    timeUsedSeconds: Math.floor(goal.timeUsedMs / 1000),
    createdAt: Math.floor(goal.createdAtMs / 1000),
    updatedAt: Math.floor(goal.updatedAtMs / 1000),
  };
}

/** What the model is told at the begin of a turn that pursues the goal. */
export function pursuitNote({ objective, tokenBudget, tokensUsed }: Goal): string {
  const budget =
    tokenBudget === null ? 'There is no token budget.' : `${tokensUsed} of ${tokenBudget} budgeted tokens are used.`;
  return `<goal>
The user has set a goal for this thread. Go on pursuing it; nobody has said anything new.

<objective>
${objective}
</objective>

${budget}

- Look at the state of the workspace as it is now before you rely on what was said earlier.
- Keep the whole objective. If it cannot be finished in this turn, make real progress and leave the goal active; do not shrink it.
- When every part of it is done and you have checked that, call update_goal with status "complete". Until then do not.
- If the same obstacle, which only the user can remove, has stopped you in three turns, call update_goal with status "blocked" and say what you need.
</goal>`;
}
