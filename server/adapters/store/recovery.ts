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
import { isProtocolError } from '../../protocol/errors.ts';
import type { Database } from './database.ts';
import { brokenHeader } from './fileHeader.ts';
import { projectEvent } from './projection.ts';
import { salvageRows } from './salvage.ts';
import { eventOf, integerOf, isUnreadable, textOf, type Row } from './row.ts';
import { TABLES } from './tables.ts';

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
  let gaps = damaged === undefined ? 1 : 0;
  if (damaged !== undefined) {
    for (const table of [...TOLD_TABLES, ...shelfTables(damaged)]) {
      for (const direction of ['asc', 'desc'] as const) {
        gaps += eachReadableRow(damaged.connection, { table, direction }, (row) => insertRow(fresh, table, row));
      }
    }
  }
  for (const { table, row } of salvageRows(aside)) insertRow(fresh, table, row);
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
  visit: (row: Row) => void,
): number {
  const isUp = direction === 'asc';
  const sql = `SELECT rowid AS its_rowid, * FROM ${table} WHERE rowid ${isUp ? '>' : '<'} ? ORDER BY rowid ${direction}`;
  let furthest = isUp ? 0 : Number.MAX_SAFE_INTEGER;
  let gaps = 0;
  for (let step = 1; isUp ? furthest < Number.MAX_SAFE_INTEGER : furthest > 0; step *= 2) {
    try {
      for (const row of damaged.prepare(sql).iterate(furthest)) {
        const place = integerOf(row, 'its_rowid');
        if (isUp ? place > furthest : place < furthest) {
          furthest = place;
          step = 1;
        }
        visit(row);
      }
      return gaps;
    } catch (error) {
      if (isProtocolError(error)) throw error;
      // a page that cannot be read: what lies behind it may be
      gaps += 1;
      furthest += isUp ? step : -step;
    }
  }
  return gaps;
}

function insertRow(fresh: Database, table: keyof typeof TABLES, { its_rowid: _rowid, ...row }: Row): void {
  if (![row.body, row.record].every(isReadable)) return;
  const cells = Object.values(row);
  // a damaged schema may call them otherwise; that of an older version has fewer
  const known: readonly string[] = TABLES[table];
  const columns = cells.length === known.length ? known : Object.keys(row);
  if (!columns.every((name) => known.includes(name))) return;
  const marks = columns.map(() => '?').join(', ');
  try {
    fresh.run(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, ...cells);
  } catch (error) {
    // a value that the column cannot hold: not the row that was written
    if (isProtocolError(error)) throw error;
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
