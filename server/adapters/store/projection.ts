// Writes entries: events into the log, and what they mean into the rows that point at the log.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { ThreadItem } from '../../protocol/schema/item.ts';
import type { Turn } from '../../protocol/schema/turn.ts';
import type { StoreEntry } from '../../core/thread/threadStore.ts';
import type { ModelItem } from '../../core/turn/modelPort.ts';
import type { Database } from './database.ts';
import { findTurn, lineageOf, turnRows, UNCUT } from './lineage.ts';
import { insertHeld } from './questionRows.ts';
import { noteMessage } from './queueRows.ts';
import { writeMark } from './importRows.ts';
import { eventOf, integerOf, integerOrNull, textOf } from './row.ts';
import { searchableText, TAIL } from './searchText.ts';

/** An event with its place in the log. */
interface LoggedEvent {
  readonly threadId: string;
  readonly seq: number;
  readonly event: ServerNotification;
}

/** A turn as this thread's own rows have it. `isInherited`: it was begun by the thread that this one was forked from. */
interface OwnTurn {
  readonly threadId: string;
  readonly ordinal: number;
  readonly startedSeq: number | null;
  readonly diffSeq: number | null;
  readonly isInherited: boolean;
}

const ITEM_KEY = 'thread_id = ? AND ordinal = ? AND item_id = ? AND type = ?';

/** What is saved of a running command's output at most, in characters; the completed item brings the whole. */
const SAVED_OUTPUT_LIMIT = 65_536;

/** Writes one entry. Runs inside a transaction. */
export function writeEntry(
  database: Database,
  threadId: string,
  entry: { readonly entry: StoreEntry; readonly nowMs: number },
): void {
  switch (entry.entry.type) {
    case 'event':
      return logEvent(database, threadId, entry.entry);
    case 'partial':
      return savePartial(database, threadId, { ...entry.entry, nowMs: entry.nowMs });
    case 'model':
      return saveModel(database, threadId, { turnId: entry.entry.turnId, kind: 'item', value: entry.entry.item });
    case 'held':
      return insertHeld(database, threadId, entry.entry.held);
    case 'importMark':
      return writeMark(database, threadId, entry.entry.mark);
    case 'modelBase':
      return saveModel(database, threadId, { turnId: entry.entry.turnId, kind: 'base', value: entry.entry.items });
  }
}

/** Appends an event to the log and lets the projections follow. */
export function logEvent(
  database: Database,
  threadId: string,
  logged: { event: ServerNotification; atMs: number },
): void {
  const seq = database.run(
    'INSERT INTO events (thread_id, at_ms, body) VALUES (?, ?, ?)',
    threadId,
    logged.atMs,
    JSON.stringify(logged.event),
  );
  projectEvent(database, { threadId, seq, event: logged.event });
}

/** Brings the projections up to an event that is in the log. Doing it twice changes nothing. */
export function projectEvent(database: Database, logged: LoggedEvent): void {
  const { event, threadId, seq } = logged;
  switch (event.method) {
    case 'turn/started':
      return startTurn(database, logged, event.params.turn);
    case 'turn/completed':
      return completeTurn(database, logged, event.params.turn.id);
    case 'item/completed':
      return completeItem(database, logged, event.params);
    case 'turn/diff/updated':
      return replaceDiff(database, logged, event.params.turnId);
    case 'turn/plan/updated': {
      const turn = ownTurn(database, threadId, event.params.turnId);
      if (turn !== undefined) {
        database.run('UPDATE turns SET plan_seq = ? WHERE thread_id = ? AND ordinal = ?', seq, threadId, turn.ordinal);
      }
      return;
    }
    case 'thread/reverted':
      return revert(database, logged, event.params.beforeTurnId ?? null);
    default:
      return;
  }
}

