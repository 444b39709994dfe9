// The model as the core sees it: a list of items in, a stream of events out. Item shapes are those of the Responses API.
import type { AgentErrorInfo } from '../../protocol/errors.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { TokenUsage } from '../../protocol/schema/turn.ts';
import type { ToolSpec } from './toolSpec.ts';

export type ModelContent =
  | { readonly type: 'input_text'; readonly text: string }
  | { readonly type: 'output_text'; readonly text: string }
  | { readonly type: 'input_image'; readonly image_url: string; readonly detail?: string };

/** One entry of the conversation with the model, stored as it is and sent again as it is. */
export type ModelItem =
  | {
      readonly type: 'message';
      readonly id?: string;
      readonly role: 'developer' | 'user' | 'assistant';
      readonly content: readonly ModelContent[];
      readonly phase?: string;
    }
  | {
      readonly type: 'reasoning';
      readonly id?: string;
      readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[];
      readonly content?: readonly { readonly type: 'reasoning_text'; readonly text: string }[];
      readonly encrypted_content?: string;
    }
  | {
      readonly type: 'function_call';
      readonly id?: string;
      readonly call_id: string;
      readonly name: string;
      readonly namespace?: string;
      readonly arguments: string;
    }
  | {
      readonly type: 'function_call_output';
      readonly call_id: string;
      readonly output: string | readonly ModelContent[];
    }
  | {
      readonly type: 'custom_tool_call';
      readonly id?: string;
      readonly call_id: string;
      readonly name: string;
      readonly input: string;
    }
  | {
      readonly type: 'custom_tool_call_output';
      readonly call_id: string;
      readonly output: string | readonly ModelContent[];
    };

export interface ModelRequest {
  readonly threadId: string;
  readonly turnId: string;
  readonly model: string;
  readonly input: readonly ModelItem[];
  readonly tools: readonly ToolSpec[];
  readonly effort: string | null;
  readonly summary: string | null;
  readonly verbosity: string | null;
  readonly outputSchema: JsonValue | null;
  /** The client's name, sent as the `originator` header. */
  readonly originator: string;
}

/**
 * A part of the model's answer. `index` is the output item's position in this response. `itemAdded` comes before the item's deltas
 * and `itemDone` after them; a provider may send `itemDone` alone. Ends with `completed` or `incomplete`, else the stream throws
 * a ModelFailure.
 */
export type ModelEvent =
  | { readonly type: 'itemAdded'; readonly index: number; readonly item: ModelItem }
  | { readonly type: 'textDelta'; readonly index: number; readonly delta: string }
  | { readonly type: 'summaryPartAdded'; readonly index: number; readonly summaryIndex: number }
  | { readonly type: 'summaryDelta'; readonly index: number; readonly summaryIndex: number; readonly delta: string }
  | { readonly type: 'reasoningDelta'; readonly index: number; readonly contentIndex: number; readonly delta: string }
  /** More of a tool call's arguments (JSON text) or of a custom tool's input. */
  | { readonly type: 'inputDelta'; readonly index: number; readonly delta: string }
  | { readonly type: 'itemDone'; readonly index: number; readonly item: ModelItem }
  | { readonly type: 'completed'; readonly usage: TokenUsage | null }
  | { readonly type: 'incomplete'; readonly reason: string; readonly usage: TokenUsage | null };

export interface ModelProvider {
  readonly id: string;
  /** For the user, e.g. "OpenAI". */
  readonly name: string;
  /** How often a broken stream is opened again before the turn fails. */
  readonly streamMaxRetries: number;
  /** One response. Silent HTTP retries are the adapter's; everything else is thrown as a ModelFailure. Aborting ends it quietly. */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

/** A response that could not be had, or broke off. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
  readonly info: AgentErrorInfo;
  /** `stream`: open the stream again (bounded); `never`: the turn fails now. */
  readonly retry: 'stream' | 'never';
  /** The wait the provider asked for; null for the usual backoff. */
  readonly retryAfterMs: number | null;
  /** The provider's own words, or the operating system's. */
  readonly details: string | null;

  constructor(
    message: string,
    failure: {
      info: AgentErrorInfo;
      retry: 'stream' | 'never';
      retryAfterMs?: number | null;
      details?: string | null;
      cause?: unknown;
    },
  ) {
    super(message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.info = failure.info;
    this.retry = failure.retry;
    this.retryAfterMs = failure.retryAfterMs ?? null;
    this.details = failure.details ?? null;
  }
}
