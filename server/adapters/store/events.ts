// Reads events of the log by their numbers, many of them with one query.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { Database } from './database.ts';
import { eventOf, integerOf, textOf } from './row.ts';

/** Gives one of the events that were read; undefined for null, and when a damaged database lost it. */
export type EventsRead = (seq: number | null) => ServerNotification | undefined;

export function eventsAt(database: Database, seqs: readonly (number | null)[]): EventsRead {
  const wanted = seqs.filter((seq) => seq !== null);
  if (wanted.length === 0) return () => undefined;
  const sql = 'SELECT seq, body FROM events WHERE seq IN (SELECT value FROM json_each(?))';
  const rows = database.all(sql, JSON.stringify(wanted));
  const bodies = new Map(rows.map((row) => [integerOf(row, 'seq'), textOf(row, 'body')]));
  return (seq) => {
    const body = seq === null ? undefined : bodies.get(seq);
    return body === undefined ? undefined : eventOf(body);
  };
}
