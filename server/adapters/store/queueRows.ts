// The rows of queued prompts, and of which message of a client began or joined which turn.
import type { QueuedSubmission } from '../../protocol/schema/queue.ts';
import type { Turn } from '../../protocol/schema/turn.ts';
import type { Database } from './database.ts';
import { findTurn, lineageOf } from './lineage.ts';
import { eventOf, integerOrNull, submissionOf, textOf } from './row.ts';

export function queueOf(database: Database, threadId: string): QueuedSubmission[] {
  return database
    .all('SELECT body FROM queue WHERE thread_id = ? ORDER BY place', threadId)
    .map((row) => submissionOf(textOf(row, 'body')));
}

/** Runs inside a transaction. One whose message has been sent meanwhile is not queued again. */
export function enqueue(database: Database, threadId: string, submission: QueuedSubmission): void {
  const last = database.get('SELECT max(place) AS place FROM queue WHERE thread_id = ?', threadId);
  database.run(
    'INSERT INTO queue (thread_id, id, client_id, place, body) VALUES (?, ?, ?, ?, ?)',
    threadId,
    submission.id,
    submission.clientUserMessageId,
    ((last && integerOrNull(last, 'place')) ?? 0) + 1,
    JSON.stringify(submission),
  );
}

export function updateQueued(database: Database, threadId: string, submission: QueuedSubmission): void {
  const sql = 'UPDATE queue SET body = ? WHERE thread_id = ? AND id = ?';
  database.run(sql, JSON.stringify(submission), threadId, submission.id);
}

export function removeQueued(database: Database, threadId: string, id: string): void {
  database.run('DELETE FROM queue WHERE thread_id = ? AND id = ?', threadId, id);
}

/** Runs inside a transaction. */
export function reorderQueue(database: Database, threadId: string, ids: readonly string[]): void {
  ids.forEach((id, index) =>
    database.run('UPDATE queue SET place = ? WHERE thread_id = ? AND id = ?', index + 1, threadId, id),
  );
}

/** The message is a part of the turn now, and waits no more: in one transaction, so that it is sent exactly once. */
export function noteMessage(database: Database, threadId: string, message: { clientId: string; turnId: string }): void {
  const { clientId, turnId } = message;
  // one that was sent again after its turn was taken back is a part of another turn now
  const sql = 'INSERT OR REPLACE INTO messages (thread_id, client_id, turn_id) VALUES (?, ?, ?)';
  database.run(sql, threadId, clientId, turnId);
  database.run('DELETE FROM queue WHERE thread_id = ? AND client_id = ?', threadId, clientId);
}

/** The turn as it was last told, without items; none once it was taken back: its message may be sent again. */
export function turnOfMessage(database: Database, threadId: string, clientId: string): Turn | undefined {
  const sql = 'SELECT turn_id FROM messages WHERE thread_id = ? AND client_id = ?';
  const row = database.get(sql, threadId, clientId);
  const turn = row && findTurn(database, lineageOf(database, threadId), textOf(row, 'turn_id'));
  const seq = turn?.completedSeq ?? turn?.startedSeq ?? null;
  if (seq === null) return undefined;
  const event = eventOf(textOf(database.get('SELECT body FROM events WHERE seq = ?', seq) ?? {}, 'body'));
  if (event.method !== 'turn/started' && event.method !== 'turn/completed') return undefined;
  return { ...event.params.turn, items: [], itemsView: 'notLoaded' };
}
