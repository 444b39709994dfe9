// What the scripted model answers, as plain data, and the small words that write it.

export interface TextPart {
  readonly part: 'text';
  readonly text: string;
  /** The deltas as they are sent, or the length of each in UTF-16 units; 5 if not given. */
  readonly deltas: readonly string[];
  readonly id: string | null;
  readonly phase: string | null;
  /** Without it there is neither `output_item.added` nor any delta: `output_item.done` stands alone. */
  readonly added: boolean;
  /** Without it the item is begun and never finished. */
  readonly done: boolean;
}

export interface ReasoningPart {
  readonly part: 'reasoning';
  readonly id: string | null;
  readonly summary: readonly string[];
  readonly content: readonly string[];
  readonly encrypted: string | null;
}

export interface CallPart {
  readonly part: 'call';
  readonly form: 'function' | 'custom';
  readonly name: string;
  readonly namespace: string | null;
  readonly callId: string | null;
  /** JSON text of a function's arguments, or a custom tool's free text. */
  readonly input: string;
  readonly deltas: readonly string[];
  readonly done: boolean;
}

export type Part =
  | TextPart
  | ReasoningPart
  | CallPart
  /** The items of these parts are streamed at the same time, event by event in turn. */
  | { readonly part: 'interleaved'; readonly parts: readonly Part[] }
  /** The stream waits here until the test opens the gate. */
  | { readonly part: 'gate'; readonly name: string }
  /** One event as it is, for whatever the other parts cannot say. */
  | { readonly part: 'event'; readonly event: Readonly<Record<string, unknown>> }
  /** Bytes as they are, framing included. */
  | { readonly part: 'raw'; readonly text: string };

export type Ending =
  | { readonly type: 'completed' }
  | { readonly type: 'incomplete'; readonly reason: string }
  /** `response.failed` with this error. */
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  /** An `error` event in the stream. */
  | { readonly type: 'error'; readonly code: string | null; readonly message: string }
  /** The body ends in good order, but without `response.completed`. */
  | { readonly type: 'cut' }
  /** The socket is destroyed. */
  | { readonly type: 'drop' }
  /** Nothing more comes until the client or the server closes. */
  | { readonly type: 'hang' };

export interface ScriptUsage {
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly reasoning: number;
}

/**
 * How the bytes are cut into writes. `awkward`: small seeded pieces that split characters and lines, with CRLF, comments and
 * keep-alives mixed in. `event`: one write an event. `whole`: as few writes as the gates allow. `paced`: one write an event and a pause
 * after each, with the moment of the write, in nanoseconds of the clock that all processes share, in the place of `PACED`.
 */
export type Chunking = 'awkward' | 'event' | 'whole' | 'paced';

/** Says when it was written, in a paced answer. */
export const PACED = ' paced-delta-paced-x';

export type Reply =
  | {
      readonly reply: 'stream';
      readonly parts: readonly Part[];
      readonly ending: Ending;
      readonly usage: ScriptUsage | null;
      readonly chunking: Chunking;
      readonly headers: Readonly<Record<string, string>>;
    }
  | {
      readonly reply: 'status';
      readonly status: number;
      readonly body: string;
      readonly headers: Readonly<Record<string, string>>;
    }
  /** The connection is cut before a byte of the answer. */
  | { readonly reply: 'drop' }
  /** The request is read and never answered, until the client or the server closes. */
  | { readonly reply: 'hang' };

export interface AnswerOptions {
  readonly ending?: Ending;
  /** null: the answer tells no usage. */
  readonly usage?: ScriptUsage | null;
  readonly chunking?: Chunking;
  readonly headers?: Readonly<Record<string, string>>;
}

export const USUAL_USAGE: ScriptUsage = { input: 100, cached: 10, output: 20, reasoning: 5 };

/** A streamed answer: its parts in order, then its ending (`response.completed` if none is named). */
export function answer(parts: Part | readonly Part[], options: AnswerOptions = {}): Reply {
  return {
    reply: 'stream',
    parts: 'part' in parts ? [parts] : parts,
    ending: options.ending ?? { type: 'completed' },
    usage: options.usage === undefined ? USUAL_USAGE : options.usage,
    chunking: options.chunking ?? 'awkward',
    headers: options.headers ?? {},
  };
}

