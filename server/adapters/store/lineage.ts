// The chain of threads whose history a thread reads: itself, then what it was forked from, each cut where the fork saw it.
import type { Database } from './database.ts';
import { integerOf, textOf, textOrNull } from './row.ts';

/** How much of one thread's history is seen: turns up to `maxOrdinal`, events up to `maxSeq`. The thread's own part is not cut. */
export interface Segment {
  readonly threadId: string;
  readonly maxOrdinal: number;
  readonly maxSeq: number;
  readonly maxModelSeq: number;
  /** Turns that were taken back, in ascending order and apart from each other. */
  readonly reverted: readonly OrdinalRange[];
}

/** Both ends inclusive. */
export type OrdinalRange = readonly [from: number, to: number];

/** A turn's row. A `seq` is that of the event that says it; null when there is none. */
export interface TurnRow {
  readonly segment: Segment;
  readonly ordinal: number;
  readonly turnId: string;
  readonly startedSeq: number | null;
  readonly completedSeq: number | null;
  readonly diffSeq: number | null;
  readonly planSeq: number | null;
}

const BASE_COLUMNS = 'base_thread_id, base_ordinal, base_seq, base_model_seq';

/** Everything, as SQLite and JavaScript both can count it. */
export const UNCUT = Number.MAX_SAFE_INTEGER;

/** From the thread itself back to where its history begins; empty when there is no such thread. */
export function lineageOf(database: Database, threadId: string): Segment[] {
  const segments: Segment[] = [];
  let reverted: readonly OrdinalRange[] = [];
  let next: Omit<Segment, 'reverted'> | undefined = {
    threadId,
    maxOrdinal: UNCUT,
    maxSeq: UNCUT,
    maxModelSeq: UNCUT,
  };
  while (next !== undefined) {
    const row = database.get(`SELECT ${BASE_COLUMNS} FROM threads WHERE id = ?`, next.threadId);
    // only damage makes a thread its own ancestor
    const { threadId: current } = next;
    if (row === undefined || segments.some((segment) => segment.threadId === current)) break;
    // what a thread takes back is gone for itself and in all that it inherits
    reverted = joined([...reverted, ...revertsOf(database, next.threadId, next.maxSeq)]);
    segments.push({ ...next, reverted });
    const base = textOrNull(row, 'base_thread_id');
    next =
      base === null
        ? undefined
        : {
            threadId: base,
            maxOrdinal: Math.min(next.maxOrdinal, integerOf(row, 'base_ordinal')),
            maxSeq: integerOf(row, 'base_seq'),
            maxModelSeq: integerOf(row, 'base_model_seq'),
          };
  }
  return segments;
}

function revertsOf(database: Database, threadId: string, maxSeq: number): OrdinalRange[] {
  const sql = 'SELECT from_ordinal, to_ordinal FROM reverts WHERE thread_id = ? AND seq <= ?';
  return database
    .all(sql, threadId, maxSeq)
    .map((row): OrdinalRange => [integerOf(row, 'from_ordinal'), integerOf(row, 'to_ordinal')]);
}

/** The same ordinals, in ranges that are sorted and do not touch. */
export function joined(ranges: readonly OrdinalRange[]): OrdinalRange[] {
  const result: OrdinalRange[] = [];
  for (const [from, to] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last === undefined || from > last[1] + 1) result.push([from, to]);
    else result[result.length - 1] = [last[0], Math.max(last[1], to)];
  }
  return result;
}

/** What of the ordinals from `from` to `to` the segment still shows, in ascending order. */
export function shown({ reverted, maxOrdinal }: Segment, from: number, to: number): OrdinalRange[] {
  const result: OrdinalRange[] = [];
  const end = Math.min(to, maxOrdinal);
  let start = from;
  for (const [first, last] of reverted) {
    if (first > start) result.push([start, Math.min(first - 1, end)]);
    start = Math.max(start, last + 1);
  }
  result.push([start, end]);
  return result.filter(([first, last]) => first <= last);
}

export function isShown(segment: Segment, ordinal: number): boolean {
  return shown(segment, ordinal, ordinal).length > 0;
}

const TURN_COLUMNS = 'ordinal, turn_id, started_seq, completed_seq, diff_seq, plan_seq';

/** The turn as the nearest thread of the chain knows it. */
export function findTurn(database: Database, lineage: readonly Segment[], turnId: string): TurnRow | undefined {
  for (const segment of lineage) {
    const sql = `SELECT ${TURN_COLUMNS} FROM turns WHERE thread_id = ? AND turn_id = ? AND ordinal <= ?`;
    const row = database.get(sql, segment.threadId, turnId, segment.maxOrdinal);
    if (row !== undefined && isShown(segment, integerOf(row, 'ordinal'))) return turnRow(segment, row);
  }
  return undefined;
}

export interface TurnRange {
  /** Ordinals, inclusive. */
  readonly from: number;
  readonly to: number;
  readonly direction: 'asc' | 'desc';
  readonly limit: number;
}

/** Turns in a range of ordinals. Where two threads of the chain know a turn, the nearer one is right. */
export function turnRows(database: Database, lineage: readonly Segment[], range: TurnRange): TurnRow[] {
  const found = new Map<number, TurnRow>();
  const sql = `SELECT ${TURN_COLUMNS} FROM turns WHERE thread_id = ? AND ordinal BETWEEN ? AND ? ORDER BY ordinal ${range.direction} LIMIT ?`;
  for (const segment of lineage) {
    const parts = shown(segment, range.from, range.to);
    let missing = range.limit;
    for (const [from, to] of range.direction === 'asc' ? parts : parts.toReversed()) {
      if (missing <= 0) break;
      const rows = database.all(sql, segment.threadId, from, to, missing);
      missing -= rows.length;
      for (const row of rows) {
        const turn = turnRow(segment, row);
        if (!found.has(turn.ordinal)) found.set(turn.ordinal, turn);
      }
    }
    if (range.direction === 'desc' && found.size >= range.limit) break;
  }
  const sign = range.direction === 'asc' ? 1 : -1;
  return [...found.values()].sort((a, b) => sign * (a.ordinal - b.ordinal)).slice(0, range.limit);
}

function turnRow(segment: Segment, row: Parameters<typeof textOf>[0]): TurnRow {
  /** What was said after the fork is not seen by it. */
  const seen = (column: string) => {
    const seq = row[column];
    return typeof seq === 'number' && seq <= segment.maxSeq ? seq : null;
  };
  return {
    segment,
    ordinal: integerOf(row, 'ordinal'),
    turnId: textOf(row, 'turn_id'),
    startedSeq: seen('started_seq'),
    completedSeq: seen('completed_seq'),
    diffSeq: seen('diff_seq'),
    planSeq: seen('plan_seq'),
  };
}
