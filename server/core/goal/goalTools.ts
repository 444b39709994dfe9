// The tools `get_goal`, `create_goal` and `update_goal`: the agent looks at the thread's goal, makes one, and says that it is done or blocked.
import { messageOf } from '../../protocol/errors.ts';
import { GoalCreation, GoalUpdate } from '../../protocol/schema/goal.ts';
import type { Tool, ToolCall, ToolOutput } from '../turn/tool.ts';
import type { ThreadTools } from '../turn/turnWorld.ts';
import type { FunctionSpec } from '../turn/toolSpec.ts';
import { goalProblem } from './goal.ts';
import type { ThreadGoals } from './threadGoals.ts';

const spec = (name: string, description: string, input: FunctionSpec['parameters']) =>
  ({
    type: 'function',
    name,
    description,
    parameters: { type: 'object', ...input, additionalProperties: false },
  }) satisfies FunctionSpec;

const GET = spec('get_goal', 'The goal of this thread: its status, its budget, and what was used of it.', {
  properties: {},
});

const CREATE = spec(
  'create_goal',
  'Makes a goal that is pursued over several turns. Only when the user asks for one in so many words; fails while another is unfinished.',
  {
    properties: {
      objective: { type: 'string', description: 'What is to be reached, so that it can be checked.' },
      token_budget: { type: 'integer', description: 'Only when the user names a budget.' },
    },
    required: ['objective'],
  },
);

const UPDATE = spec(
  'update_goal',
  'Says how the goal stands: complete when every part of it is done and checked, blocked when only the user can go on with it.',
  { properties: { status: { type: 'string', enum: ['complete', 'blocked'] } }, required: ['status'] },
);

export const GOAL_TOOL_NAMES = [GET.name, CREATE.name, UPDATE.name];

/** The tools of a thread with those for its goal. */
export function withGoalTools(own: ThreadTools, goals: () => ThreadGoals): ThreadTools {
  return { ...own, tools: [...own.tools, ...goalTools(goals)] };
}

export function goalTools(goals: () => ThreadGoals): Tool[] {
  return [
    { spec: GET, run: async () => ({ output: report(goals()) }) },
    { spec: CREATE, run: (call, { turnId }) => answered(call, (input) => create(goals(), input, turnId)) },
    { spec: UPDATE, run: (call, { turnId }) => answered(call, (input) => update(goals(), input, turnId)) },
  ];
}

async function answered(call: ToolCall, act: (input: unknown) => string): Promise<ToolOutput> {
  try {
    return { output: act(JSON.parse(call.input)) };
  } catch (error) {
    return { output: `${call.name}: the arguments cannot be used: ${messageOf(error)}` };
  }
}

function create(goals: ThreadGoals, input: unknown, turnId: string): string {
  const { objective, token_budget: tokenBudget = null } = GoalCreation().parse(input);
  if (goals.goal !== null && goals.goal.status !== 'complete')
    return 'cannot create a new goal because this thread has an unfinished goal; complete the existing goal first';
  const problem = goalProblem(null, { objective, tokenBudget });
  if (problem !== null) return problem;
  goals.clear();
  goals.change({ objective, tokenBudget });
  goals.tell(turnId);
  return report(goals);
}

function update(goals: ThreadGoals, input: unknown, turnId: string): string {
  const { status } = GoalUpdate().parse(input);
  if (goals.goal === null) return 'cannot update goal because this thread has no goal';
  goals.change({ status });
  goals.tell(turnId);
  return report(goals);
}

function report(goals: ThreadGoals): string {
  const goal = goals.shown;
  const hasBudget = goal !== null && goal.tokenBudget !== null;
  const remainingTokens = hasBudget ? Math.max(0, (goal.tokenBudget ?? 0) - goal.tokensUsed) : null;
  const isDone = goal?.status === 'complete';
  const completionBudgetReport = isDone
    ? 'Tell the user what was used of the budget, if there is one, and how long it took.'
    : null;
  return JSON.stringify({ goal, remainingTokens, completionBudgetReport });
}