/** Hides the turn and what was there after it when it was said; what came later stays. */
function revert(database: Database, { threadId, seq }: LoggedEvent, beforeTurnId: string | null): void {
  if (beforeTurnId === null || database.get('SELECT 1 FROM reverts WHERE seq = ?', seq) !== undefined) return;
  const first = findTurn(database, lineageOf(database, threadId), beforeTurnId);
  if (first === undefined) return;
  const sql = `SELECT max(coalesce((SELECT max(ordinal) FROM turns WHERE thread_id = id AND coalesce(started_seq, completed_seq) < ?), 0),
    coalesce(base_ordinal, 0)) AS last FROM threads WHERE id = ?`;
  const row = database.get(sql, seq, threadId);
  const last = (row && integerOrNull(row, 'last')) ?? first.ordinal;
  const insert = 'INSERT INTO reverts (seq, thread_id, from_ordinal, to_ordinal) VALUES (?, ?, ?, ?)';
  database.run(insert, seq, threadId, first.ordinal, Math.max(last, first.ordinal));
}

/** A review's turn is told to start under another id than that of its items, which it names as its root. */
function startTurn(database: Database, { threadId, seq }: LoggedEvent, turn: Turn): void {
  const root = turn.rootTurnId === null ? undefined : ownTurn(database, threadId, turn.rootTurnId);
  const turnId = root === undefined ? turn.id : (turn.rootTurnId ?? turn.id);
  const known = root ?? ownTurn(database, threadId, turnId);
  if (known?.startedSeq === seq) return;
  if (known === undefined) insertTurn(database, threadId, { turnId, startedSeq: seq, completedSeq: null });
  else {
    const sql = 'UPDATE turns SET started_seq = ?, completed_seq = NULL WHERE thread_id = ? AND ordinal = ?';
    database.run(sql, seq, threadId, known.ordinal);
  }
}

function completeTurn(database: Database, { threadId, seq }: LoggedEvent, turnId: string): void {
  const known = ownTurn(database, threadId, turnId);
  if (known === undefined) return insertTurn(database, threadId, { turnId, startedSeq: null, completedSeq: seq });
  database.run('UPDATE turns SET completed_seq = ? WHERE thread_id = ? AND ordinal = ?', seq, threadId, known.ordinal);
}

function insertTurn(
  database: Database,
  threadId: string,
  turn: { turnId: string; startedSeq: number | null; completedSeq: number | null },
): void {
  const ordinal = lastOrdinal(database, threadId) + 1;
  const sql = 'INSERT INTO turns (thread_id, ordinal, turn_id, started_seq, completed_seq) VALUES (?, ?, ?, ?, ?)';
  database.run(sql, threadId, ordinal, turn.turnId, turn.startedSeq, turn.completedSeq);
}

function completeItem(database: Database, logged: LoggedEvent, params: { turnId: string; item: ThreadItem }): void {
  const { threadId, seq } = logged;
  const turn = turnOfItem(database, threadId, params);
  if (turn === undefined) return;
  const key = [threadId, turn.ordinal, params.item.id, params.item.type] as const;
  placeItem(database, turn, params.item);
  database.run(`UPDATE items SET event_seq = ? WHERE ${ITEM_KEY}`, seq, ...key);
  database.run(`DELETE FROM partials WHERE ${ITEM_KEY}`, ...key);
  const { item, turnId } = params;
  if (item.type === 'userMessage' && item.clientId !== null)
    noteMessage(database, threadId, { clientId: item.clientId, turnId });
  const text = searchableText(item);
  if (text !== null) indexText(database, seq, text);
}

function indexText(database: Database, seq: number, text: string): void {
  database.run('INSERT INTO texts (rowid, text) VALUES (?, ?)', seq, text + TAIL);
}

/** Fills the search index from the log. */
export function indexAll(database: Database): void {
  for (const { seq, item } of itemsInLog(database)) {
    const text = searchableText(item);
    if (text !== null) indexText(database, seq, text);
  }
}

