// A thread: the durable conversation; its requests and its notifications.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import {
  ApprovalsReviewer,
  AskForApproval,
  ConfigOverrides,
  ReasoningEffort,
  SandboxMode,
  SandboxPolicy,
  SortDirection,
  page,
  pageEnds,
} from './common.ts';
import { DynamicToolSpec } from './dynamicTool.ts';
import { CheckpointRestoreResult } from './checkpoint.ts';
import { ThreadItem } from './item.ts';
import { InitialTurnsPageParams, ThreadTurnsListResult } from './threadHistory.ts';
import { ThreadReadState } from './threadShelf.ts';
import { Turn } from './turn.ts';

export const ThreadStatus = lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('notLoaded') }),
    z.object({ type: z.literal('idle') }),
    z.object({ type: z.literal('systemError') }),
    z.object({ type: z.literal('active'), activeFlags: z.array(z.enum(['waitingOnApproval', 'waitingOnUserInput'])) }),
  ]),
);
export type ThreadStatus = Infer<typeof ThreadStatus>;

export const GitInfo = lazy(() =>
  z.object({ sha: z.string().nullable(), branch: z.string().nullable(), originUrl: z.string().nullable() }),
);
export type GitInfo = Infer<typeof GitInfo>;

/** Who writes a thread. */
export const ThreadLease = lazy(() =>
  z.object({ pid: z.number(), host: z.string(), client: z.string(), sinceMs: z.number() }),
);
export type ThreadLease = Infer<typeof ThreadLease>;

/** Times are Unix seconds; `id` is a UUIDv7; `turns` is filled only where a method says so. */
export const Thread = lazy(() =>
  z.object({
    id: z.string(),
    sessionId: z.string(),
    forkedFromId: z.string().nullable(),
    parentThreadId: z.string().nullable(),
    /** The first user text; "" before the first turn. */
    preview: z.string(),
    ephemeral: z.boolean(),
    section: z.unknown(),
    sectionEnteredAt: z.number().nullable(),
    projectId: z.string().nullable(),
    historyMode: z.enum(['paginated', 'legacy']),
    modelProvider: z.string(),
    model: z.string().nullable(),
    reasoningEffort: ReasoningEffort().nullable(),
    createdAt: z.number(),
    updatedAt: z.number(),
    recencyAt: z.number().nullable(),
    status: ThreadStatus(),
    /** Always null here: threads live in a database. */
    path: z.string().nullable(),
    cwd: z.string(),
    cliVersion: z.string(),
    originator: z.string().nullable(),
    source: z.unknown(),
    threadSource: z.string().nullable(),
    agentNickname: z.string().nullable(),
    agentRole: z.string().nullable(),
    gitInfo: GitInfo().nullable(),
    name: z.string().nullable(),
    turns: z.array(Turn()),
    /** Bowline's own: the other process that writes the thread; null when there is none. */
    lease: ThreadLease().nullish(),
  }),
);
export type Thread = Infer<typeof Thread>;

const overrides = () => ({
  model: z.string().nullish(),
  modelProvider: z.string().nullish(),
  cwd: z.string().nullish(),
  approvalPolicy: AskForApproval().nullish(),
  approvalsReviewer: ApprovalsReviewer().nullish(),
  sandbox: SandboxMode().nullish(),
  /** An id of `permissionProfile/list`; `sandbox` goes before it. */
  permissions: z.string().nullish(),
  config: ConfigOverrides().nullish(),
  baseInstructions: z.string().nullish(),
  developerInstructions: z.string().nullish(),
});

/** `dynamicTools` (experimental): tools of the client. They are stored with the thread; a resumed or forked thread has them too. */
export const ThreadStartParams = lazy(() =>
  z.object({
    ...overrides(),
    ephemeral: z.boolean().nullish(),
    /** The client's own word for what began the thread. */
    threadSource: z.string().nullish(),
    dynamicTools: z.array(DynamicToolSpec()).nullish(),
  }),
);
export type ThreadStartParams = Infer<typeof ThreadStartParams>;

