// The chain of threads whose history a thread reads: itself, then what it was forked from, each cut where the fork saw it.
import type { Database } from './database.ts';
import { integerOf, textOf, textOrNull } from './row.ts';

/** How much of one thread's history is seen: turns up to `maxOrdinal`, events up to `maxSeq`. The thread's own part is not cut. */
export interface Segment {
  readonly threadId: string;
  readonly maxOrdinal: number;
  readonly maxSeq: number;
  readonly maxModelSeq: number;
}

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
  let next: Segment | undefined = { threadId, maxOrdinal: UNCUT, maxSeq: UNCUT, maxModelSeq: UNCUT };
  while (next !== undefined) {
    const row = database.get(`SELECT ${BASE_COLUMNS} FROM threads WHERE id = ?`, next.threadId);
    if (row === undefined) break;
    segments.push(next);
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

const TURN_COLUMNS = 'ordinal, turn_id, started_seq, completed_seq, diff_seq, plan_seq';

/** The turn as the nearest thread of the chain knows it. */
export function findTurn(database: Database, lineage: readonly Segment[], turnId: string): TurnRow | undefined {
  for (const segment of lineage) {
    const sql = `SELECT ${TURN_COLUMNS} FROM turns WHERE thread_id = ? AND turn_id = ? AND ordinal <= ?`;
    const row = database.get(sql, segment.threadId, turnId, segment.maxOrdinal);
    if (row !== undefined) return turnRow(segment, row);
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
    const to = Math.min(range.to, segment.maxOrdinal);
    for (const row of database.all(sql, segment.threadId, range.from, to, range.limit)) {
      const turn = turnRow(segment, row);
      if (!found.has(turn.ordinal)) found.set(turn.ordinal, turn);
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
