// Looks through a thread database for what is wrong with it, and changes nothing.
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../../protocol/errors.ts';
import { serverNotifications, type ServerNotification } from '../../protocol/methods.ts';
import type { Database } from './database.ts';
import { differences, type ProjectionFault } from './replayed.ts';
import {
  eventOf,
  heldOf,
  integerOf,
  integerOrNull,
  itemOf,
  jsonOf,
  modelItemOf,
  modelItemsOf,
  placeOf,
  questionOf,
  recordOf,
  submissionOf,
  textOf,
  textOrNull,
  type Row,
} from './row.ts';
import { strangeColumns, TABLES as STORED } from './tables.ts';
import { changingColumns } from './threadRows.ts';

/** A row that cannot be read, or that belongs to nothing. */
export interface RowFault {
  readonly type: 'row';
  readonly table: string;
  /** Its rowid. */
  readonly place: number | bigint;
  readonly threadId: string;
  readonly why: string;
  readonly row: Row;
}

/** A fork whose inherited history is not there. */
export interface BaseFault {
  readonly type: 'base';
  readonly threadId: string;
  readonly row: Row;
}

/** The columns by which a thread is found do not say what its record says. */
export interface ColumnsFault {
  readonly type: 'columns';
  readonly threadId: string;
}

export type Fault = RowFault | BaseFault | ColumnsFault | ProjectionFault;

export interface Examination {
  readonly threads: number;
  readonly events: number;
  readonly faults: readonly Fault[];
  /** Events that this version would have written otherwise, by thread; they are read nevertheless. */
  readonly otherShapes: ReadonlyMap<string, number>;
}

type SqliteModule = typeof import('node:sqlite');

/** What of a row must be readable. */
const TABLES: Readonly<Record<string, (row: Row) => unknown>> = {
  threads: (row) => recordOf(textOf(row, 'record')),
  events: (row) => eventOf(textOf(row, 'body')),
  model_items: (row) =>
    textOf(row, 'kind') === 'base' ? modelItemsOf(textOf(row, 'body')) : modelItemOf(textOf(row, 'body')),
  partials: (row) => itemOf(textOf(row, 'body')),
  questions: (row) => questionOf(textOf(row, 'body')),
  held: (row) => heldOf(textOf(row, 'body')),
  queue: (row) => submissionOf(textOf(row, 'body')),
  turns: (row) => textOf(row, 'turn_id'),
  items: (row) => textOf(row, 'item_id'),
  reverts: (row) => integerOf(row, 'to_ordinal'),
  messages: (row) => textOf(row, 'turn_id'),
  section_places: (row) => textOf(row, 'section_id'),
  read_states: (row) => textOf(row, 'revision'),
  attachments: (row) => jsonOf(textOf(row, 'payload')),
};

/** Columns of a thread that its record says too. */
const REPEATED = [
  'created_at_ms',
  'updated_at_ms',
  'recency_at_ms',
  'archived',
  'cwd',
  'model_provider',
  'search_text',
];

/** Rows that say nothing without another. */
const LOST: readonly { readonly table: string; readonly where: string; readonly why: string }[] = [
  {
    table: 'questions',
    where:
      'NOT EXISTS (SELECT 1 FROM turns WHERE turns.thread_id = questions.thread_id AND turns.turn_id = questions.turn_id AND started_seq IS NOT NULL AND completed_seq IS NULL)',
    why: 'a question of no turn that is in progress',
  },
  {
    table: 'items',
    where:
      'event_seq IS NULL AND NOT EXISTS (SELECT 1 FROM partials JOIN items AS own USING (thread_id, ordinal, item_id, type) WHERE own.rowid = items.rowid)',
    why: 'an open item of which nothing is saved',
  },
  {
    table: 'partials',
    where:
      'NOT EXISTS (SELECT 1 FROM items JOIN partials AS own USING (thread_id, ordinal, item_id, type) WHERE own.rowid = partials.rowid)',
    why: 'saved text of an item that is in no turn',
  },
];

/**
 * Sees one moment of the database. Throws what SQLite throws when the file is damaged. Where rows hold what is never written there,
 * only those are told: the others are compared once they are gone.
 */
export function examine(sqlite: SqliteModule, database: Database): Examination {
  return database.read(() => {
    const strange = strangeRows(database);
    if (strange.length > 0) return { ...counted(database), faults: strange, otherShapes: new Map() };
    const faults: Fault[] = [];
    const known = new Set(database.all('SELECT id FROM threads').map((row) => textOf(row, 'id')));
    const otherShapes = new Map<string, number>();
    for (const table of Object.keys(TABLES)) {
      for (const row of rowsOf(database, table)) {
        const fault = rowFault(table, row, known);
        if (fault !== undefined) faults.push(fault);
        else if (table === 'events') noteShape(row, otherShapes);
        else if (table === 'threads' && !agrees(row)) faults.push({ type: 'columns', threadId: textOf(row, 'id') });
      }
    }
    faults.push(...lostRows(database, faults), ...baseFaults(database));
    const baseless = new Set(faults.filter(({ type }) => type === 'base').map(({ threadId }) => threadId));
    const unfit = (
      { threadId, seq: place }: { readonly threadId: string; readonly seq: number },
      error: unknown,
    ): void => {
      const row = database.get('SELECT rowid AS its_rowid, * FROM events WHERE rowid = ?', place) ?? {};
      faults.push({ type: 'row', table: 'events', place, threadId, why: `says nothing: ${messageOf(error)}`, row });
    };
    const compared = differences(sqlite, database, { baseless, unfit });
    faults.push(...compared);
    return { ...counted(database), faults, otherShapes };
  });
}

