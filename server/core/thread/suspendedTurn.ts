// A turn that another process began and that waits for the user: what is known of it, and of each of its open calls.
import type { Turn } from '../../protocol/schema/turn.ts';
import type { ModelItem } from '../turn/modelPort.ts';
import { toolCallOf } from '../turn/modelCalls.ts';
import type { SteeredInput } from '../turn/runningTurn.ts';
import type { ToolCall, ToolOutput } from '../turn/tool.ts';
import type { Held, KeptQuestion, TurnConditions } from './keptQuestion.ts';

export interface SuspendedTurn {
  /** With all its items. */
  readonly turn: Turn;
  readonly conditions: TurnConditions;
  readonly questions: readonly KeptQuestion[];
  /** The calls of its last response, in order. */
  readonly calls: readonly SuspendedCall[];
  /** What it had changed, as it was last told. */
  readonly diff: string | null;
  /** Messages that had joined it. */
  readonly messages: readonly SteeredInput[];
}

export type SuspendedCall =
  | { readonly type: 'finished'; readonly call: ToolCall; readonly output: ToolOutput }
  /** It ran, or may have run, when the process ended: it never runs again. */
  | { readonly type: 'lost'; readonly call: ToolCall }
  | { readonly type: 'waiting'; readonly call: ToolCall; readonly questions: readonly KeptQuestion[] };

/** What the store has of a turn that may be suspended. */
export interface StoredParts {
  /** The newest turn of the thread. */
  readonly turn: Turn | undefined;
  readonly questions: readonly KeptQuestion[];
  readonly history: readonly ModelItem[];
  readonly held: readonly Held[];
  readonly diff: string | null;
}

/** Null when what is stored does not make a turn that could go on. */
export function suspendedTurnOf({ turn, questions, history, held, diff }: StoredParts): SuspendedTurn | null {
  const [first] = questions;
  if (first === undefined || turn === undefined) return null;
  if (turn.status !== 'inProgress' || questions.some(({ turnId }) => turnId !== turn.id)) return null;
  const calls = unansweredCalls(history).map((call) => suspendedCall(call, questions, held));
  const waiting = calls.flatMap((call) => (call.type === 'waiting' ? call.questions : []));
  if (waiting.length !== questions.length) return null;
  const messages = held.flatMap((kept) => (kept.type === 'message' ? [kept.message] : []));
  return { turn, conditions: first.conditions, questions, calls, diff, messages };
}

function suspendedCall(call: ToolCall, questions: readonly KeptQuestion[], held: readonly Held[]): SuspendedCall {
  const asked = questions.filter(({ itemId }) => itemId === call.callId);
  if (asked.length > 0) return { type: 'waiting', call, questions: asked };
  for (const kept of held) {
    if (kept.type !== 'output') continue;
    const { item } = kept;
    const isOutput = item.type === 'function_call_output' || item.type === 'custom_tool_call_output';
    if (isOutput && item.call_id === call.callId) return { type: 'finished', call, output: { output: item.output } };
  }
  return { type: 'lost', call };
}

/** The calls since the user's last message that have no output: those of the response that the process did not survive. */
function unansweredCalls(history: readonly ModelItem[]): ToolCall[] {
  const lastMessage = history.findLastIndex((item) => item.type === 'message' && item.role === 'user');
  const recent = history.slice(lastMessage + 1);
  const answered = new Set(
    recent.map((item) =>
      item.type === 'function_call_output' || item.type === 'custom_tool_call_output' ? item.call_id : null,
    ),
  );
  return recent
    .map(toolCallOf)
    .filter((call) => call !== null && !answered.has(call.callId))
    .filter((call) => call !== null);
}
