// A goal: what may be asked of it, what its turns cost, and when it is no longer pursued.
import { deepEqual, equal, ok } from 'node:assert/strict';
import {
  changedGoal,
  chargedGoal,
  goalAfterTurn,
  goalProblem,
  pursuitNote,
  shownGoal,
  type Goal,
  type GoalTurn,
} from '../../../../server/core/goal/goal.ts';

const goal = (more: Partial<Goal> = {}): Goal => ({ ...changedGoal(null, { objective: 'Ship it' }, 1000), ...more });

const usage = (inputTokens: number, cachedInputTokens: number, outputTokens: number) => ({
  totalTokens: inputTokens + outputTokens,
  inputTokens,
  cachedInputTokens,
  cacheWriteInputTokens: 0,
  outputTokens,
  reasoningOutputTokens: 0,
});

const turn = (more: Partial<GoalTurn & { isPursuit: boolean }> = {}): GoalTurn & { isPursuit: boolean } => ({
  end: 'completed',
  isPursuit: true,
  hasCalls: false,
  ...more,
});

describe('a goal', () => {
  it('needs an objective, not too long, and a budget that is one', () => {
    equal(goalProblem(null, {}), 'no goal exists');
    equal(goalProblem(null, { objective: ' \n' }), 'goal objective must not be empty');
    equal(goalProblem(null, { objective: 'x'.repeat(4001) }), 'goal objective must be at most 4000 characters');
    equal(goalProblem(goal(), { tokenBudget: 0 }), 'goal budgets must be positive when provided');
    equal(goalProblem(goal(), { status: 'paused' }), null);
    equal(goalProblem(null, { objective: 'x', tokenBudget: 1 }), null);
  });

  it('keeps what is not changed, and what was used', () => {
    const used = goal({ tokensUsed: 7, timeUsedMs: 2500, status: 'complete' });
    const next = changedGoal(used, { objective: ' Other ', tokenBudget: 50 }, 9000);
    deepEqual(shownGoal('t', next), {
      threadId: 't',
      objective: 'Other',
      status: 'complete',
      tokenBudget: 50,
      tokensUsed: 7,
      timeUsedSeconds: 2,
      createdAt: 1,
      updatedAt: 9,
    });
  });

  it('is charged for what was not cached, while it is active, up to its budget', () => {
    const charged = chargedGoal(goal({ tokenBudget: 200 }), usage(100, 10, 20), 2000);
    deepEqual([charged.tokensUsed, charged.status], [110, 'active']);
    const spent = chargedGoal(charged, usage(100, 10, 20), 3000);
    deepEqual([spent.tokensUsed, spent.status], [220, 'budgetLimited']);
    equal(chargedGoal(spent, usage(100, 10, 20), 4000), spent);
    equal(changedGoal(spent, { status: 'active' }, 5000).status, 'budgetLimited');
    equal(changedGoal(spent, { status: 'active', tokenBudget: 1000 }, 5000).status, 'active');
  });

  it('is blocked by a failure, limited by a usage limit, and left active by an interruption', () => {
    equal(goalAfterTurn(goal(), turn({ end: 'failed' }), 1).status, 'blocked');
    equal(goalAfterTurn(goal(), turn({ end: 'usageLimited' }), 1).status, 'usageLimited');
    equal(goalAfterTurn(goal(), turn({ end: 'interrupted' }), 1).status, 'active');
    equal(goalAfterTurn(goal({ status: 'complete' }), turn({ end: 'failed' }), 1).status, 'complete');
  });

  it('is blocked when three turns in a row only talk', () => {
    let talked = goal();
    for (let count = 0; count < 2; count += 1) talked = goalAfterTurn(talked, turn(), 1);
    equal(talked.status, 'active');
    equal(goalAfterTurn(talked, turn(), 1).status, 'blocked');
    equal(goalAfterTurn(goalAfterTurn(talked, turn({ hasCalls: true }), 1), turn(), 1).status, 'active');
    equal(goalAfterTurn(goalAfterTurn(talked, turn({ isPursuit: false }), 1), turn(), 1).status, 'active');
  });

  it('is told to the model with its objective and what is left', () => {
    const note = pursuitNote(goal({ tokenBudget: 300, tokensUsed: 110 }));
    ok(note.includes('Ship it') && note.includes('110 of 300'));
    ok(pursuitNote(goal()).includes('no token budget'));
  });
});