/** The columns of a thread that its record repeats are not told: the record says them again. */
function strangeRows(database: Database): RowFault[] {
  const faults: RowFault[] = [];
  for (const table of Object.keys(STORED)) {
    const columnsOf = strangeColumns(database, table);
    const isTold = (column: string): boolean => table !== 'threads' || !REPEATED.includes(column);
    for (const row of rowsOf(database, table)) {
      const column = columnsOf(row).find(isTold);
      if (column === undefined) continue;
      const why = `cannot be read: its column ${column} holds what is never written there`;
      const threadId = textOrNull(row, 'thread_id') ?? '';
      faults.push({ type: 'row', table, place: placeOf(row, 'its_rowid'), threadId, why, row });
    }
  }
  return faults;
}

/** `row` is read anew before it is touched. */
export function sameRow(database: Database, { table, place, row }: RowFault): boolean {
  const [now] = database.allExact(`SELECT rowid AS its_rowid, * FROM ${table} WHERE rowid = ?`, place);
  return isDeepStrictEqual(now, row);
}

function rowsOf(database: Database, table: string): Generator<Row> {
  return database.each(`SELECT rowid AS its_rowid, * FROM ${table} WHERE rowid > ? ORDER BY rowid`, 'its_rowid');
}

function rowFault(table: string, row: Row, known: ReadonlySet<string>): RowFault | undefined {
  const threadId = textOrNull(row, table === 'threads' ? 'id' : 'thread_id') ?? '';
  const fault = (why: string): RowFault => ({
    type: 'row',
    table,
    place: placeOf(row, 'its_rowid'),
    threadId,
    why,
    row,
  });
  if (!known.has(threadId)) return fault('belongs to no thread');
  try {
    TABLES[table]?.(row);
    const isOther = table === 'threads' && recordOf(textOf(row, 'record')).id !== threadId;
    return isOther ? fault('is the record of another thread') : undefined;
  } catch (error) {
    return fault(`cannot be read: ${messageOf(error)}`);
  }
}

function agrees(row: Row): boolean {
  const record = recordOf(textOf(row, 'record'));
  return [record.createdAtMs, ...changingColumns(record)]
    .slice(0, REPEATED.length)
    .every((value, index) => row[REPEATED[index] ?? ''] === value);
}

/** Whatever is told is checked by the same schemas. */
function noteShape(row: Row, into: Map<string, number>): void {
  const event: ServerNotification = eventOf(textOf(row, 'body'));
  if (isKnown(event.method) && serverNotifications[event.method].params().safeParse(event.params).success) return;
  const threadId = textOf(row, 'thread_id');
  into.set(threadId, (into.get(threadId) ?? 0) + 1);
}

function isKnown(method: string): method is keyof typeof serverNotifications {
  return Object.hasOwn(serverNotifications, method);
}

function lostRows(database: Database, told: readonly Fault[]): RowFault[] {
  const isTold = new Set(told.map((fault) => (fault.type === 'row' ? `${fault.table} ${fault.place}` : '')));
  return LOST.flatMap(({ table, where, why }) =>
    database
      .allExact(`SELECT rowid AS its_rowid, * FROM ${table} WHERE ${where}`)
      .map((row): RowFault => {
        return { type: 'row', table, place: placeOf(row, 'its_rowid'), threadId: textOf(row, 'thread_id'), why, row };
      })
      .filter(({ place }) => !isTold.has(`${table} ${place}`)),
  );
}

const BASE = 'base_thread_id, base_ordinal, base_seq, base_model_seq';

/** Where a chain ends in nothing, or bites its own tail. */
function baseFaults(database: Database): BaseFault[] {
  const rows = database.all(`SELECT id, ${BASE} FROM threads`);
  const baseOf = new Map(rows.map((row) => [textOf(row, 'id'), textOrNull(row, 'base_thread_id')]));
  return rows
    .filter((row) => {
      const base = textOrNull(row, 'base_thread_id');
      if (base === null) return false;
      const isCut = ['base_ordinal', 'base_seq', 'base_model_seq'].some((name) => integerOrNull(row, name) === null);
      return isCut || !baseOf.has(base) || isCircular(textOf(row, 'id'), baseOf);
    })
    .map((row) => ({ type: 'base', threadId: textOf(row, 'id'), row }));
}

function isCircular(threadId: string, baseOf: ReadonlyMap<string, string | null>): boolean {
  const seen = new Set<string>();
  for (let at: string | null = threadId; at !== null; at = baseOf.get(at) ?? null) {
    if (seen.has(at)) return at === threadId;
    seen.add(at);
  }
  return false;
}

function counted(database: Database): Pick<Examination, 'threads' | 'events'> {
  return { threads: countOf(database, 'threads'), events: countOf(database, 'events') };
}

function countOf(database: Database, table: string): number {
  return integerOf(database.get(`SELECT count(*) AS count FROM ${table}`) ?? {}, 'count');
}
