// The rows that say which threads were imported, and how far they were read where they came from.
import type { ImportedThread } from '../../core/thread/threadStore.ts';
import type { Database } from './database.ts';
import { integerOf, textOf } from './row.ts';

const LAST_SEQS = `(SELECT coalesce(max(seq), 0) FROM events WHERE thread_id = id) AS event_seq,
  (SELECT coalesce(max(seq), 0) FROM model_items WHERE thread_id = id) AS model_seq`;

/** Runs inside the transaction that writes what was read. */
export function writeMark(database: Database, threadId: string, mark: string): void {
  const sql = `INSERT OR REPLACE INTO imports (thread_id, event_seq, model_seq, mark)
    SELECT id, ${LAST_SEQS}, ? FROM (SELECT ? AS id)`;
  database.run(sql, mark, threadId);
}

export function importedThread(database: Database, threadId: string): ImportedThread | undefined {
  const row = database.get('SELECT event_seq, model_seq, mark FROM imports WHERE thread_id = ?', threadId);
  const now = database.get(`SELECT ${LAST_SEQS} FROM (SELECT ? AS id)`, threadId);
  if (row === undefined || now === undefined) return undefined;
  const isContinued = ['event_seq', 'model_seq'].some((name) => integerOf(now, name) > integerOf(row, name));
  return { mark: textOf(row, 'mark'), isContinued };
}

export function importedIds(database: Database): ReadonlySet<string> {
  return new Set(database.all('SELECT thread_id FROM imports').map((row) => textOf(row, 'thread_id')));
}