/** Fills the search index of one thread anew. */
export function indexThread(database: Database, threadId: string): void {
  const sql = 'SELECT seq, body FROM items JOIN events ON seq = event_seq WHERE items.thread_id = ? ORDER BY seq';
  for (const row of database.all(sql, threadId)) {
    const event = eventOf(textOf(row, 'body'));
    const text = event.method === 'item/completed' ? searchableText(event.params.item) : null;
    const seq = integerOf(row, 'seq');
    database.run('DELETE FROM texts WHERE rowid = ?', seq);
    if (text !== null) indexText(database, seq, text);
  }
}

/** A part of the log at a time: it may be larger than memory. */
function* itemsInLog(database: Database): Generator<{ seq: number; item: ThreadItem }> {
  const sql =
    'SELECT event_seq AS seq, body FROM items JOIN events ON seq = event_seq WHERE event_seq > ? ORDER BY event_seq LIMIT 500';
  for (let rows = database.all(sql, 0); rows.length > 0;) {
    let last = 0;
    for (const row of rows) {
      last = integerOf(row, 'seq');
      const event = eventOf(textOf(row, 'body'));
      if (event.method === 'item/completed') yield { seq: last, item: event.params.item };
    }
    rows = database.all(sql, last);
  }
}

/**
 * A turn's diffs are cumulative, so only the last is kept, and those that a fork can see. Keeping each would grow with the square of
 * a turn's length.
 */
function replaceDiff(database: Database, { threadId, seq }: LoggedEvent, turnId: string): void {
  const turn = ownTurn(database, threadId, turnId);
  if (turn === undefined || turn.diffSeq === seq) return;
  if (turn.diffSeq !== null) {
    const seen = database.get('SELECT max(base_seq) AS seq FROM threads WHERE base_thread_id = ?', threadId);
    if (turn.diffSeq > ((seen && integerOrNull(seen, 'seq')) ?? 0)) {
      database.run('DELETE FROM events WHERE seq = ? AND thread_id = ?', turn.diffSeq, threadId);
    }
  }
  database.run('UPDATE turns SET diff_seq = ? WHERE thread_id = ? AND ordinal = ?', seq, threadId, turn.ordinal);
}

function savePartial(
  database: Database,
  threadId: string,
  partial: { turnId: string; item: ThreadItem; nowMs: number },
): void {
  const turn = turnOfItem(database, threadId, partial);
  if (turn === undefined) return;
  const { item } = partial;
  if (!placeItem(database, turn, item)) return;
  const sql = `INSERT INTO partials (thread_id, ordinal, item_id, type, at_ms, body) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (thread_id, ordinal, item_id, type) DO UPDATE SET at_ms = excluded.at_ms, body = excluded.body`;
  database.run(sql, threadId, turn.ordinal, item.id, item.type, partial.nowMs, JSON.stringify(bounded(item)));
}

/** Gives the item its place in the turn, at its first appearance. Says whether it is still open. */
function placeItem(database: Database, turn: OwnTurn, item: ThreadItem): boolean {
  const { threadId, ordinal } = turn;
  const known = database.get(`SELECT event_seq FROM items WHERE ${ITEM_KEY}`, threadId, ordinal, item.id, item.type);
  if (known !== undefined) return integerOrNull(known, 'event_seq') === null;
  const position = inheritedPosition(database, turn, item) ?? lastPosition(database, turn) + 1;
  const sql = 'INSERT INTO items (thread_id, ordinal, position, type, item_id) VALUES (?, ?, ?, ?, ?)';
  database.run(sql, threadId, ordinal, position, item.type, item.id);
  return true;
}

/** A review begins with an item, before its turn is told. */
function turnOfItem(
  database: Database,
  threadId: string,
  { turnId, item }: { readonly turnId: string; readonly item: ThreadItem },
): OwnTurn | undefined {
  const known = ownTurn(database, threadId, turnId);
  if (known !== undefined || item.type !== 'enteredReviewMode') return known;
  insertTurn(database, threadId, { turnId, startedSeq: null, completedSeq: null });
  return ownTurn(database, threadId, turnId);
}

function lastPosition(database: Database, { threadId, ordinal }: OwnTurn): number {
  const row = database.get(
    'SELECT max(position) AS last FROM items WHERE thread_id = ? AND ordinal = ?',
    threadId,
    ordinal,
  );
  return (row && integerOrNull(row, 'last')) ?? 0;
}

