// The rows of threads: creating, changing, listing and removing them.
import { ProtocolError } from '../../protocol/errors.ts';
import type { Paged, ThreadQuery, ThreadRecord, ThreadRecordChange } from '../../core/thread/threadStore.ts';
import { OWN_SOURCE } from '../../core/thread/threadView.ts';
import { readCursor, writeCursor, type Anchor } from './cursor.ts';
import type { Database } from './database.ts';
import { closeLeftovers } from './leftovers.ts';
import { findTurn, lineageOf } from './lineage.ts';
import { integerOf, integerOrNull, recordOf, textOf, textOrNull, type Cell, type Row } from './row.ts';

export type ForkBase = { readonly threadId: string; readonly lastTurnId: string | null };

/** What a fork sees of its source; nothing when `lastTurnId` is null. */
interface BaseRow {
  readonly threadId: string | null;
  readonly ordinal: number | null;
  readonly seq: number | null;
  readonly modelSeq: number | null;
}

const NO_BASE: BaseRow = { threadId: null, ordinal: null, seq: null, modelSeq: null };

const SORT_COLUMNS = {
  created_at: 'created_at_ms',
  updated_at: 'updated_at_ms',
  recency_at: 'recency_at_ms',
  section_position: '(SELECT position FROM section_places WHERE thread_id = id)',
} as const;

