// Copies what can still be read of a damaged database into a fresh one.
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  openSync,
  closeSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { ThreadRecord } from '../../core/thread/threadStore.ts';
import { isProtocolError } from '../../protocol/errors.ts';
import type { Database } from './database.ts';
import { brokenHeader } from './fileHeader.ts';
import { projectEvent } from './projection.ts';
import { inOrder, type Placed } from './rowOrder.ts';
import { salvageRows } from './salvage.ts';
import { eventOf, integerOf, isUnreadable, recordOf, textOf, type Row } from './row.ts';
import { strangeColumns, TABLES } from './tables.ts';
import { changingColumns } from './threadRows.ts';

type SqliteModule = typeof import('node:sqlite');

/** Leases end with the damaged file; the search index is made anew from the events. */
const TOLD_TABLES = ['threads', 'events', 'model_items', 'turns', 'items', 'partials', 'queue', 'messages'] as const;

/** Said by no event: read where the file itself still says which tables it has. */
const SHELF_TABLES = ['sections', 'section_places', 'read_states', 'attachments', 'imports'] as const;

export interface Recovered {
  readonly rows: number;
  /** How often reading met damage and went on behind it. */
  readonly gaps: number;
}

/**
 * Reads a copy of the file at `aside`, each table from both ends, stepping over the pages that cannot be read; then lets the events
 * say again what the projections lost.
 */
