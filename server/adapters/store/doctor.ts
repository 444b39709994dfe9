// Verifies the thread database of a home, and mends it when asked; beside servers that use it.
import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Log } from '../../core/ports.ts';
import type { ForeignOwner } from '../../core/thread/threadStore.ts';
import { Database, isDamage, isForeign, storeFailure } from './database.ts';
import { brokenHeader } from './fileHeader.ts';
import { examine, type Examination, type Fault } from './examine.ts';
import { Leases } from './leases.ts';
import { processLiveness, type Liveness } from './liveness.ts';
import { mend } from './mend.ts';
import { databasePath, markDamaged, openThreadStore } from './openThreadStore.ts';
import { hasOwnSchema } from './ownSchema.ts';
import { integerOf, textOf } from './row.ts';
import { MIGRATIONS } from './schema.ts';

export interface DoctorOptions {
  /** Absolute. */
  readonly home: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly liveness?: Liveness;
}

export type Diagnosis =
  | { readonly type: 'nothing'; readonly path: string }
  | { readonly type: 'unusable'; readonly path: string; readonly why: string }
  /** SQLite itself finds the file damaged. `owners`: who writes threads in it, as far as that can be read. */
  | {
      readonly type: 'damaged';
      readonly path: string;
      readonly found: readonly string[];
      readonly owners: readonly ForeignOwner[];
    }
  | { readonly type: 'otherVersion'; readonly path: string; readonly version: number; readonly known: number }
  | {
      readonly type: 'examined';
      readonly path: string;
      readonly examination: Examination;
      /** The living processes that write threads, by thread. */
      readonly owners: ReadonlyMap<string, ForeignOwner>;
      /** How many threads processes that have died had been writing: the next server sees to them. */
      readonly deadLeases: number;
    };

export interface Treatment {
  readonly mended: number;
  /** The file with the rows that could not be mended; null when there were none. */
  readonly quarantine: string | null;
  readonly after: Diagnosis;
}

type SqliteModule = typeof import('node:sqlite');

/** What is set aside may leave other rows without what they belong to, and so on: no chain is longer. */
const MOST_ROUNDS = 6;
const FAULTS_TOLD = 3;

/** Reads only. */
export async function diagnose(options: DoctorOptions): Promise<Diagnosis> {
  const sqlite = await import('node:sqlite');
  const path = databasePath(options.home);
  const broken = brokenHeader(path);
  if (broken !== null) return { type: 'damaged', path, found: [broken], owners: [] };
  if (!existsSync(path)) return { type: 'nothing', path };
  let database: Database | undefined;
  try {
    database = openDatabase(sqlite, path, { readOnly: true });
    const found = integrity(sqlite, database);
    if (found.length > 0) return { type: 'damaged', path, found, owners: ownersIn(database, options) };
    const version = integerOf(database.get('PRAGMA user_version') ?? {}, 'user_version');
    if (version !== MIGRATIONS.length) return { type: 'otherVersion', path, version, known: MIGRATIONS.length };
    return look(sqlite, database, options);
  } catch (error) {
    const owners = database === undefined ? [] : ownersIn(database, options);
    if (isDamage(error) || isForeign(error)) return { type: 'damaged', path, found: [said(error)], owners };
    return { type: 'unusable', path, why: said(storeFailure(error, path)) };
  } finally {
    database?.close();
  }
}

/** Mends what `diagnosis` found, and looks again. A database of an older version is brought up to date. */
export async function treat(diagnosis: Diagnosis, options: DoctorOptions): Promise<Treatment> {
  const { path } = diagnosis;
  if (opensAnew(diagnosis)) {
    if (diagnosis.type === 'damaged') markDamaged(path);
    await openOnce(options);
    const after = await diagnose(options);
    const isRecovered = diagnosis.type === 'damaged' && after.type === 'examined';
    if (opensAnew(after)) return { mended: 0, quarantine: null, after };
    const treated = await treat(after, options);
    return { ...treated, mended: treated.mended + (isRecovered ? 1 : 0) };
  }
  if (diagnosis.type !== 'examined' || diagnosis.examination.faults.length === 0)
    return { mended: 0, quarantine: null, after: diagnosis };
  const stamp = new Date(options.clock.nowMs()).toISOString().replace(/[:.]/g, '-');
  const quarantine = `${path}.quarantine-${stamp}.jsonl`;
  const mended = await mendAll(diagnosis.examination.faults, options, quarantine);
  return { mended, quarantine: existsSync(quarantine) ? quarantine : null, after: await diagnose(options) };
}

async function mendAll(first: readonly Fault[], options: DoctorOptions, quarantine: string): Promise<number> {
  const sqlite = await import('node:sqlite');
  const database = openDatabase(sqlite, databasePath(options.home), { readOnly: false });
  try {
    const leases = leasesOf(database, options);
    const isLive = (threadId: string): boolean => leases.isLive(threadId);
    let faults = first;
    let mended = 0;
    for (let round = 0; round < MOST_ROUNDS && faults.length > 0; round += 1) {
      const done = mend({ database, quarantine, isLive }, faults);
      if (done === 0) break;
      mended += done;
      faults = examine(sqlite, database).faults;
    }
    return mended;
  } finally {
    database.close();
  }
}

/** Whether opening the store as a server does is what helps. */
function opensAnew(diagnosis: Diagnosis): boolean {
  if (diagnosis.type === 'damaged') return diagnosis.owners.length === 0;
  return diagnosis.type === 'otherVersion' && diagnosis.version < diagnosis.known;
}

/** Opening repairs and migrates. */
async function openOnce(options: DoctorOptions): Promise<void> {
  (await openThreadStore(options)).close();
}

/** As it is: nothing is made, mended or brought up to date. */
export function openDatabase(
  sqlite: SqliteModule,
  path: string,
  { readOnly }: { readonly readOnly: boolean },
): Database {
  const connection: DatabaseSync = new sqlite.DatabaseSync(path, { readOnly });
  // a look at a damaged file changes nothing beside it
  const database = new Database(path, connection, () => undefined);
  database.script('PRAGMA busy_timeout = 5000');
  return database;
}

function look(sqlite: SqliteModule, database: Database, options: DoctorOptions): Diagnosis {
  const examination = examine(sqlite, database);
  const owners = leasesOf(database, options).foreignOwners();
  const leased = database.all('SELECT thread_id FROM leases').map((row) => textOf(row, 'thread_id'));
  const deadLeases = leased.filter((threadId) => !owners.has(threadId)).length;
  return { type: 'examined', path: database.path, examination, owners, deadLeases };
}

function integrity(sqlite: SqliteModule, database: Database): readonly string[] {
  const rows = database.all(`PRAGMA integrity_check(${FAULTS_TOLD})`).map((row) => textOf(row, 'integrity_check'));
  if (rows[0] !== 'ok') return rows;
  return hasOwnSchema(sqlite, (sql) => database.all(sql)) ? [] : ['the schema has other words than Bowline writes'];
}

function ownersIn(database: Database, options: DoctorOptions): readonly ForeignOwner[] {
  try {
    return [...leasesOf(database, options).foreignOwners().values()];
  } catch {
    // the damage is there too
    return [];
  }
}

function leasesOf(database: Database, { clock, log, liveness }: DoctorOptions): Leases {
  return new Leases({ database: () => database, clock, log, liveness: liveness ?? processLiveness });
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