/** Runs inside a transaction. What a fork inherits open is closed in the fork. Throws ProtocolError `turnNotFound`. */
export function createThread(database: Database, record: ThreadRecord, base: ForkBase | null): void {
  const from = base === null ? NO_BASE : baseRow(database, base);
  database.run(
    `INSERT INTO threads (id, created_at_ms, updated_at_ms, recency_at_ms, archived, cwd, model_provider, search_text, record,
      base_thread_id, base_ordinal, base_seq, base_model_seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    record.id,
    record.createdAtMs,
    ...changingColumns(record),
    from.threadId,
    from.ordinal,
    from.seq,
    from.modelSeq,
  );
  const inherited = lineageOf(database, record.id)[1];
  if (inherited !== undefined) closeLeftovers(database, inherited, record.id);
}

function baseRow(database: Database, base: ForkBase): BaseRow {
  if (base.lastTurnId === null) return NO_BASE;
  const turn = findTurn(database, lineageOf(database, base.threadId), base.lastTurnId);
  if (turn === undefined) {
    throw new ProtocolError('invalidRequest', `turn not found: ${base.lastTurnId}`, { kind: 'turnNotFound' });
  }
  return {
    threadId: base.threadId,
    ordinal: turn.ordinal,
    seq: lastSeq(database, 'events'),
    modelSeq: lastSeq(database, 'model_items'),
  };
}

function lastSeq(database: Database, table: 'events' | 'model_items'): number {
  const row = database.get(`SELECT max(seq) AS seq FROM ${table}`);
  return (row && integerOrNull(row, 'seq')) ?? 0;
}

export function getThread(database: Database, threadId: string): ThreadRecord | undefined {
  const row = database.get('SELECT record FROM threads WHERE id = ?', threadId);
  return row && recordOf(textOf(row, 'record'));
}

/** Throws ProtocolError `threadNotFound`. */
export function updateThread(database: Database, threadId: string, change: ThreadRecordChange): void {
  const known = getThread(database, threadId);
  if (known === undefined) throw threadNotFound(threadId);
  writeRecord(database, threadId, { ...known, ...definedMembers(change) });
}

function writeRecord(database: Database, threadId: string, record: ThreadRecord): void {
  database.run(
    `UPDATE threads SET updated_at_ms = ?, recency_at_ms = ?, archived = ?, cwd = ?, model_provider = ?, search_text = ?, record = ?
      WHERE id = ?`,
    ...changingColumns(record),
    threadId,
  );
}

/** Brings the record and the columns that repeat it together again: the record counts, and what it does not say the columns do. */
export function settleThread(database: Database, threadId: string): void {
  const [row] = database.allExact('SELECT * FROM threads WHERE id = ?', threadId);
  if (row === undefined) return;
  const record = completed(recordOf(textOf(row, 'record')), row);
  database.run('UPDATE threads SET created_at_ms = ? WHERE id = ?', record.createdAtMs, threadId);
  writeRecord(database, threadId, record);
}

/** A damaged record may have other members than were written. */
function completed(record: ThreadRecord, row: Row): ThreadRecord {
  const { settings } = record;
  return {
    ...record,
    createdAtMs: likeOther(record.createdAtMs, integerOrNull(row, 'created_at_ms') ?? 0),
    updatedAtMs: likeOther(record.updatedAtMs, integerOrNull(row, 'updated_at_ms') ?? 0),
    recencyAtMs: likeOther(record.recencyAtMs, integerOrNull(row, 'recency_at_ms') ?? 0),
    archived: likeOther(record.archived, integerOrNull(row, 'archived') === 1),
    name: record.name ?? null,
    preview: likeOther(record.preview, ''),
    settings: {
      ...settings,
      cwd: likeOther(settings.cwd, textOrNull(row, 'cwd') ?? ''),
      modelProvider: likeOther(settings.modelProvider, textOrNull(row, 'model_provider') ?? ''),
    },
  };
}

function likeOther<T>(value: T, other: T): T {
  return typeof value === typeof other ? value : other;
}

/** Throws ProtocolError `hasForks`. */
export function assertNoForks(database: Database, threadId: string): void {
  if (database.get('SELECT 1 FROM threads WHERE base_thread_id = ? LIMIT 1', threadId) !== undefined) {
    const message = `cannot delete thread ${threadId}: forked history still references it`;
    throw new ProtocolError('invalidRequest', message, { kind: 'hasForks' });
  }
}

/** Runs inside a transaction. Throws ProtocolError `hasForks`. */
export function removeThread(database: Database, threadId: string): void {
  assertNoForks(database, threadId);
  database.run('DELETE FROM texts WHERE rowid IN (SELECT seq FROM events WHERE thread_id = ?)', threadId);
  for (const table of [
    'events',
    'turns',
    'items',
    'partials',
    'model_items',
    'questions',
    'held',
    'reverts',
    'queue',
    'messages',
    'section_places',
    'read_states',
    'attachments',
  ]) {
    database.run(`DELETE FROM ${table} WHERE thread_id = ?`, threadId);
  }
  database.run('DELETE FROM threads WHERE id = ?', threadId);
}

/** Throws ProtocolError `invalidCursor`. */
export function listThreads(database: Database, query: ThreadQuery): Paged<ThreadRecord> {
  const list = `threads ${query.sortKey}`;
  const anchor = query.cursor === null ? null : readCursor(list, query.cursor, ['number', 'string']);
  const limit = Math.max(1, query.limit);
  const found = selectThreads(database, query, { anchor, limit: limit + 1 });
  const page = found.slice(0, limit);
  const cursorOf = ({ record, sortValue }: Listed, inclusive: boolean) =>
    writeCursor(list, { keys: [sortValue, record.id], inclusive });
  const [first] = page;
  const last = page.at(-1);
  return {
    data: page.map(({ record }) => record),
    nextCursor: last !== undefined && found.length > limit ? cursorOf(last, false) : null,
    backwardsCursor: first === undefined ? null : cursorOf(first, true),
  };
}

interface Listed {
  readonly record: ThreadRecord;
  readonly sortValue: number;
}

function selectThreads(
  database: Database,
  query: ThreadQuery,
  { anchor, limit }: { anchor: Anchor | null; limit: number },
): Listed[] {
  const column = SORT_COLUMNS[query.sortKey];
  const conditions = ['archived = ?'];
  const values: Cell[] = [query.archived ? 1 : 0];
  const restrict = (condition: string, value: Cell) => {
    conditions.push(condition);
    values.push(value);
  };
  if (query.cwds.length > 0) restrict('cwd IN (SELECT value FROM json_each(?))', JSON.stringify(query.cwds));
  if (query.modelProviders.length > 0) {
    restrict('model_provider IN (SELECT value FROM json_each(?))', JSON.stringify(query.modelProviders));
  }
  if (query.excludedIds.length > 0)
    restrict('id NOT IN (SELECT value FROM json_each(?))', JSON.stringify(query.excludedIds));
  if (query.sources !== undefined && query.sources.length > 0)
    restrict(
      `coalesce(record ->> '$.source', '${OWN_SOURCE}') IN (SELECT value FROM json_each(?))`,
      JSON.stringify(query.sources),
    );
  if (query.ids !== undefined) restrict('id IN (SELECT value FROM json_each(?))', JSON.stringify(query.ids));
  if (query.sectionId === null) conditions.push('id NOT IN (SELECT thread_id FROM section_places)');
  if (typeof query.sectionId === 'string')
    restrict('id IN (SELECT thread_id FROM section_places WHERE section_id = ?)', query.sectionId);
  if (query.searchTerm) restrict('instr(search_text, ?) > 0', searchForm(query.searchTerm));
  if (anchor !== null) {
    const comparison = `${query.direction === 'asc' ? '>' : '<'}${anchor.inclusive ? '=' : ''}`;
    conditions.push(`(${column}, id) ${comparison} (?, ?)`);
    values.push(...anchor.keys);
  }
  const sql = `SELECT record, ${column} AS sort_value FROM threads WHERE ${conditions.join(' AND ')}
    ORDER BY ${column} ${query.direction}, id ${query.direction} LIMIT ?`;
  return database.all(sql, ...values, limit).map((row) => ({
    record: recordOf(textOf(row, 'record')),
    sortValue: integerOf(row, 'sort_value'),
  }));
}

export function threadNotFound(threadId: string): ProtocolError {
  return new ProtocolError('invalidRequest', `thread not found: ${threadId}`, { kind: 'threadNotFound' });
}

/** The columns that repeat what the record says, so that the database can sort and choose by them. */
export function changingColumns(record: ThreadRecord): [number, number, number, string, string, string, string] {
  return [
    record.updatedAtMs,
    record.recencyAtMs,
    record.archived ? 1 : 0,
    record.settings.cwd,
    record.settings.modelProvider,
    searchForm(`${record.name ?? ''}\n${record.preview}`),
    JSON.stringify(record),
  ];
}

/** SQLite folds the case of ASCII letters only. */
export function searchForm(text: string): string {
  return text.toLowerCase();
}

function definedMembers(change: ThreadRecordChange): ThreadRecordChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
