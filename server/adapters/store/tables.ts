// The columns of every table, and a look at both ends of each: what a damaged schema calls otherwise is found before it is used.
import type { Database } from './database.ts';
import { integerOf, textOf, type Cell, type Row } from './row.ts';

/** In the order in which they are stored. A test compares them with what the migrations make. */
export const TABLES = {
  threads: [
    ...['id', 'created_at_ms', 'updated_at_ms', 'recency_at_ms', 'archived', 'cwd', 'model_provider', 'search_text'],
    ...['record', 'base_thread_id', 'base_ordinal', 'base_seq', 'base_model_seq'],
  ],
  turns: ['thread_id', 'ordinal', 'turn_id', 'started_seq', 'completed_seq', 'diff_seq', 'plan_seq'],
  items: ['thread_id', 'ordinal', 'position', 'type', 'item_id', 'event_seq'],
  events: ['seq', 'thread_id', 'at_ms', 'body'],
  model_items: ['seq', 'thread_id', 'ordinal', 'kind', 'body'],
  partials: ['thread_id', 'ordinal', 'item_id', 'type', 'at_ms', 'body'],
  leases: [
    ...['thread_id', 'token', 'pid', 'host', 'client', 'since_ms', 'machine', 'process_start', 'heartbeat_at_ms'],
    'door',
  ],
  questions: ['request_id', 'thread_id', 'turn_id', 'item_id', 'body'],
  held: ['seq', 'thread_id', 'body'],
  reverts: ['seq', 'thread_id', 'from_ordinal', 'to_ordinal'],
  queue: ['thread_id', 'id', 'client_id', 'place', 'body'],
  messages: ['thread_id', 'client_id', 'turn_id'],
  sections: ['id', 'name', 'appearance', 'place'],
  section_places: ['thread_id', 'section_id', 'position', 'entered_at_ms'],
  read_states: ['thread_id', 'first_unread', 'revision'],
  attachments: ['id', 'thread_id', 'type', 'identity', 'payload', 'created_at_ms'],
  imports: ['thread_id', 'event_seq', 'model_seq', 'mark'],
} as const;

/** Of the search index, which has rows of its own kind. */
const INDEX_TABLES = { texts: ['text'], text_terms: ['term', 'doc', 'col', 'offset'] } as const;

/**
 * Throws what SQLite throws when a table is damaged where it begins or ends, or is another one than the statements are written for: so
 * most damage shows when the database is opened and not in mid-turn.
 */
export function probe(database: Database): void {
  for (const [table, columns] of Object.entries(TABLES)) {
    const ends = `SELECT min(rowid) FROM ${table} UNION ALL SELECT max(rowid) FROM ${table}`;
    database.all(`SELECT ${columns.join(', ')} FROM ${table} WHERE rowid IN (${ends})`);
  }
  for (const [table, columns] of Object.entries(INDEX_TABLES)) {
    database.get(`SELECT ${columns.map((name) => `"${name}"`).join(', ')} FROM ${table} LIMIT 0`);
  }
}

const COLUMNS = 'SELECT name, type, "notnull" OR pk > 0 AS required FROM pragma_table_info(?)';

/** Tells of a row of the table which columns hold what nobody writes there: SQLite reads whatever stands in the file. */
export function strangeColumns(database: Database, table: string): (row: Row) => readonly string[] {
  const columns = database.all(COLUMNS, table).map((column) => {
    const [name, isRequired] = [textOf(column, 'name'), integerOf(column, 'required') === 1];
    return { name, isRequired, isText: textOf(column, 'type') === 'TEXT' };
  });
  const isStrange = (cell: Cell | undefined, { isRequired, isText }: (typeof columns)[number]): boolean => {
    if (cell === null) return isRequired;
    return isText ? typeof cell !== 'string' : !Number.isSafeInteger(cell);
  };
  return (row) => columns.filter((column) => isStrange(row[column.name], column)).map(({ name }) => name);
}
