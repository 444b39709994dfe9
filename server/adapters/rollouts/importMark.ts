// How far a thread was imported, as it is kept in the store: which parts of which files, and the state of reading.
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import * as z from 'zod';
import { hexHash } from '../hash.ts';
import { parseJson } from '../openai/json.ts';
import { Reading } from './reading.ts';
import type { FoundThread, RolloutPart } from './rolloutFiles.ts';

const Part = z.object({ name: z.string(), endOffset: z.number().nullable() });

const ImportMark = z.object({
  version: z.literal(1),
  parts: z.array(Part),
  /** The part that was being read, and where in its file reading goes on. */
  part: z.number(),
  offset: z.number(),
  /** The size of the last file when it was read to its end; null until then. */
  size: z.number().nullable(),
  /** A hash of what lies before `offset`: a file that was written anew is not gone on with. */
  tail: z.string().nullable(),
  /** As they were there, and were written here. */
  name: z.string().nullable(),
  isArchived: z.boolean(),
  reading: Reading,
});
export type ImportMark = z.output<typeof ImportMark>;

/** Null for a mark of another version. */
export function readMark(text: string): ImportMark | null {
  const result = ImportMark.safeParse(parseJson(text));
  return result.success ? result.data : null;
}

export function partsOf(thread: FoundThread): ImportMark['parts'] {
  return thread.parts.map(({ file, endOffset }) => ({ name: basename(file.path), endOffset }));
}

/** Nothing has changed there. */
export function isUpToDate(mark: ImportMark, thread: FoundThread): boolean {
  return hasSameParts(mark, thread) && mark.size === thread.parts.at(-1)?.file.size;
}

/** What was read is still there, and more may follow it. */
export async function goesOn(mark: ImportMark, thread: FoundThread): Promise<boolean> {
  const part = thread.parts[mark.part];
  if (part === undefined || !hasSameParts(mark, thread)) return false;
  return mark.tail === null || mark.tail === (await tailOf(part, mark.offset));
}

function hasSameParts(mark: ImportMark, thread: FoundThread): boolean {
  return JSON.stringify(mark.parts) === JSON.stringify(partsOf(thread));
}

const TAIL = 4096;

export async function tailOf({ file }: RolloutPart, offset: number): Promise<string> {
  const handle = await open(file.path, 'r');
  try {
    const length = Math.min(TAIL, offset);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, offset - length);
    return hexHash('sha256', buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
