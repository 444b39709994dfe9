// What can be told of a thread database without opening it: SQLite itself would lose something, or take damage for something else.
import { closeSync, openSync, readSync, statSync } from 'node:fs';

const HEADER_BYTES = 100;

/** In words; null when nothing speaks against opening it. */
export function brokenHeader(path: string): string | null {
  if (hasLogAlone(path)) return 'the file is empty or gone, and its write-ahead log is there';
  const header = headerOf(path);
  // whatever is none at all SQLite tells by itself
  if (header === null || header.toString('latin1', 0, 15) !== 'SQLite format 3') return null;
  const isOwn =
    header.readUInt16BE(16) === 4096 &&
    [1, 2].includes(header.readUInt8(18)) &&
    [1, 2].includes(header.readUInt8(19)) &&
    header.readUInt8(20) === 0 &&
    header.readUInt32BE(44) <= 4 &&
    header.readUInt32BE(56) <= 1;
  return isOwn ? null : 'the header of the file is damaged';
}

/** SQLite deletes the log of an empty database when it opens that, and takes one of a single byte for empty: what was in it would be lost. */
function hasLogAlone(path: string): boolean {
  const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return sizeOf(path) <= 1 && sizeOf(`${path}-wal`) > 0;
}

function headerOf(path: string): Buffer | null {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < HEADER_BYTES) return null;
  const header = Buffer.alloc(HEADER_BYTES);
  const file = openSync(path, 'r');
  try {
    readSync(file, header, 0, HEADER_BYTES, 0);
    return header;
  } finally {
    closeSync(file);
  }
}
