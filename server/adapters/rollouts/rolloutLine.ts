// One line of a rollout, the file in which the reference server keeps a thread: read without trusting its shape.
import { isRecord, parseJson, recordOf, stringOf, type JsonRecord } from '../openai/json.ts';

export interface RolloutLine {
  /** Unix milliseconds. */
  readonly atMs: number;
  /** The line's place in the thread, of which a file may have only a part; null in files of older versions. */
  readonly ordinal: number | null;
  readonly type: string;
  readonly payload: JsonRecord;
  /** What the reference notes about a line beside its payload. */
  readonly metadata: JsonRecord;
}

/** Null for a line that is broken. `before` is the time of the line before, for one that has none. */
export function rolloutLineOf(text: string, before: number): RolloutLine | null {
  const value = parseJson(text);
  if (!isRecord(value) || !isRecord(value['payload'])) return null;
  const type = stringOf(value['type']);
  if (type === null) return null;
  const ordinal = value['ordinal'];
  return {
    atMs: timeOf(value['timestamp']) ?? before,
    ordinal: typeof ordinal === 'number' && Number.isSafeInteger(ordinal) ? ordinal : null,
    type,
    payload: value['payload'],
    metadata: recordOf(value['metadata']),
  };
}

/** Unix milliseconds of an ISO time; null for anything else. */
export function timeOf(value: unknown): number | null {
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}