const openedThread = () => ({
  thread: Thread(),
  model: z.string(),
  modelProvider: z.string(),
  serviceTier: z.string().nullable(),
  disabledPluginIds: z.array(z.string()).default([]),
  cwd: z.string(),
  /** Absolute paths of the AGENTS.md files in force. */
  instructionSources: z.array(z.string()),
  approvalPolicy: AskForApproval(),
  approvalsReviewer: ApprovalsReviewer(),
  sandbox: SandboxPolicy(),
  reasoningEffort: ReasoningEffort().nullable(),
});

export const ThreadStartResult = lazy(() => z.object(openedThread()));
export type ThreadStartResult = Infer<typeof ThreadStartResult>;

/**
 * Loads a stored thread, or joins a loaded one (then the overrides are ignored). Bowline's own, and experimental, is what may be done when
 * another process writes the thread: `follow` joins it there; `takeover` asks it to let go, which ends a turn that runs there (with `force`
 * false it is refused instead), and takes the right to write from one that does not answer. Without them it is refused.
 */
export const ThreadResumeParams = lazy(() =>
  z.object({
    threadId: z.string(),
    ...overrides(),
    excludeTurns: z.boolean().nullish(),
    /** Experimental: a page of `thread/turns/list` to answer with. */
    initialTurnsPage: InitialTurnsPageParams().nullish(),
    takeover: z.boolean().nullish(),
    follow: z.boolean().nullish(),
    force: z.boolean().nullish(),
  }),
);
export type ThreadResumeParams = Infer<typeof ThreadResumeParams>;

/** With `force` a turn that runs is ended; one that waits for the user is left to who takes the thread up. */
export const ThreadReleaseParams = lazy(() => z.object({ threadId: z.string(), force: z.boolean().nullish() }));
export type ThreadReleaseParams = Infer<typeof ThreadReleaseParams>;

/** False when this process did not write the thread. */
export const ThreadReleaseResult = lazy(() => z.object({ isReleased: z.boolean() }));
export type ThreadReleaseResult = Infer<typeof ThreadReleaseResult>;

export const ThreadResumeResult = lazy(() =>
  z.object({
    ...openedThread(),
    collaborationMode: z.unknown(),
    initialTurnsPage: ThreadTurnsListResult().nullish(),
    turnsBackwardsCursor: z.string().nullable(),
    itemsBackwardsCursor: z.string().nullable(),
  }),
);
export type ThreadResumeResult = Infer<typeof ThreadResumeResult>;

/**
 * `lastTurnId` is the last turn to keep; `beforeTurnId` (experimental) the first that is left out. `deferGoalContinuation` (experimental) takes
 * the goal along, which the next turn goes on with. `attachToSource`, `path` and prediction mode (experimental) are refused: there are no
 * attached threads here, threads have no path, and nothing is predicted.
 */
export const ThreadForkParams = lazy(() =>
  z.object({
    threadId: z.string(),
    lastTurnId: z.string().nullish(),
    beforeTurnId: z.string().nullish(),
    ...overrides(),
    ephemeral: z.boolean().nullish(),
    threadSource: z.string().nullish(),
    excludeTurns: z.boolean().nullish(),
    deferGoalContinuation: z.boolean().nullish(),
    attachToSource: z.boolean().nullish(),
    path: z.string().nullish(),
    experimentalPredictionMode: z.boolean().nullish(),
  }),
);
export type ThreadForkParams = Infer<typeof ThreadForkParams>;

export const ThreadIdParams = lazy(() => z.object({ threadId: z.string() }));
export type ThreadIdParams = Infer<typeof ThreadIdParams>;

export const ThreadReadParams = lazy(() => z.object({ threadId: z.string(), includeTurns: z.boolean().nullish() }));
export type ThreadReadParams = Infer<typeof ThreadReadParams>;

