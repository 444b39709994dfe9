// A request that the scripted model got, as tests see it, and what may answer it.
import type { Reply } from './modelScript.ts';

/** An item of `input` (Responses) or `messages` (Chat Completions). */
export type SentItem = Readonly<Record<string, unknown>>;

export interface ModelRequestRecord {
  /** 0 for the first POST of this server. */
  readonly n: number;
  /** Unix milliseconds. */
  readonly atMs: number;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
  /** `body.input` or `body.messages`. */
  readonly input: readonly SentItem[];
  /** Resolves when the exchange is over: `finished`, or `closed` when a side cut it before its end. */
  readonly over: Promise<'finished' | 'closed'>;
}

/** An answer, or what makes it from the request. */
export type Script = Reply | ((request: ModelRequestRecord) => Reply);

/** What the user said last: the texts of the last user message, joined. */
export function lastUserText(request: ModelRequestRecord): string {
  const content = request.input.findLast((item) => item['role'] === 'user')?.['content'];
  if (typeof content === 'string') return content;
  const parts = (content ?? []) as readonly Readonly<Record<string, unknown>>[];
  return parts.map((part) => (typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

/** What a call got as its output, as text; "" when it got none. */
export function outputOf(request: ModelRequestRecord, callId: string): string {
  const output = request.input.find((item) => item['call_id'] === callId && 'output' in item)?.['output'];
  return typeof output === 'string' ? output : JSON.stringify(output ?? '');
}
