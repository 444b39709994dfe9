// A turn: one unit of agent work, begun by the user and ended by the agent; its requests and its notifications.
import * as z from 'zod';
import { lazy, members, type Infer } from '../define.ts';
import {
  ApprovalsReviewer,
  AskForApproval,
  CollaborationMode,
  JsonValue,
  ReasoningEffort,
  ReasoningSummary,
  SandboxPolicy,
} from './common.ts';
import { FileUpdateChange, ThreadItem, UserInput } from './item.ts';

/** Why a turn failed, in words that say what to do; `codexErrorInfo` is the machine-readable kind. */
export const TurnError = lazy(() =>
  z.object({
    message: z.string(),
    codexErrorInfo: z.union([z.string(), z.record(z.string(), z.unknown())]).nullable(),
    additionalDetails: z.string().nullable(),
    misalignment: z.unknown(),
  }),
);
export type TurnError = Infer<typeof TurnError>;

export const TurnStatus = lazy(() => z.enum(['inProgress', 'completed', 'interrupted', 'failed']));
export type TurnStatus = Infer<typeof TurnStatus>;

/** `summary` is the first user message and the final agent message. */
export const TurnItemsView = lazy(() => z.enum(['notLoaded', 'summary', 'full']));
export type TurnItemsView = Infer<typeof TurnItemsView>;

/** Times are Unix seconds. */
export const Turn = lazy(() =>
  z.object({
    id: z.string(),
    rootTurnId: z.string().nullable(),
    items: z.array(ThreadItem()),
    itemsView: TurnItemsView(),
    status: TurnStatus(),
    error: TurnError().nullable(),
    startedAt: z.number().nullable(),
    completedAt: z.number().nullable(),
    durationMs: z.number().nullable(),
  }),
);
export type Turn = Infer<typeof Turn>;

/** Overrides given to `turn/start` hold for this turn and later ones, except `outputSchema`. `collaborationMode` is experimental. */
export const TurnStartParams = lazy(() =>
  z.object({
    threadId: z.string(),
    input: z.array(UserInput()),
    clientUserMessageId: z.string().nullish(),
    cwd: z.string().nullish(),
    approvalPolicy: AskForApproval().nullish(),
    approvalsReviewer: ApprovalsReviewer().nullish(),
    sandboxPolicy: SandboxPolicy().nullish(),
    /** A permission profile, instead of `sandboxPolicy`. */
    permissions: z.string().nullish(),
    model: z.string().nullish(),
    effort: ReasoningEffort().nullish(),
    summary: ReasoningSummary().nullish(),
    outputSchema: JsonValue().nullish(),
    collaborationMode: CollaborationMode().nullish(),
  }),
);
export type TurnStartParams = Infer<typeof TurnStartParams>;

export const TurnStartResult = lazy(() => z.object({ turn: Turn() }));
export type TurnStartResult = Infer<typeof TurnStartResult>;

export const TurnSteerParams = lazy(() =>
  z.object({
    threadId: z.string(),
    input: z.array(UserInput()),
    expectedTurnId: z.string(),
    clientUserMessageId: z.string().nullish(),
  }),
);
export type TurnSteerParams = Infer<typeof TurnSteerParams>;

export const TurnSteerResult = lazy(() => z.object({ turnId: z.string() }));
export type TurnSteerResult = Infer<typeof TurnSteerResult>;

export const TurnInterruptParams = lazy(() => z.object({ threadId: z.string(), turnId: z.string() }));
export type TurnInterruptParams = Infer<typeof TurnInterruptParams>;

const inTurn = members(() => ({ threadId: z.string(), turnId: z.string() }));

export const TurnStarted = lazy(() => z.object({ threadId: z.string(), turn: Turn() }));
export type TurnStarted = Infer<typeof TurnStarted>;

/** A completed turn carries its final agent message (`itemsView` "summary"); an interrupted or failed one no items. */
export const TurnCompleted = lazy(() => z.object({ threadId: z.string(), turn: Turn() }));
export type TurnCompleted = Infer<typeof TurnCompleted>;