export const ThreadResult = lazy(() => z.object({ thread: Thread() }));
export type ThreadResult = Infer<typeof ThreadResult>;

export const ThreadListParams = lazy(() =>
  z.object({
    ...page(),
    sortKey: z.enum(['created_at', 'updated_at', 'recency_at', 'section_position']).nullish(),
    sortDirection: SortDirection().nullish(),
    modelProviders: z.array(z.string()).nullish(),
    sourceKinds: z.array(z.string()).nullish(),
    archived: z.boolean().nullish(),
    cwd: z.union([z.string(), z.array(z.string())]).nullish(),
    searchTerm: z.string().nullish(),
    /** Of this section, or (null) of none. */
    sectionId: z.string().nullish(),
    excludedThreadIds: z.array(z.string()).max(100).nullish(),
  }),
);
export type ThreadListParams = Infer<typeof ThreadListParams>;

export const ThreadListResult = lazy(() =>
  z.object({
    data: z.array(Thread()),
    ...pageEnds(),
    readStates: z.record(z.string(), ThreadReadState()).nullish(),
  }),
);
export type ThreadListResult = Infer<typeof ThreadListResult>;

/** Sought as it stands, whatever the case of its letters. */
export const ThreadSearchParams = lazy(() =>
  z.object({
    ...page(),
    sortKey: z.enum(['created_at', 'updated_at', 'recency_at']).nullish(),
    sortDirection: SortDirection().nullish(),
    sourceKinds: z.array(z.string()).nullish(),
    archived: z.boolean().nullish(),
    searchTerm: z.string(),
  }),
);
export type ThreadSearchParams = Infer<typeof ThreadSearchParams>;

/** In UTF-16 code units. */
const TextSpan = lazy(() => z.object({ start: z.number(), end: z.number() }));

/** The place to show, and how many items have the term (Bowline's own); no turn and no item where only the name has it. */
export const ThreadSearchResult = lazy(() =>
  z.object({
    data: z.array(
      z.object({
        thread: Thread(),
        snippet: z.string(),
        snippetMatchRange: TextSpan().nullish(),
        turnId: z.string().nullish(),
        itemId: z.string().nullish(),
        count: z.number().nullish(),
      }),
    ),
    ...pageEnds(),
  }),
);
export type ThreadSearchResult = Infer<typeof ThreadSearchResult>;

export const ThreadSearchOccurrencesParams = lazy(() =>
  z.object({ threadId: z.string(), ...page(), searchTerm: z.string() }),
);
export type ThreadSearchOccurrencesParams = Infer<typeof ThreadSearchOccurrencesParams>;

/** `turnCursor` begins a page of `thread/turns/list` with the turn. */
export const ThreadSearchOccurrencesResult = lazy(() =>
  z.object({
    data: z.array(
      z.object({
        turnId: z.string(),
        itemId: z.string(),
        snippet: z.string(),
        snippetMatchRange: TextSpan(),
        turnCursor: z.string(),
      }),
    ),
    nextCursor: z.string().nullable(),
  }),
);
export type ThreadSearchOccurrencesResult = Infer<typeof ThreadSearchOccurrencesResult>;

export const ThreadTimelineListParams = lazy(() => z.object({ threadId: z.string(), ...page() }));
export type ThreadTimelineListParams = Infer<typeof ThreadTimelineListParams>;

/** The newest entries, oldest of them first; `nextCursor` leads to older ones. */
export const ThreadTimelineListResult = lazy(() => {
  const turn = { position: z.number(), turnId: z.string() };
  const { status, error, startedAt, completedAt, durationMs } = Turn().shape;
  return z.object({
    data: z.array(
      z.discriminatedUnion('type', [
        z.object({ type: z.literal('item'), ...turn, item: ThreadItem() }),
        z.object({ type: z.literal('turnStarted'), ...turn, startedAt }),
        z.object({
          type: z.literal('turnCompleted'),
          ...turn,
          status,
          error,
          startedAt,
          completedAt,
          durationMs,
        }),
      ]),
    ),
    nextCursor: z.string().nullable(),
    activeRealtimeSessionAtPageStart: z.string().nullable(),
  });
});
export type ThreadTimelineListResult = Infer<typeof ThreadTimelineListResult>;

