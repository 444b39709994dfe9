// The pages of a database file and of the log beside it, read a few at a time: either may be larger than memory.
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

/** The page size of every thread database. */
export const PAGE = 4096;
const WAL_HEADER = 32;
const FRAME_HEADER = 24;
const READ_AT_ONCE = 64 * 1024;

export interface Pages {
  /** How many bytes all of them have. */
  readonly bytes: number;
  /** Counted from 1. */
  get(number: number): Buffer | undefined;
  numbers(): Iterable<number>;
}

/** Parts of a file that are not copied together; open until it is closed. */
export class FileParts {
  readonly size: number;
  readonly #file: number;
  #start = 0;
  #read: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.size = fstatSync(this.#file).size;
  }

  /** Nothing where the file ends before it. What was given stays as it is. */
  part(start: number, length: number): Buffer | undefined {
    if (start + length > this.size) return undefined;
    if (start < this.#start || start + length > this.#start + this.#read.length) {
      const bytes = Buffer.alloc(READ_AT_ONCE + length);
      this.#start = start - (start % READ_AT_ONCE);
      this.#read = bytes.subarray(0, readSync(this.#file, bytes, 0, bytes.length, this.#start));
    }
    const at = start - this.#start;
    return at + length > this.#read.length ? undefined : this.#read.subarray(at, at + length);
  }

  close(): void {
    closeSync(this.#file);
  }
}

export function pagesOf(file: FileParts): Pages {
  const count = Math.floor(file.size / PAGE);
  return {
    bytes: count * PAGE,
    get: (number) => (number < 1 ? undefined : file.part((number - 1) * PAGE, PAGE)),
    *numbers() {
      for (let number = 1; number <= count; number += 1) yield number;
    },
  };
}

/** Of each page what the log wrote last, and of those that it did not write what the file has; null for a log of no pages. */
export function pagesWithLog(main: Pages, log: FileParts): Pages | null {
  const places = placesInLog(log);
  if (places.size === 0) return null;
  const inLog = (number: number): Buffer | undefined => log.part(places.get(number) ?? Infinity, PAGE);
  return {
    bytes: main.bytes + places.size * PAGE,
    get: (number) => (places.has(number) ? inLog(number) : main.get(number)),
    *numbers() {
      yield* main.numbers();
      for (const number of places.keys()) if (number * PAGE > main.bytes) yield number;
    },
  };
}

function placesInLog(log: FileParts): ReadonlyMap<number, number> {
  const places = new Map<number, number>();
  const salt = log.part(16, 8);
  if (salt === undefined) return places;
  for (let start = WAL_HEADER; start + FRAME_HEADER + PAGE <= log.size; start += FRAME_HEADER + PAGE) {
    const header = log.part(start, FRAME_HEADER);
    // frames of an earlier round of the log may stand behind those that count
    if (header?.subarray(8, 16).equals(salt) !== true) continue;
    places.set(header.readUInt32BE(0), start + FRAME_HEADER);
  }
  return places;
}

/** Null when there is none. */
export function openParts(path: string): FileParts | null {
  return existsSync(path) ? new FileParts(path) : null;
}
