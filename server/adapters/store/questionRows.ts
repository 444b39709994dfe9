// The rows of open questions that outlive their process, and of what is held for the turns that wait for them.
import type { Held, KeptQuestion, NewQuestion } from '../../core/thread/keptQuestion.ts';
import type { Database } from './database.ts';
import { heldOf, integerOf, questionOf, textOf, type Row } from './row.ts';

/** Takes an id that no other request gets, and keeps nothing. Runs inside a transaction. */
export function newRequestId(database: Database): number {
  const id = database.run("INSERT INTO questions (thread_id, turn_id, item_id, body) VALUES ('', '', '', '')");
  database.run('DELETE FROM questions WHERE request_id = ?', id);
  return id;
}

export function insertQuestion(database: Database, question: NewQuestion): number {
  const { threadId, turnId, itemId } = question;
  const sql = 'INSERT INTO questions (thread_id, turn_id, item_id, body) VALUES (?, ?, ?, ?)';
  return database.run(sql, threadId, turnId, itemId, JSON.stringify(question));
}

export function deleteQuestion(database: Database, threadId: string, requestId: number): void {
  database.run('DELETE FROM questions WHERE thread_id = ? AND request_id = ?', threadId, requestId);
}

/** Only those whose turn is in progress: a question that could not be deleted may be left of one that has ended. */
const OPEN = `SELECT request_id, body FROM questions JOIN turns USING (thread_id, turn_id)
  WHERE started_seq IS NOT NULL AND completed_seq IS NULL`;

export function questionsOf(database: Database, threadId: string): KeptQuestion[] {
  return database.all(`${OPEN} AND thread_id = ? ORDER BY request_id`, threadId).map(questionAt);
}

export function allQuestions(database: Database): KeptQuestion[] {
  return database.all(`${OPEN} ORDER BY request_id`).map(questionAt);
}

function questionAt(row: Row): KeptQuestion {
  return { ...questionOf(textOf(row, 'body')), requestId: integerOf(row, 'request_id') };
}

/** Turns and items of a thread that wait for the user, by their ids. */
export interface Waiting {
  readonly turns: ReadonlySet<string>;
  readonly items: ReadonlySet<string>;
}

export const NOTHING_WAITS: Waiting = { turns: new Set(), items: new Set() };

export function waitingIn(database: Database, threadId: string): Waiting {
  const rows = database.all('SELECT turn_id, item_id FROM questions WHERE thread_id = ?', threadId);
  if (rows.length === 0) return NOTHING_WAITS;
  return {
    turns: new Set(rows.map((row) => textOf(row, 'turn_id'))),
    items: new Set(rows.map((row) => textOf(row, 'item_id'))),
  };
}

export function insertHeld(database: Database, threadId: string, held: Held): void {
  database.run('INSERT INTO held (thread_id, body) VALUES (?, ?)', threadId, JSON.stringify(held));
}

export function heldIn(database: Database, threadId: string): Held[] {
  return database
    .all('SELECT body FROM held WHERE thread_id = ? ORDER BY seq', threadId)
    .map((row) => heldOf(textOf(row, 'body')));
}

export function deleteHeld(database: Database, threadId: string): void {
  database.run('DELETE FROM held WHERE thread_id = ?', threadId);
}

export function deleteQuestions(database: Database, threadId: string): void {
  database.run('DELETE FROM questions WHERE thread_id = ?', threadId);
  deleteHeld(database, threadId);
}
