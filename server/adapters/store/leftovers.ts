// Ends in the log what a dead process, or a fork's source, left open.
import type { Turn } from '../../protocol/schema/turn.ts';
import { closedItem, interruptedTurn } from './closing.ts';
import type { Database } from './database.ts';
import { eventsAt, type EventsRead } from './events.ts';
import { isShown, type Segment } from './lineage.ts';
import { logEvent } from './projection.ts';
import { NOTHING_WAITS, waitingIn, type Waiting } from './questionRows.ts';
import { integerOf, integerOrNull, itemOf, textOf } from './row.ts';

/** The last moment at which something is known to have happened in a turn: its thread's last event, or a save of an open item. */
export function lastKnownMs(database: Database, segment: Segment, ordinal: number): number {
  const event = database.get(
    'SELECT at_ms FROM events WHERE thread_id = ? AND seq <= ? ORDER BY seq DESC LIMIT 1',
    segment.threadId,
    segment.maxSeq,
  );
  const partial = database.get(
    'SELECT max(at_ms) AS at_ms FROM partials WHERE thread_id = ? AND ordinal = ?',
    segment.threadId,
    ordinal,
  );
  return Math.max((event && integerOrNull(event, 'at_ms')) ?? 0, (partial && integerOrNull(partial, 'at_ms')) ?? 0);
}

/** The turn as its events say it, without its items; undefined when the events cannot be read. */
export function turnAsLogged(
  events: EventsRead,
  seqs: { startedSeq: number | null; completedSeq: number | null },
): Turn | undefined {
  for (const seq of [seqs.completedSeq, seqs.startedSeq]) {
    const event = events(seq);
    if (event?.method === 'turn/completed' || event?.method === 'turn/started') return event.params.turn;
  }
  return undefined;
}

/**
 * Appends to `into` the ends of the items and turns that are open in the segment, as far as it is seen. What waits for the user in a
 * thread of its own stays open; in a fork it does not, for the question stays with the original. Runs inside a transaction.
 */
export function closeLeftovers(database: Database, segment: Segment, into: string): void {
  const waiting = segment.threadId === into ? waitingIn(database, into) : NOTHING_WAITS;
  closeItems(database, segment, { into, waiting });
  const sql = `SELECT ordinal, turn_id, started_seq FROM turns
    WHERE thread_id = ? AND ordinal <= ? AND started_seq IS NOT NULL AND (completed_seq IS NULL OR completed_seq > ?)
    ORDER BY ordinal`;
  for (const row of database.all(sql, segment.threadId, segment.maxOrdinal, segment.maxSeq)) {
    if (waiting.turns.has(textOf(row, 'turn_id')) || !isShown(segment, integerOf(row, 'ordinal'))) continue;
    const startedSeq = integerOf(row, 'started_seq');
    const turn = turnAsLogged(eventsAt(database, [startedSeq]), { startedSeq, completedSeq: null });
    if (turn === undefined) continue;
    const atMs = lastKnownMs(database, segment, integerOf(row, 'ordinal'));
    const ended: Turn = {
      ...interruptedTurn(turn, atMs),
      id: textOf(row, 'turn_id'),
      items: [],
      itemsView: 'notLoaded',
    };
    logEvent(database, into, { event: { method: 'turn/completed', params: { threadId: into, turn: ended } }, atMs });
  }
}

function closeItems(
  database: Database,
  segment: Segment,
  { into, waiting }: { readonly into: string; readonly waiting: Waiting },
): void {
  const sql = `SELECT partials.at_ms AS at_ms, partials.body AS body, turns.turn_id AS turn_id, ordinal
    FROM partials JOIN items USING (thread_id, ordinal, item_id, type) JOIN turns USING (thread_id, ordinal)
    WHERE thread_id = ? AND ordinal <= ? AND (event_seq IS NULL OR event_seq > ?)
    ORDER BY ordinal, position`;
  for (const row of database.all(sql, segment.threadId, segment.maxOrdinal, segment.maxSeq)) {
    const atMs = integerOf(row, 'at_ms');
    const open = itemOf(textOf(row, 'body'));
    if (waiting.items.has(open.id) || !isShown(segment, integerOf(row, 'ordinal'))) continue;
    const item = closedItem(open, atMs);
    const params = { threadId: into, turnId: textOf(row, 'turn_id'), item, completedAtMs: item.completedAtMs ?? atMs };
    logEvent(database, into, { event: { method: 'item/completed', params }, atMs });
  }
}