function inheritedPosition(database: Database, turn: OwnTurn, item: ThreadItem): number | undefined {
  if (!turn.isInherited) return undefined;
  for (const segment of lineageOf(database, turn.threadId).slice(1)) {
    const sql = `SELECT position FROM items WHERE ${ITEM_KEY}`;
    const row = database.get(sql, segment.threadId, turn.ordinal, item.id, item.type);
    if (row !== undefined) return integerOf(row, 'position');
  }
  return undefined;
}

function saveModel(
  database: Database,
  threadId: string,
  saved: { turnId: string; kind: 'item' | 'base'; value: ModelItem | readonly ModelItem[] },
): void {
  const ordinal = ownTurn(database, threadId, saved.turnId)?.ordinal ?? lastShownOrdinal(database, threadId);
  const sql = 'INSERT INTO model_items (thread_id, ordinal, kind, body) VALUES (?, ?, ?, ?)';
  database.run(sql, threadId, ordinal, saved.kind, JSON.stringify(saved.value));
}

/**
 * The turn's row in this thread. An inherited turn that something is now said about (a fork closes what it inherits open) gets a row of
 * its own here, which begins as a copy of the one it hides.
 */
function ownTurn(database: Database, threadId: string, turnId: string): OwnTurn | undefined {
  const sql = `SELECT ordinal, started_seq, diff_seq, base_ordinal FROM turns JOIN threads ON id = thread_id WHERE thread_id = ? AND turn_id = ?`;
  const row = database.get(sql, threadId, turnId);
  if (row !== undefined) {
    const ordinal = integerOf(row, 'ordinal');
    return {
      threadId,
      ordinal,
      startedSeq: integerOrNull(row, 'started_seq'),
      diffSeq: integerOrNull(row, 'diff_seq'),
      isInherited: ordinal <= (integerOrNull(row, 'base_ordinal') ?? 0),
    };
  }
  const hidden = findTurn(database, lineageOf(database, threadId).slice(1), turnId);
  if (hidden === undefined) return undefined;
  database.run(
    'INSERT INTO turns (thread_id, ordinal, turn_id, started_seq, completed_seq, diff_seq, plan_seq) VALUES (?, ?, ?, ?, ?, ?, ?)',
    threadId,
    hidden.ordinal,
    turnId,
    hidden.startedSeq,
    hidden.completedSeq,
    hidden.diffSeq,
    hidden.planSeq,
  );
  return {
    threadId,
    ordinal: hidden.ordinal,
    startedSeq: hidden.startedSeq,
    diffSeq: hidden.diffSeq,
    isInherited: true,
  };
}

function lastShownOrdinal(database: Database, threadId: string): number {
  const newest = { from: 0, to: UNCUT, direction: 'desc', limit: 1 } as const;
  return turnRows(database, lineageOf(database, threadId), newest)[0]?.ordinal ?? 0;
}

/** Turns that were taken back counted, so that no ordinal is given twice. */
function lastOrdinal(database: Database, threadId: string): number {
  const sql = `SELECT max(coalesce((SELECT max(ordinal) FROM turns WHERE thread_id = id), 0), coalesce(base_ordinal, 0)) AS last
    FROM threads WHERE id = ?`;
  const row = database.get(sql, threadId);
  return (row && integerOrNull(row, 'last')) ?? 0;
}

/** The item with a long output cut in its middle; it is saved again and again while the command runs. */
function bounded(item: ThreadItem): ThreadItem {
  if (item.type !== 'commandExecution' || item.aggregatedOutput === null) return item;
  const output = item.aggregatedOutput;
  const excess = output.length - SAVED_OUTPUT_LIMIT;
  if (excess <= 0) return item;
  const half = SAVED_OUTPUT_LIMIT / 2;
  const cut = `${output.slice(0, half)}\n[${excess} characters not saved]\n${output.slice(-half)}`;
  return { ...item, aggregatedOutput: cut };
}
