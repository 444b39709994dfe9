// What anyone knows of a thread: the thread itself, its turns with their items, and what is still open.
import type { RequestId } from '../jsonrpc.ts';
import type { ApprovalRequest, QuestionRequest } from '../methods.ts';
import type { Thread } from '../schema/thread.ts';
import type { ThreadTokenUsage, Turn, TurnError, TurnPlanStep } from '../schema/turn.ts';

/** The plan of a turn, as the agent last wrote it. */
export interface TurnPlan {
  readonly explanation: string | null;
  readonly steps: readonly TurnPlanStep[];
}

/** What belongs to a turn but is no item: the diff so far, the plan, the last retry. */
export interface TurnExtras {
  readonly diff: string | null;
  readonly plan: TurnPlan | null;
  /** The failure that the server is retrying; null once the turn goes on or ends. */
  readonly retry: TurnError | null;
}

/** A request of the server that waits for an answer. */
export interface PendingRequest {
  readonly id: RequestId;
  readonly request: ApprovalRequest;
}

/** A question of the agent that waits for the user. No item stands for it: its place is behind the last item of its turn. */
export interface OpenQuestion {
  readonly request: QuestionRequest;
  /** The item that was the last one when it was put; null when there was none, or the turn is not known. */
  readonly afterItemId: string | null;
}

/**
 * The state of one thread. Immutable: the reducer returns a new object for a change and the same object for none.
 * `thread.turns` stays empty; the turns are in `turns`, oldest first, each with its items as far as they are known.
 */
export interface ThreadState {
  readonly thread: Thread;
  readonly turns: readonly Turn[];
  readonly extras: Readonly<Record<string, TurnExtras>>;
  readonly tokenUsage: ThreadTokenUsage | null;
  readonly pending: readonly PendingRequest[];
  readonly questions: readonly OpenQuestion[];
  readonly archived: boolean;
}

export const NO_EXTRAS: TurnExtras = { diff: null, plan: null, retry: null };

/** The state of a thread as `thread/start`, `resume`, `fork` or `read` gave it. */
export function threadStateOf(thread: Thread, archived = false): ThreadState {
  const nothingOpen = { extras: {}, tokenUsage: null, pending: [], questions: [] };
  return { thread: { ...thread, turns: [] }, turns: thread.turns, ...nothingOpen, archived };
}
