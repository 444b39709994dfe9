// Keeps the beginning and the end of an output that may be endless, within a limit of bytes.
import { utf8End, utf8Length, utf8Start } from './utf8.ts';

export interface OutputBuffer {
  append(text: string): void;
  /** Everything, or the beginning and the end with a note about what is missing between them; never over the limit. */
  text(): string;
  /** The bytes that were appended, kept or not. */
  readonly totalBytes: number;
}

/** Room for the note in the middle. */
const NOTE_BYTES = 64;
/** Small appends are joined up to this size, so that a chatty command does not make a list of single characters. */
const PIECE_CHARACTERS = 4096;

/** `limitBytes` is at least 128. */
export function createOutputBuffer(limitBytes: number): OutputBuffer {
  const headLimit = Math.floor((limitBytes - NOTE_BYTES) / 2);
  const tailLimit = limitBytes - NOTE_BYTES - headLimit;
  let head = '';
  let headBytes = 0;
  let isHeadFull = false;
  let tail: { text: string; bytes: number }[] = [];
  let tailBytes = 0;
  let totalBytes = 0;

  const appendTail = (text: string, bytes: number): void => {
    const last = tail.at(-1);
    if (last !== undefined && last.text.length + text.length <= PIECE_CHARACTERS) {
      last.text += text;
      last.bytes += bytes;
    } else tail.push({ text, bytes });
    tailBytes += bytes;
    // drops pieces that will not be shown; one that is needed in part stays whole
    let first = tail[0];
    while (first !== undefined && tailBytes - first.bytes >= tailLimit + NOTE_BYTES + 4) {
      tailBytes -= first.bytes;
      tail = tail.slice(1);
      first = tail[0];
    }
  };

  return {
    get totalBytes() {
      return totalBytes;
    },
    append(text) {
      const bytes = utf8Length(text);
      totalBytes += bytes;
      if (isHeadFull) return appendTail(text, bytes);
      const start = utf8Start(text, headLimit - headBytes);
      const startBytes = utf8Length(start);
      head += start;
      headBytes += startBytes;
      if (start.length === text.length) return;
      isHeadFull = true;
      appendTail(text.slice(start.length), bytes - startBytes);
    },
    text() {
      const end = tail.map((piece) => piece.text).join('');
      if (totalBytes <= limitBytes) return head + end;
      const kept = utf8End(end, tailLimit);
      return `${head}\n[... ${totalBytes - headBytes - utf8Length(kept)} bytes left out ...]\n${kept}`;
    },
  };
}
