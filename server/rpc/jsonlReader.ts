// Splits a byte stream into lines and lines into messages; what is no message becomes a fault, never an exception.
import type { JsonRpcMessage, RequestId } from '../protocol/jsonrpc.ts';
import type { ByteInput } from './byteStreams.ts';
import type { TransportEvents, TransportFault } from './transport.ts';

/** A line may be this long, in bytes; a longer one is skipped without being kept. */
export const MAX_LINE_BYTES = 32 * 1024 * 1024;

const NEWLINE = 10;

/** Reads JSON Lines from `input` until it ends. */
export class JsonlReader {
  readonly #input: ByteInput;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });
  readonly #maxLineBytes: number;
  readonly #reclaim: () => void;
  #parts: Uint8Array[] = [];
  /** Of the line so far; while it is skipped, since memory was last reclaimed. */
  #bytes = 0;
  #skipping = false;
  #closed = false;

  /** `reclaim` is called while a line is skipped, whenever so much was let go that a lazy collector would be felt. */
  constructor(input: ByteInput, maxLineBytes: number = MAX_LINE_BYTES, reclaim: () => void = () => undefined) {
    this.#input = input;
    this.#maxLineBytes = maxLineBytes;
    this.#reclaim = reclaim;
  }

  listen(events: TransportEvents): void {
    const end = (): void => {
      if (this.#closed) return;
      this.#closed = true;
      if (this.#bytes > 0 || this.#skipping) this.#endLine(events);
      events.closed();
    };
    this.#input.on('data', (chunk: Uint8Array) => this.#push(chunk, events));
    this.#input.once('end', end);
    this.#input.once('close', end);
    this.#input.once('error', end);
  }

  pause(): void {
    this.#input.pause();
  }

  resume(): void {
    this.#input.resume();
  }

  #push(chunk: Uint8Array, events: TransportEvents): void {
    let start = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
      this.#keep(chunk.subarray(start, at), events);
      this.#endLine(events);
      start = at + 1;
    }
    this.#keep(chunk.subarray(start), events);
  }

  #keep(part: Uint8Array, events: TransportEvents): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes <= this.#maxLineBytes) {
      if (!this.#skipping) this.#parts.push(part);
      return;
    }
    this.#bytes = 0;
    this.#parts = [];
    this.#reclaim();
    if (this.#skipping) return;
    this.#skipping = true;
    events.fault({
      code: 'invalidRequest',
      message: `The line is longer than ${this.#maxLineBytes} bytes and was skipped. Send less in one message.`,
    });
  }

  #endLine(events: TransportEvents): void {
    const parts = this.#parts;
    const bytes = this.#bytes;
    const wasSkipped = this.#skipping;
    this.#parts = [];
    this.#bytes = 0;
    this.#skipping = false;
    if (wasSkipped) return;
    const read = parseLine(parts, this.#decoder);
    if (read === null) return;
    if ('fault' in read) events.fault(read.fault);
    else events.message(read.message, bytes);
  }
}

type ReadLine = { readonly message: JsonRpcMessage } | { readonly fault: TransportFault };

/** One line as a message; null for a blank line. */
function parseLine(parts: readonly Uint8Array[], decoder: InstanceType<typeof TextDecoder>): ReadLine | null {
  let text: string;
  try {
    text = decoder.decode(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  } catch {
    // The decoder is fatal: bytes that are no UTF-8 are the sender's fault.
    return fault('parseError', 'The line is not valid UTF-8.');
  }
  return readMessage(text);
}

/** A text as a message; null for a blank one. */
export function readMessage(text: string): ReadLine | null {
  if (text.trim() === '') return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // JSON.parse tells where, but its words differ between runtimes.
    return fault('parseError', 'The message is not valid JSON.');
  }
  return asMessage(value);
}

/** Classifies a parsed value by its members; unknown members are ignored. */
export function asMessage(value: unknown): ReadLine {
  if (Array.isArray(value)) return fault('invalidRequest', 'Batches are not supported; send one object per line.');
  if (typeof value !== 'object' || value === null) return fault('invalidRequest', 'A message must be a JSON object.');
  if ('method' in value && typeof value.method === 'string') {
    const params = 'params' in value && value.params !== null ? value.params : undefined;
    if (!('id' in value)) return { message: withParams({ method: value.method }, params) };
    if (!isRequestId(value.id)) return fault('invalidRequest', 'The id of a request must be a string or an integer.');
    return { message: withParams({ id: value.id, method: value.method }, params) };
  }
  if ('id' in value && isRequestId(value.id)) {
    if ('error' in value && isErrorObject(value.error)) return { message: { id: value.id, error: value.error } };
    if ('result' in value) return { message: { id: value.id, result: value.result } };
  }
  if ('error' in value && 'id' in value && value.id === null && isErrorObject(value.error)) {
    return { message: { id: null, error: value.error } };
  }
  return fault('invalidRequest', 'The object is neither a request, a notification nor a response.');
}

function withParams<T extends object>(head: T, params: unknown): T & { params?: unknown } {
  return params === undefined ? head : { ...head, params };
}

function fault(code: TransportFault['code'], message: string): ReadLine {
  return { fault: { code, message } };
}

function isRequestId(id: unknown): id is RequestId {
  return typeof id === 'string' || (typeof id === 'number' && Number.isSafeInteger(id));
}

function isErrorObject(error: unknown): error is { code: number; message: string; data?: unknown } {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    typeof error.code === 'number' &&
    'message' in error &&
    typeof error.message === 'string'
  );
}