/** An HTTP error; an object becomes its JSON body. */
export function status(code: number, body: unknown = {}, headers: Readonly<Record<string, string>> = {}): Reply {
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  return { reply: 'status', status: code, body: sent, headers: { 'content-type': type, ...headers } };
}

/** An HTTP error with the body of the OpenAI API: `{error: {message, type, code, param}}`. */
export function apiError(code: number, error: { code?: string; type?: string; message?: string }, headers = {}): Reply {
  return status(
    code,
    { error: { message: 'The scripted model refuses.', type: null, param: null, code: null, ...error } },
    headers,
  );
}

export const drop: Reply = { reply: 'drop' };
export const hang: Reply = { reply: 'hang' };

interface TextOptions {
  readonly deltas?: readonly string[] | number;
  readonly id?: string;
  readonly phase?: 'commentary' | 'final_answer';
  readonly added?: boolean;
  readonly done?: boolean;
}

/** An agent message. */
export function text(value: string, options: TextOptions = {}): TextPart {
  return {
    part: 'text',
    text: value,
    deltas: cutText(value, options.deltas),
    id: options.id ?? null,
    phase: options.phase ?? null,
    added: options.added ?? true,
    done: options.done ?? true,
  };
}

interface ReasoningOptions {
  readonly summary?: readonly string[];
  readonly content?: readonly string[];
  readonly encrypted?: string;
  readonly id?: string;
}

/** A reasoning item; each text is streamed in deltas of 5. */
export function reasoning(options: ReasoningOptions): ReasoningPart {
  return {
    part: 'reasoning',
    id: options.id ?? null,
    summary: options.summary ?? [],
    content: options.content ?? [],
    encrypted: options.encrypted ?? null,
  };
}

interface CallOptions {
  readonly callId?: string;
  readonly namespace?: string;
  readonly deltas?: readonly string[] | number;
  readonly done?: boolean;
}

/** A function call; an object becomes its JSON arguments, a string is sent as it is (bad JSON included). */
export function call(name: string, args: unknown, options: CallOptions = {}): CallPart {
  return callPart('function', name, { input: typeof args === 'string' ? args : JSON.stringify(args), ...options });
}

/** A call of a custom tool, its input streamed in deltas. */
export function customCall(name: string, input: string, options: CallOptions = {}): CallPart {
  return callPart('custom', name, { input, ...options });
}

function callPart(form: 'function' | 'custom', name: string, options: CallOptions & { input: string }): CallPart {
  return {
    part: 'call',
    form,
    name,
    namespace: options.namespace ?? null,
    callId: options.callId ?? null,
    input: options.input,
    deltas: cutText(options.input, options.deltas ?? 8),
    done: options.done ?? true,
  };
}

/** `exec_command` with this script. */
export function command(script: string, more: Record<string, unknown> = {}, options: CallOptions = {}): CallPart {
  return call('exec_command', { cmd: script, ...more }, options);
}

/** `apply_patch` as the custom tool. */
export function patch(input: string, options: CallOptions = {}): CallPart {
  return customCall('apply_patch', input, options);
}

export function interleaved(...parts: readonly Part[]): Part {
  return { part: 'interleaved', parts };
}

export function gate(name: string): Part {
  return { part: 'gate', name };
}

export function event(value: Readonly<Record<string, unknown>>): Part {
  return { part: 'event', event: value };
}

export function raw(bytes: string): Part {
  return { part: 'raw', text: bytes };
}

/** Cuts a text into pieces of so many code points (each is valid text), unless the pieces are given. */
export function cutText(value: string, deltas: readonly string[] | number = 5): readonly string[] {
  if (typeof deltas !== 'number') return deltas;
  const characters = Array.from(value); // by code point: a delta is valid text
  const pieces: string[] = [];
  for (let at = 0; at < characters.length; at += deltas) pieces.push(characters.slice(at, at + deltas).join(''));
  return pieces;
}