export const ThreadReadResult = lazy(() => z.object({ thread: Thread(), readState: ThreadReadState().nullish() }));
export type ThreadReadResult = Infer<typeof ThreadReadResult>;

export const ThreadLoadedListParams = lazy(() => z.object(page()));
export type ThreadLoadedListParams = Infer<typeof ThreadLoadedListParams>;

export const ThreadLoadedListResult = lazy(() =>
  z.object({ data: z.array(z.string()), nextCursor: z.string().nullable() }),
);
export type ThreadLoadedListResult = Infer<typeof ThreadLoadedListResult>;

export const ThreadNameSetParams = lazy(() => z.object({ threadId: z.string(), name: z.string() }));
export type ThreadNameSetParams = Infer<typeof ThreadNameSetParams>;

export const ThreadUnsubscribeResult = lazy(() =>
  z.object({ status: z.enum(['unsubscribed', 'notSubscribed', 'notLoaded']) }),
);
export type ThreadUnsubscribeResult = Infer<typeof ThreadUnsubscribeResult>;

/** Takes the turn and all later ones out of the history; the files in the workspace stay as they are. */
/** `restoreFiles` (Bowline's own, experimental): the files are put back too, as `checkpoint/restore` does. */
export const ThreadRevertParams = lazy(() =>
  z.object({ threadId: z.string(), beforeTurnId: z.string(), restoreFiles: z.boolean().nullish() }),
);
export type ThreadRevertParams = Infer<typeof ThreadRevertParams>;

/** With the cursors the kept history is read from its end: `thread/turns/list` and `thread/items/list`, newest first. */
export const ThreadRevertResult = lazy(() =>
  z.object({
    thread: Thread(),
    turnsBackwardsCursor: z.string().nullable(),
    itemsBackwardsCursor: z.string().nullable(),
    /** What became of the files, if they were to be restored. */
    restoredFiles: CheckpointRestoreResult().optional(),
  }),
);
export type ThreadRevertResult = Infer<typeof ThreadRevertResult>;

/** The old name of revert: takes out the last turns, all of them when there are fewer. `restoreFiles` as in `thread/revert`. */
export const ThreadRollbackParams = lazy(() =>
  z.object({ threadId: z.string(), numTurns: z.number().int().positive(), restoreFiles: z.boolean().nullish() }),
);
export type ThreadRollbackParams = Infer<typeof ThreadRollbackParams>;

export const ThreadRollbackResult = lazy(() =>
  z.object({ thread: Thread(), restoredFiles: CheckpointRestoreResult().optional() }),
);
export type ThreadRollbackResult = Infer<typeof ThreadRollbackResult>;

/** `beforeTurnId` (Bowline's own) is the first turn that is gone; who does not get it reads the thread anew. */
export const ThreadReverted = lazy(() => z.object({ threadId: z.string(), beforeTurnId: z.string().nullish() }));
export type ThreadReverted = Infer<typeof ThreadReverted>;

export const ThreadStarted = lazy(() => z.object({ thread: Thread() }));
export type ThreadStarted = Infer<typeof ThreadStarted>;

/** `lease` (Bowline's own) comes with what another process told: that process, or null when nobody writes the thread any more. */
export const ThreadStatusChanged = lazy(() =>
  z.object({ threadId: z.string(), status: ThreadStatus(), lease: ThreadLease().nullish() }),
);
export type ThreadStatusChanged = Infer<typeof ThreadStatusChanged>;

export const ThreadNameUpdated = lazy(() => z.object({ threadId: z.string(), threadName: z.string().nullish() }));
export type ThreadNameUpdated = Infer<typeof ThreadNameUpdated>;
