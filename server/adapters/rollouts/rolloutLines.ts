// The lines of a part of a file, one after the other, however large the file is.
import { open } from 'node:fs/promises';

export interface FileLine {
  readonly text: string;
  /** Where in the file the next line begins. */
  readonly end: number;
  /** False for the last line of a file that is still being written, or was cut short. */
  readonly isEnded: boolean;
  /** Bytes; longer ones are not read, and have no text. */
  readonly isTooLong: boolean;
}

const CHUNK = 262_144;
const LINE_LIMIT = 256 * 1024 * 1024;
const NEWLINE = 10;

/** From one byte up to another (or the end). The file is opened for reading alone. */
export async function* fileLines(path: string, from: number, to: number | null): AsyncGenerator<FileLine> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(CHUNK);
    let pending: Buffer[] = [];
    let length = 0;
    let at = from;
    for (;;) {
      const wanted = to === null ? CHUNK : Math.min(CHUNK, to - at);
      const { bytesRead } = wanted > 0 ? await handle.read(buffer, 0, wanted, at) : { bytesRead: 0 };
      if (bytesRead === 0) break;
      let start = 0;
      for (let end = newlineIn(buffer, start, bytesRead); end >= 0; end = newlineIn(buffer, start, bytesRead)) {
        pending.push(Buffer.from(buffer.subarray(start, end)));
        yield lineOf(pending, { end: at + end + 1, isEnded: true, length: length + end - start });
        pending = [];
        length = 0;
        start = end + 1;
      }
      length += bytesRead - start;
      if (length > LINE_LIMIT) pending = [];
      else if (start < bytesRead) pending.push(Buffer.from(buffer.subarray(start, bytesRead)));
      at += bytesRead;
    }
    if (length > 0) yield lineOf(pending, { end: at, isEnded: false, length });
  } finally {
    await handle.close();
  }
}

function newlineIn(buffer: Buffer, start: number, length: number): number {
  const end = buffer.indexOf(NEWLINE, start);
  return end < length ? end : -1;
}

function lineOf(
  pieces: readonly Buffer[],
  { end, isEnded, length }: { readonly end: number; readonly isEnded: boolean; readonly length: number },
): FileLine {
  const isTooLong = length > LINE_LIMIT;
  return { text: isTooLong ? '' : Buffer.concat(pieces).toString('utf8'), end, isEnded, isTooLong };
}
