// A thread as one list: where its turns begin and end, and their items between.
import type { Timeline, TimelineEntry } from '../../core/thread/threadStore.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { turnsOf, type Subject } from './history.ts';
import { turnRows, UNCUT, type TurnRow } from './lineage.ts';

/** So far are the positions of two turns apart; no turn has so many items. */
const STRIDE = 1_000_000;
const TURNS_AT_ONCE = 16;
const LIST = 'timeline';

/** The newest entries before the cursor, oldest of them first. Throws ProtocolError `invalidCursor`. */
export function readTimeline(subject: Subject, page: { cursor: string | null; limit: number }): Timeline {
  const before = page.cursor === null ? UNCUT : Number(readCursor(LIST, page.cursor, ['number']).keys[0]);
  const limit = Math.max(1, page.limit);
  const newestFirst: TimelineEntry[] = [];
  for (const row of turnsBefore(subject, before)) {
    const entries = entriesOf(subject, row).filter(({ position }) => position < before);
    newestFirst.push(...entries.toReversed());
    if (newestFirst.length > limit) break;
  }
  const data = newestFirst.slice(0, limit).reverse();
  const [first] = data;
  const isMore = first !== undefined && newestFirst.length > limit;
  return { data, nextCursor: isMore ? writeCursor(LIST, { keys: [first.position], inclusive: false }) : null };
}

function* turnsBefore({ database, lineage }: Subject, before: number): Generator<TurnRow> {
  let to = Math.floor(before / STRIDE);
  for (;;) {
    const rows = turnRows(database, lineage, { from: 0, to, direction: 'desc', limit: TURNS_AT_ONCE });
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < TURNS_AT_ONCE) return;
    to = last.ordinal - 1;
  }
}

function entriesOf(subject: Subject, row: TurnRow): TimelineEntry[] {
  const [turn] = turnsOf(subject, [row]);
  if (turn === undefined) return [];
  const start = row.ordinal * STRIDE;
  const entries: TimelineEntry[] = [{ type: 'turnStarted', position: start, turn }];
  for (const [index, item] of turn.items.entries())
    entries.push({ type: 'item', position: start + index + 1, turnId: turn.id, item });
  if (turn.status !== 'inProgress')
    entries.push({ type: 'turnCompleted', position: start + turn.items.length + 1, turn });
  return entries;
}
