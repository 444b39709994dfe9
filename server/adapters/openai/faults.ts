// What can go wrong between us and a provider, as plain data read from errors, answers and events.
import { isRecord, parseJson, stringOf } from './json.ts';

export type Fault =
  /** An HTTP answer that is no success. */
  | {
      readonly kind: 'status';
      readonly status: number;
      /** The provider's machine-readable code or type, e.g. `context_length_exceeded`. */
      readonly code: string | null;
      /** The provider's own words, or the raw body. */
      readonly words: string;
      readonly retryAfterMs: number | null;
    }
  /** An error told inside of a stream. */
  | { readonly kind: 'told'; readonly code: string | null; readonly words: string }
  /** No answer came: refused, unknown host, TLS, reset before the headers. */
  | { readonly kind: 'connection'; readonly code: string | null; readonly words: string }
  /** The stream broke off or ended before the model was done. */
  | { readonly kind: 'disconnected'; readonly words: string }
  | { readonly kind: 'idle'; readonly timeoutMs: number }
  /** Something in the stream is not what the API sends. */
  | { readonly kind: 'garbage'; readonly sample: string }
  /** Success, but with a body that is no event stream. */
  | { readonly kind: 'noStream'; readonly contentType: string; readonly sample: string }
  | { readonly kind: 'missingVariable'; readonly variable: string }
  | { readonly kind: 'missingLogin' };

const SAMPLE_LENGTH = 200;

export function sampleOf(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > SAMPLE_LENGTH ? `${line.slice(0, SAMPLE_LENGTH)}…` : line;
}

/** What an HTTP error says: the API's `{error: {message, code, type}}`, variants of it, or plain text. */
export function statusFault(status: number, body: string, headers: { get(name: string): string | null }): Fault {
  const told = toldError(parseJson(body));
  return {
    kind: 'status',
    status,
    code: told?.code ?? null,
    words: told?.words ?? body.trim(),
    retryAfterMs: retryAfterMs(headers, Date.now()),
  };
}

/** An `error` event, the error of `response.failed`, or an error inside of a chat chunk. */
export function toldFault(value: unknown): Fault {
  const told = toldError(value);
  return { kind: 'told', code: told?.code ?? null, words: told?.words ?? JSON.stringify(value) };
}

function toldError(value: unknown): { code: string | null; words: string } | null {
  if (!isRecord(value)) return null;
  const { error } = value;
  if (typeof error === 'string') return { code: stringOf(value['code']), words: error };
  const record = isRecord(error) ? error : value;
  const words = stringOf(record['message']) ?? stringOf(record['detail']);
  if (words === null) return null;
  // `type: "error"` is the event's own type, not a kind of error
  const kind = stringOf(record['type']);
  return { code: stringOf(record['code']) ?? (kind === 'error' ? null : kind), words };
}

/** The wait that `retry-after-ms` or `retry-after` (seconds or a date) asks for; null without one. */
export function retryAfterMs(headers: { get(name: string): string | null }, nowMs: number): number | null {
  const ms = Number(headers.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  const value = headers.get('retry-after')?.trim() ?? '';
  if (value === '') return null;
  const seconds = Number(value);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(wait) ? Math.max(0, wait) : null;
}

/** The wait that a rate limit's text asks for ("try again in 1.3s"); null without one. */
export function retryAfterInWords(words: string): number | null {
  const found = /try again in (\d+(?:\.\d+)?)\s*(ms|s|sec|seconds?|minutes?|m)\b/i.exec(words);
  if (found === null) return null;
  const [, amount, unit = 's'] = found;
  const factor = unit.toLowerCase() === 'ms' ? 1 : unit.toLowerCase().startsWith('m') ? 60_000 : 1000;
  return Number(amount) * factor;
}

// Node and Bun name the same failures differently.
const BUN_CODES: Readonly<Record<string, string>> = {
  ConnectionRefused: 'ECONNREFUSED',
  FailedToOpenSocket: 'ENOTFOUND',
  ConnectionClosed: 'ECONNRESET',
};

/** A failed `fetch`: the operating system's code from anywhere in the chain of causes, and the deepest words. */
export function connectionFault(error: unknown): Fault {
  let code: string | null = null;
  let words = 'the connection failed';
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    const own = codeOf(at);
    if (own !== null) code = BUN_CODES[own] ?? own;
    if (at.message !== '') words = at.message;
  }
  return { kind: 'connection', code, words };
}

function codeOf(error: Error): string | null {
  if ('code' in error && typeof error.code === 'string') return error.code;
  // several addresses were tried: each failure is in `errors`
  if ('errors' in error && Array.isArray(error.errors)) {
    for (const inner of error.errors) if (inner instanceof Error) return codeOf(inner);
  }
  return null;
}
