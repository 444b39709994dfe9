// Opens the thread database of a home: makes it, brings it up to date, or sets a damaged one aside and recovers what can be read.
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProtocolError } from '../../protocol/errors.ts';
import type { Clock, Log } from '../../core/ports.ts';
import type { ThreadStore } from '../../core/thread/threadStore.ts';
import { Database, isDamage, isForeign, storeFailure } from './database.ts';
import { Leases } from './leases.ts';
import { processLiveness, type Liveness } from './liveness.ts';
import { brokenHeader } from './fileHeader.ts';
import { hasOwnSchema } from './ownSchema.ts';
import { recoverInto } from './recovery.ts';
import { underRepairLock } from './repairLock.ts';
import { integerOf } from './row.ts';
import { indexAll } from './projection.ts';
import { MIGRATIONS, SEARCHED_SINCE } from './schema.ts';
import { SqliteThreadStore } from './sqliteThreadStore.ts';
import { probe } from './tables.ts';

export interface StoreOptions {
  /** Absolute path of Bowline's home; made when it is missing. */
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The most pages (4 KiB) the database may have: how tests fill a disk. */
  readonly maxPages?: number;
  /** How tests look at processes that are not there. */
  readonly liveness?: Liveness;
}

type SqliteModule = typeof import('node:sqlite');

const FILE_NAME = 'threads.db';
/** Beside the database once damage was met while it was in use: the next one to open it sets it aside. */
const DAMAGE_SUFFIX = '-damaged';
/** Where the database's write-ahead log and its index lie. */
const COMPANIONS = ['-wal', '-shm'];

/**
 * Loads SQLite, which costs too much for a start that needs no thread yet. Throws ProtocolError `storeUnavailable`, saying what to do,
 * when the home cannot be used; calling again tries again.
 */
export async function openThreadStore(options: StoreOptions): Promise<ThreadStore> {
  const sqlite = await import('node:sqlite');
  const path = databasePath(options.home);
  const database = openOrRecover(sqlite, path, options);
  const leases = new Leases({
    database: () => database,
    clock: options.clock,
    log: options.log,
    liveness: options.liveness ?? processLiveness,
  });
  return new SqliteThreadStore({ database, leases, clock: options.clock });
}

/** Where the database of a home lies. */
export function databasePath(home: string): string {
  return join(home, FILE_NAME);
}

/** Has the next one to open the store look for damage, and set the file aside when there is some. */
export function markDamaged(path: string): void {
  writeFileSync(path + DAMAGE_SUFFIX, '', { mode: 0o600 });
}

function openOrRecover(sqlite: SqliteModule, path: string, options: StoreOptions): Database {
  try {
    makeFile(options.home, path);
    if (existsSync(path + DAMAGE_SUFFIX) || brokenHeader(path) !== null) return repair(sqlite, path, options);
    return openDatabase(sqlite, path, options);
  } catch (error) {
    if (!isDamage(error) && !isForeign(error)) throw storeFailure(error, path);
  }
  try {
    return repair(sqlite, path, options);
  } catch (error) {
    throw storeFailure(error, path);
  }
}

/** Conversations are private: the folder and the file are made for their owner alone. */
function makeFile(home: string, path: string): void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

function openDatabase(sqlite: SqliteModule, path: string, options: StoreOptions): Database {
  const connection = new sqlite.DatabaseSync(path);
  const database = new Database(path, connection, () => noteDamage(path, options.log));
  try {
    database.script('PRAGMA busy_timeout = 5000');
    database.script('PRAGMA journal_mode = WAL');
    database.script('PRAGMA synchronous = NORMAL');
    if (options.maxPages !== undefined) database.script(`PRAGMA max_page_count = ${options.maxPages}`);
    migrate(database);
    probe(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database): void {
  if (versionOf(database) === MIGRATIONS.length) return;
  database.write(() => {
    const version = versionOf(database);
    if (version > MIGRATIONS.length) throw tooNew(database.path);
    for (const step of MIGRATIONS.slice(version)) database.script(step);
    if (version < SEARCHED_SINCE) indexAll(database);
    database.script(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function versionOf(database: Database): number {
  const row = database.get('PRAGMA user_version');
  return row === undefined ? 0 : integerOf(row, 'user_version');
}

function tooNew(path: string): ProtocolError {
  const message = `Threads cannot be opened: ${path} was written by a newer Bowline. Update Bowline, or set BOWLINE_HOME to another folder.`;
  return new ProtocolError('internalError', message, { kind: 'storeUnavailable', data: { path } });
}

/** Looks once more before it sets anything aside: another process may have repaired the file meanwhile. */
function repair(sqlite: SqliteModule, path: string, options: StoreOptions): Database {
  return underRepairLock(path, options.liveness ?? processLiveness, () => {
    if (!isSound(sqlite, path)) return recover(sqlite, path, options);
    rmSync(path + DAMAGE_SUFFIX, { force: true });
    try {
      return openDatabase(sqlite, path, options);
    } catch (error) {
      if (!isDamage(error) && !isForeign(error)) throw error;
      return recover(sqlite, path, options);
    }
  });
}

function isSound(sqlite: SqliteModule, path: string): boolean {
  if (brokenHeader(path) !== null) return false;
  const connection = new sqlite.DatabaseSync(path);
  try {
    const isWhole = connection.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'] === 'ok';
    return isWhole && hasOwnSchema(sqlite, (sql) => connection.prepare(sql).all());
  } catch (error) {
    if (isDamage(error) || isForeign(error)) return false;
    throw error;
  } finally {
    connection.close();
  }
}

/** The damaged file stays, under a name with the time; nothing of it is ever deleted. */
function recover(sqlite: SqliteModule, path: string, options: StoreOptions): Database {
  const stamp = new Date(options.clock.nowMs()).toISOString().replace(/[:.]/g, '-');
  const aside = `${path}.damaged-${stamp}`;
  for (const suffix of ['', ...COMPANIONS]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  rmSync(path + DAMAGE_SUFFIX, { force: true });
  makeFile(options.home, path);
  const database = openDatabase(sqlite, path, options);
  database.get('PRAGMA wal_checkpoint(TRUNCATE)');
  const recovered = recoverInto(sqlite, database, aside);
  options.log.error('the thread database was damaged; it was set aside and what could be read was recovered', {
    setAside: aside,
    ...recovered,
  });
  return database;
}

function noteDamage(path: string, log: Log): void {
  log.error('the thread database is damaged; it will be set aside when it is opened next', { path });
  try {
    markDamaged(path);
  } catch (error) {
    log.warn('the damage could not be noted', { error });
  }
}
