// The goal of a thread: what the agent pursues over several turns, until it is done, blocked, or out of budget.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

export const ThreadGoalStatus = lazy(() =>
  z.enum(['active', 'paused', 'blocked', 'usageLimited', 'budgetLimited', 'complete']),
);
export type ThreadGoalStatus = Infer<typeof ThreadGoalStatus>;

/** Times are Unix seconds. Tokens that a provider had cached do not count. */
export const ThreadGoal = lazy(() =>
  z.object({
    threadId: z.string(),
    objective: z.string(),
    status: ThreadGoalStatus(),
    tokenBudget: z.number().nullable(),
    tokensUsed: z.number(),
    timeUsedSeconds: z.number(),
    createdAt: z.number(),
    updatedAt: z.number(),
  }),
);
export type ThreadGoal = Infer<typeof ThreadGoal>;

/** What is left out stays as it is. An active goal of an idle thread begins a turn. */
export const ThreadGoalSetParams = lazy(() =>
  z.object({
    threadId: z.string(),
    objective: z.string().nullish(),
    status: ThreadGoalStatus().nullish(),
    tokenBudget: z.number().int().nullish(),
  }),
);
export type ThreadGoalSetParams = Infer<typeof ThreadGoalSetParams>;

export const ThreadGoalSetResult = lazy(() => z.object({ goal: ThreadGoal() }));
export const ThreadGoalGetResult = lazy(() => z.object({ goal: ThreadGoal().nullable() }));
export const ThreadGoalClearResult = lazy(() => z.object({ cleared: z.boolean() }));

/** `turnId` is null when a client changed it. */
export const ThreadGoalUpdated = lazy(() =>
  z.object({ threadId: z.string(), turnId: z.string().nullable(), goal: ThreadGoal() }),
);
export type ThreadGoalUpdated = Infer<typeof ThreadGoalUpdated>;

/** What the agent says to make a goal. */
export const GoalCreation = lazy(() => z.object({ objective: z.string(), token_budget: z.number().int().nullish() }));

/** What the agent says of a goal. */
export const GoalUpdate = lazy(() => z.object({ status: z.enum(['complete', 'blocked']) }));