/** `diff` is git-style, cumulative for the turn, "" when everything was undone. */
export const TurnDiffUpdated = lazy(() => z.object({ ...inTurn(), diff: z.string() }));
export type TurnDiffUpdated = Infer<typeof TurnDiffUpdated>;

export const TurnPlanStep = lazy(() =>
  z.object({ step: z.string(), status: z.enum(['pending', 'inProgress', 'completed']) }),
);
export type TurnPlanStep = Infer<typeof TurnPlanStep>;

export const TurnPlanUpdated = lazy(() =>
  z.object({ ...inTurn(), explanation: z.string().nullable(), plan: z.array(TurnPlanStep()) }),
);
export type TurnPlanUpdated = Infer<typeof TurnPlanUpdated>;

export const ItemStarted = lazy(() => z.object({ item: ThreadItem(), ...inTurn(), startedAtMs: z.number() }));
export type ItemStarted = Infer<typeof ItemStarted>;

export const ItemCompleted = lazy(() =>
  z.object({ item: ThreadItem(), ...inTurn(), completedAtMs: z.number(), contentTokenCount: z.number().nullish() }),
);
export type ItemCompleted = Infer<typeof ItemCompleted>;

const delta = members(() => ({ ...inTurn(), itemId: z.string(), delta: z.string() }));

export const AgentMessageDelta = lazy(() => z.object(delta()));
/** More of a proposed plan. */
export const PlanDelta = lazy(() => z.object(delta()));
export const ReasoningSummaryPartAdded = lazy(() =>
  z.object({ ...inTurn(), itemId: z.string(), summaryIndex: z.number() }),
);
export const ReasoningSummaryTextDelta = lazy(() => z.object({ ...delta(), summaryIndex: z.number() }));
export const ReasoningTextDelta = lazy(() => z.object({ ...delta(), contentIndex: z.number() }));
/** stdout and stderr merged, at most 8,192 characters each. */
export const CommandOutputDelta = lazy(() => z.object(delta()));
export const TerminalInteraction = lazy(() =>
  z.object({ ...inTurn(), itemId: z.string(), processId: z.string(), stdin: z.string() }),
);
export type AgentMessageDelta = Infer<typeof AgentMessageDelta>;
export type PlanDelta = Infer<typeof PlanDelta>;
export type ReasoningSummaryPartAdded = Infer<typeof ReasoningSummaryPartAdded>;
export type ReasoningSummaryTextDelta = Infer<typeof ReasoningSummaryTextDelta>;
export type ReasoningTextDelta = Infer<typeof ReasoningTextDelta>;
export type CommandOutputDelta = Infer<typeof CommandOutputDelta>;
export type TerminalInteraction = Infer<typeof TerminalInteraction>;

/** A failure inside a turn. With `willRetry` the turn goes on; without it `turn/completed` (failed) follows. */
export const ErrorNotification = lazy(() => z.object({ error: TurnError(), willRetry: z.boolean(), ...inTurn() }));
export type ErrorNotification = Infer<typeof ErrorNotification>;

export const TokenUsage = lazy(() =>
  z.object({
    totalTokens: z.number(),
    inputTokens: z.number(),
    cachedInputTokens: z.number(),
    cacheWriteInputTokens: z.number().default(0),
    outputTokens: z.number(),
    reasoningOutputTokens: z.number(),
  }),
);
export type TokenUsage = Infer<typeof TokenUsage>;

/** `total` sums over the thread and survives resume; `modelContextWindow` is in tokens. */
export const ThreadTokenUsage = lazy(() =>
  z.object({ total: TokenUsage(), last: TokenUsage(), modelContextWindow: z.number().nullable() }),
);
export type ThreadTokenUsage = Infer<typeof ThreadTokenUsage>;

export const TokenUsageUpdated = lazy(() => z.object({ ...inTurn(), tokenUsage: ThreadTokenUsage() }));
export type TokenUsageUpdated = Infer<typeof TokenUsageUpdated>;

/** The changes of a patch that the model is still writing; a later one replaces an earlier one. */
export const FileChangePatchUpdated = lazy(() =>
  z.object({ ...inTurn(), itemId: z.string(), changes: z.array(FileUpdateChange()) }),
);
export type FileChangePatchUpdated = Infer<typeof FileChangePatchUpdated>;
