// The lines of a file as bytes, so that an edit leaves every byte outside of the changed lines as it was.

export type LineEnd = '' | '\n' | '\r\n';

export interface FileLine {
  /** Without the line end. */
  readonly bytes: Uint8Array;
  /** `bytes` read as UTF-8, with replacement characters where they are not. */
  readonly text: string;
  readonly end: LineEnd;
}

export interface FileText {
  /** The byte order mark, or nothing. */
  readonly mark: Uint8Array;
  readonly lines: readonly FileLine[];
}

/** A line of the edited file: one that is kept, or a new text. */
export type EditedLine = FileLine | string;

const LF = 0x0a;
const CR = 0x0d;
const MARK = [0xef, 0xbb, 0xbf];
/** How far git looks for a NUL byte to call a file binary. */
const BINARY_PROBE_BYTES = 8_000;
const WORD_BYTES = 4;
/** What the decoder writes for bytes that are not UTF-8. */
const REPLACEMENT = '\uFFFD';

const encoder = new TextEncoder();
const lineDecoder = new TextDecoder('utf-8', { ignoreBOM: true });
const textDecoder = new TextDecoder();

export function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, BINARY_PROBE_BYTES).includes(0);
}

/** The text to show: without byte order mark, with replacement characters for bytes that are not UTF-8. */
export function displayText(bytes: Uint8Array): string {
  return textDecoder.decode(bytes);
}

export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

export function sameBytes(left: Uint8Array | null, right: Uint8Array | null): boolean {
  if (left === null || right === null) return left === right;
  if (left === right) return true;
  if (left.length !== right.length) return false;
  const [leftWords, rightWords] = [wordsOf(left), wordsOf(right)];
  const words = Math.min(leftWords.length, rightWords.length);
  for (let at = 0; at < words; at += 1) if (leftWords[at] !== rightWords[at]) return false;
  for (let at = words * WORD_BYTES; at < left.length; at += 1) if (left[at] !== right[at]) return false;
  return true;
}

/** The whole words of the bytes, which are compared in a quarter of the time; none of bytes that lie between words. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  const isAligned = byteOffset % WORD_BYTES === 0;
  return new Int32Array(buffer, isAligned ? byteOffset : 0, isAligned ? Math.floor(length / WORD_BYTES) : 0);
}

export function splitFile(bytes: Uint8Array): FileText {
  const start = MARK.every((byte, index) => bytes[index] === byte) ? MARK.length : 0;
  const whole = lineDecoder.decode(bytes);
  // each byte a character: then a line is a part of the text, and need not be decoded for itself
  const isAscii = whole.length === bytes.length && !whole.includes(REPLACEMENT);
  const lines: FileLine[] = [];
  for (let from = start; from < bytes.length;) {
    const at = bytes.indexOf(LF, from);
    const next = at === -1 ? bytes.length : at + 1;
    const end = lineEnd(bytes, from, at);
    const line = bytes.subarray(from, next - end.length);
    const text = isAscii ? whole.slice(from, next - end.length) : lineDecoder.decode(line);
    lines.push({ bytes: line, text, end });
    from = next;
  }
  return { mark: bytes.subarray(0, start), lines };
}

function lineEnd(bytes: Uint8Array, from: number, newline: number): LineEnd {
  if (newline === -1) return '';
  return newline > from && bytes[newline - 1] === CR ? '\r\n' : '\n';
}

const ENDS: Readonly<Record<LineEnd, Uint8Array>> = {
  '': encoder.encode(''),
  '\n': encoder.encode('\n'),
  '\r\n': encoder.encode('\r\n'),
};

/**
 * The bytes of the edited file. A new line ends like the line before it (else like the one after it, else like the file's
 * first); a file that had no final newline gets none.
 */
export function joinFile(original: FileText, edited: readonly EditedLine[]): Uint8Array {
  const usual = original.lines[0]?.end === '\r\n' ? '\r\n' : '\n';
  const hadFinalNewline = original.lines.at(-1)?.end !== '';
  const parts = new Parts(original.mark);
  let previous: LineEnd = '';
  edited.forEach((line, index) => {
    const isLast = index === edited.length - 1;
    const next = edited[index + 1];
    const near = previous || (typeof next === 'object' ? next.end : '') || usual;
    if (typeof line === 'string') {
      const text = near === '\r\n' && line.endsWith('\r') ? line.slice(0, -1) : line;
      parts.add(encoder.encode(text), ENDS[isLast && !hadFinalNewline ? '' : near]);
      previous = near;
    } else if (line.end === '' && !isLast) {
      parts.add(line.bytes, ENDS[near]);
      previous = near;
    } else {
      parts.keep(line);
      previous = line.end;
    }
  });
  return parts.joined();
}

/** The parts of a file, in which lines that were neighbours before are one: most of a file stays as it is. */
class Parts {
  readonly #parts: Uint8Array[];
  readonly #original: ArrayBufferLike;
  /** The lines that are kept at the moment, as bytes of the original's buffer. */
  #from = 0;
  #to = 0;

  constructor(mark: Uint8Array) {
    this.#parts = [mark];
    this.#original = mark.buffer;
  }

  add(...parts: readonly Uint8Array[]): void {
    this.#close();
    this.#parts.push(...parts);
  }

  keep({ bytes: { byteOffset, length }, end }: FileLine): void {
    if (byteOffset !== this.#to) {
      this.#close();
      this.#from = byteOffset;
    }
    this.#to = byteOffset + length + end.length;
  }

  joined(): Uint8Array {
    this.#close();
    const whole = new Uint8Array(this.#parts.reduce((size, part) => size + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  #close(): void {
    if (this.#to > this.#from) this.#parts.push(new Uint8Array(this.#original, this.#from, this.#to - this.#from));
    this.#from = this.#to;
  }
}