export function recoverInto(sqlite: SqliteModule, fresh: Database, aside: string): Recovered {
  const scratch = mkdtempSync(join(tmpdir(), 'bowline-recovery-'));
  try {
    const copy = join(scratch, 'threads.db');
    copyFileSync(aside, copy);
    if (existsSync(`${aside}-wal`)) copyFileSync(`${aside}-wal`, `${copy}-wal`);
    const damaged = openReadable(sqlite, copy, fresh.path);
    try {
      return fresh.write(() => copyRows(damaged, fresh, aside));
    } finally {
      damaged?.connection.close();
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** With a first page that cannot be read, that of the fresh database stands in: its tables begin on the same pages. */
function openReadable(sqlite: SqliteModule, copy: string, freshPath: string): Readable | undefined {
  const attempts = brokenHeader(copy) === null ? [true, false] : [false];
  for (const isOwnSchema of attempts) {
    if (!isOwnSchema) replaceFirstPage(copy, freshPath);
    const connection = new sqlite.DatabaseSync(copy);
    try {
      connection.prepare('SELECT count(*) FROM sqlite_schema').get();
      connection.prepare('SELECT id FROM threads LIMIT 1').all();
      return { connection, isOwnSchema };
    } catch {
      // tried again with another first page, and then given up
      connection.close();
    }
  }
  return undefined;
}

function replaceFirstPage(copy: string, freshPath: string): void {
  const page = Buffer.alloc(4096);
  const from = openSync(freshPath, 'r');
  const to = openSync(copy, 'r+');
  try {
    readSync(from, page, 0, page.length, 0);
    page.writeUInt32BE(Math.floor(statSync(copy).size / page.length), 28);
    page.writeUInt32BE(page.readUInt32BE(24), 92);
    page.writeUInt32BE(0, 32);
    page.writeUInt32BE(0, 36);
    writeSync(to, page, 0, page.length, 0);
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

interface Readable {
  readonly connection: DatabaseSync;
  /** Its first page is its own. */
  readonly isOwnSchema: boolean;
}

/** By SQLite as far as it finds its way, then from the pages themselves; what is there already stays. */
function copyRows(damaged: Readable | undefined, fresh: Database, aside: string): Recovered {
  const before = changesSoFar(fresh);
  const insertRow = rowInserter(fresh);
  const doubtful: Found[] = [];
  const take = (found: Found, isDoubtful: boolean): void => void (isDoubtful ? doubtful.push(found) : insertRow(found));
  let gaps = damaged === undefined ? 1 : 0;
  if (damaged !== undefined) {
    for (const table of [...TOLD_TABLES, ...shelfTables(damaged)]) {
      for (const direction of ['asc', 'desc'] as const) {
        gaps += eachReadableRow(damaged.connection, { table, direction }, take);
      }
    }
  }
  for (const { isDoubtful, ...found } of salvageRows(aside)) take(found, isDoubtful);
  for (const found of doubtful) insertRow(found);
  const rows = changesSoFar(fresh) - before;
  for (const row of fresh.each('SELECT seq, thread_id, body FROM events WHERE seq > ? ORDER BY seq', 'seq')) {
    if (!projects(fresh, row)) gaps += 1;
  }
  return { rows, gaps };
}

/**
 * False when the projections that were saved contradict it, or when it is not the text that was written: it stays in the log, and the
 * doctor lets the log have its way.
 */
function projects(fresh: Database, row: Row): boolean {
  fresh.run('SAVEPOINT event');
  try {
    const event = eventOf(textOf(row, 'body'));
    projectEvent(fresh, { threadId: textOf(row, 'thread_id'), seq: integerOf(row, 'seq'), event });
    return true;
  } catch (error) {
    if (isProtocolError(error) && !isUnreadable(error)) throw error;
    fresh.run('ROLLBACK TO event');
    return false;
  } finally {
    fresh.run('RELEASE event');
  }
}

/** Those that an older version had not made are not there; and behind a first page of another file they lie elsewhere. */
function shelfTables(damaged: Readable): readonly (keyof typeof TABLES)[] {
  if (!damaged.isOwnSchema) return [];
  const names = new Set(
    damaged.connection
      .prepare('SELECT name FROM sqlite_schema')
      .all()
      .map(({ name }) => name),
  );
  return SHELF_TABLES.filter((table) => names.has(table));
}

/**
 * Visits rows in the order of their rowids. Behind damage it goes on with growing steps, and never back: a damaged tree may lead to where
 * it came from. Returns how often it met damage.
 */
function eachReadableRow(
  damaged: DatabaseSync,
  { table, direction }: { table: keyof typeof TABLES; direction: 'asc' | 'desc' },
  visit: (found: Found, isDoubtful: boolean) => void,
): number {
  const sign = direction === 'asc' ? 1 : -1;
  const sql = `SELECT rowid AS its_rowid, * FROM ${table} WHERE rowid ${sign > 0 ? '>' : '<'} ? ORDER BY rowid ${direction}`;
  const upwards = function* (from: number): Generator<Placed<Row>> {
    for (const { its_rowid: rowid = null, ...row } of damaged.prepare(sql).iterate(from))
      yield { place: sign * integerOf({ rowid }, 'rowid'), row };
  };
  // downwards the numbers count as negative ones
  const end = sign > 0 ? Number.MAX_SAFE_INTEGER : 0;
  let furthest = sign > 0 ? 0 : -Number.MAX_SAFE_INTEGER;
  let gaps = 0;
  for (let step = 1; furthest < end; step *= 2) {
    try {
      const rows = upwards(sign * furthest);
      const reading = { first: gaps === 0 ? furthest : null, isBackwards: direction === 'desc' };
      for (const { place, row, isDoubtful } of inOrder(rows, reading)) {
        if (place > furthest && !isDoubtful) {
          furthest = place;
          step = 1;
        }
        visit({ table, place: sign * place, row }, isDoubtful);
      }
      return gaps;
    } catch (error) {
      if (isProtocolError(error)) throw error;
      // a page that cannot be read: what lies behind it may be
      gaps += 1;
      furthest += step;
    }
  }
  return gaps;
}

/** A row as the damaged file has it. */
interface Found {
  readonly table: keyof typeof TABLES;
  /** Its rowid; for some tables that is one of its columns too. */
  readonly place: number;
  readonly row: Row;
}

/** What it is given is left out where it is not a row that was written; what is there already stays. */
function rowInserter(fresh: Database): (found: Found) => void {
  const strange = new Map(Object.keys(TABLES).map((table) => [table, strangeColumns(fresh, table)]));
  return ({ table, place, row: read }) => {
    if (![read.body, read.record].every(isReadable)) return;
    const cells = Object.entries(read);
    // a damaged schema may call them otherwise; that of an older version has fewer
    const known: readonly string[] = TABLES[table];
    const isWhole = cells.length === known.length;
    const named: Row = {};
    cells.forEach(([name, cell], index) => (named[(isWhole ? known[index] : undefined) ?? name] = cell));
    const columns = Object.keys(named);
    if (!columns.every((name) => known.includes(name))) return;
    const isStrange = (row: Row): boolean => isWhole && strange.get(table)?.(row).length !== 0;
    if (columns.includes('seq')) named['seq'] = place;
    const row = table === 'threads' && isStrange(named) ? asRecorded(named) : named;
    if (isStrange(row)) return;
    const marks = columns.map(() => '?').join(', ');
    try {
      const sql = `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${marks})`;
      fresh.run(sql, ...Object.values(row));
    } catch (error) {
      // a value that the column cannot hold: not the row that was written
      if (isProtocolError(error)) throw error;
    }
  };
}

/** A thread's record says again what its columns do, but for where its inherited history ends. */
function asRecorded(row: Row): Row {
  const record = readableRecord(row);
  if (record === null) return row;
  const { id, createdAtMs: created_at_ms } = record;
  const [updated_at_ms, recency_at_ms, archived, cwd, model_provider, search_text] = changingColumns(record);
  return { ...row, id, created_at_ms, updated_at_ms, recency_at_ms, archived, cwd, model_provider, search_text };
}

function readableRecord(row: Row): ThreadRecord | null {
  try {
    return recordOf(textOf(row, 'record'));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return null;
  }
}

function changesSoFar(database: Database): number {
  return integerOf(database.get('SELECT total_changes() AS changes') ?? {}, 'changes');
}

/** Damage may lie within a text without SQLite noticing. */
function isReadable(cell: Row[string] | undefined): boolean {
  if (typeof cell !== 'string') return cell === undefined;
  try {
    JSON.parse(cell);
    return true;
  } catch {
    // not the text that was written
    return false;
  }
}
