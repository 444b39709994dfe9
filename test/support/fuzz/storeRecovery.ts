// Opens a damaged thread database as a server and as the doctor do, and looks whether anything is lost that nobody touched.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { isDamage } from '../../../server/adapters/store/database.ts';
import { diagnose, treat, type Diagnosis } from '../../../server/adapters/store/doctor.ts';
import { openThreadStore, type StoreOptions } from '../../../server/adapters/store/openThreadStore.ts';
import type { ThreadQuery, ThreadStore } from '../../../server/core/thread/threadStore.ts';
import { FIRST, isKind, ManualClock, recordOf, Script, silentLog } from '../../unit/adapters/store/fixture.ts';
import { damaged, storeCase, type DamagedFiles, type StoreCase } from './storeDamage.ts';
import { KEPT_TABLES, makeTemplates, PAGE, THREADS } from './storeTemplate.ts';

const EVERY_THREAD: ThreadQuery = {
  ...FIRST,
  sortKey: 'created_at',
  archived: false,
  cwds: [],
  modelProviders: [],
  excludedIds: [],
  searchTerm: null,
};

export interface RecoveryRun {
  readonly cases: number;
  readonly seed: number;
  /** Of the one case to try again, as fast-check told it. */
  readonly path?: string;
  /** Hears the figures after each case. */
  progress?(figures: Figures): void;
}

export interface Figures {
  cases: number;
  /** How many files were set aside and read anew. */
  recovered: number;
  /** How many looked as if a newer version had written them. */
  refused: number;
  mended: number;
  /** How many that nobody touched were found again. */
  rows: number;
}

/** Throws, with the seed, when something is lost or an error is none that was promised. */
export async function recoversAnything({ cases, seed, path, progress }: RecoveryRun): Promise<Figures> {
  const folder = mkdtempSync(join(scratchRoot(), 'bowline-recovery-'));
  const figures: Figures = { cases: 0, recovered: 0, refused: 0, mended: 0, rows: 0 };
  try {
    const templates = await makeTemplates(folder);
    const property = fc.asyncProperty(storeCase, async (given) => {
      const visited = { home: join(folder, 'home'), given, files: damaged(templates, given), clock: new ManualClock() };
      await recovers(visited, figures);
      figures.cases += 1;
      progress?.(figures);
    });
    await fc.assert(property, {
      numRuns: path === undefined ? cases : 1,
      seed,
      endOnFailure: true,
      ...(path === undefined ? {} : { path }),
    });
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In memory where the system has such a folder: what a disk does is not what is tried here. */
export function scratchRoot(): string {
  return existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
}

interface Visited {
  readonly home: string;
  readonly given: StoreCase;
  readonly files: DamagedFiles;
  readonly clock: ManualClock;
}

async function recovers(visited: Visited, figures: Figures): Promise<void> {
  const { home, files } = visited;
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  const path = join(home, 'threads.db');
  writeFileSync(path, files.main);
  if (files.wal !== null) writeFileSync(`${path}-wal`, files.wal);
  // that its version is damaged cannot be told from a newer one: it is refused, and left as it is
  if ((await visit(visited, figures)) === 'newer') figures.refused += 1;
  else await nothingIsLost(visited, figures);
  if (asidesIn(home).length > 0) figures.recovered += 1;
}

/** What a server did not come across may be out of reach until the doctor has been there. */
async function nothingIsLost(visited: Visited, figures: Figures): Promise<void> {
  const { home, files, given } = visited;
  let lost = lostRows(home, files);
  if (given.visitor === 'server' && (lost === null || lost.length > 0)) {
    await consult(visited, null, figures);
    lost = lostRows(home, files);
  }
  assert.deepEqual(lost, [], `lost of ${files.untouched.length}, threads ${THREADS.join()}`);
  figures.rows += files.untouched.length;
}

async function visit(visited: Visited, figures: Figures): Promise<'newer' | 'usable'> {
  const { given, files, home } = visited;
  const options = optionsOf(visited);
  let found = given.visitor === 'server' ? null : await diagnose(options);
  assert.ok(found?.type !== 'nothing' && found?.type !== 'unusable', JSON.stringify(found));
  if (found?.type === 'otherVersion' && found.version > found.known) return 'newer';
  if (given.visitor !== 'doctor') {
    const outcome = await serve(visited);
    if (outcome === 'newer') return 'newer';
    const isSeen = found === null || found.type === 'damaged' || found.type === 'otherVersion';
    assert.ok(isSeen || asidesIn(home).length === 0, `the doctor saw nothing: ${found?.type}`);
    assert.ok(files.isTouched || (outcome === 'usable' && asidesIn(home).length === 0), `a whole file is ${outcome}`);
    if (outcome === 'usable' && found === null) return 'usable';
    found = null;
  }
  await consult(visited, found, figures);
  return 'usable';
}

/** Has the doctor look and mend; then all must be well. */
async function consult(visited: Visited, found: Diagnosis | null, figures: Figures): Promise<void> {
  const { files, clock } = visited;
  const options = optionsOf(visited);
  clock.advance(1000);
  const { after, mended } = await treat(found ?? (await diagnose(options)), options);
  figures.mended += mended;
  assert.ok(files.isTouched || mended === 0, 'a whole file was mended');
  assert.ok(after.type === 'examined' && after.examination.faults.length === 0, JSON.stringify(after).slice(0, 2000));
  const store = await openThreadStore(options);
  useStore(store, `last-${clock.nowMs()}`);
  store.close();
}

/** As servers do that meet the damage one after the other: what one cannot read the next one has recovered. */
async function serve(visited: Visited): Promise<'newer' | 'usable' | 'unusable'> {
  const { given, home, files, clock } = visited;
  const names = given.isOpenedFirst ? [null, 'one', 'two'] : ['one', 'two'];
  let isFirst = true;
  for (const name of names) {
    const outcome = await useAll(optionsOf(visited), (store) => name === null || useStore(store, name));
    if (outcome === 'newer') return outcome;
    if (isFirst && asidesIn(home).length > 0) keepsItsBytes(join(home, asidesIn(home)[0] ?? ''), files);
    if (name !== null && outcome === 'usable') return outcome;
    isFirst = false;
    clock.advance(1000);
  }
  return 'unusable';
}

const optionsOf = ({ home, clock }: Visited): StoreOptions => ({ home, clock, log: silentLog });

function asidesIn(home: string): readonly string[] {
  return readdirSync(home).filter((name) => /^threads\.db\.damaged-[\dTZ-]+$/.test(name));
}

async function useAll(
  options: StoreOptions,
  use: (store: ThreadStore) => unknown,
): Promise<'newer' | 'usable' | 'unusable'> {
  let store: ThreadStore | null = null;
  try {
    store = await openThreadStore(options);
    use(store);
    return 'usable';
  } catch (error) {
    if (!['storeUnavailable', 'storeDamaged'].some((kind) => isKind(kind)(error))) throw error;
    return /newer Bowline/.test(String(error)) ? 'newer' : 'unusable';
  } finally {
    store?.close();
  }
}

/** Whatever can be read is read, and something is written. */
function useStore(store: ThreadStore, name: string): void {
  const { data } = store.list(EVERY_THREAD);
  for (const { id } of data) {
    store.turns(id, { ...FIRST, limit: 1000 });
    store.modelItems(id);
    store.events(id);
  }
  store.create(recordOf(name), null);
  store.append(name, new Script(name).turn(`${name}-1`));
  assert.equal(store.turns(name, FIRST).data.length, 1);
}

/** All but what opening writes itself: the header, and what it folds in of the log. */
function keepsItsBytes(aside: string, { main, wal }: DamagedFiles): void {
  if (wal !== null) return;
  const kept = readFileSync(aside);
  assert.ok(kept.length >= main.length - (main.length % PAGE), 'the set-aside file is shorter');
  assert.ok(kept.subarray(PAGE, main.length).equals(main.subarray(PAGE)), 'the set-aside file has other bytes');
}

/** Null when SQLite cannot read all. */
function lostRows(home: string, { untouched }: DamagedFiles): object[] | null {
  const there = new Set<unknown>();
  const database = new DatabaseSync(join(home, 'threads.db'), { readOnly: true });
  try {
    for (const table of KEPT_TABLES)
      for (const { body } of database.prepare(`SELECT body FROM ${table}`).all()) there.add(body);
  } catch (error) {
    if (isDamage(error)) return null;
    throw error;
  } finally {
    database.close();
  }
  for (const name of readdirSync(home).filter((found) => found.endsWith('.jsonl')))
    for (const line of readFileSync(join(home, name), 'utf8').split('\n'))
      if (line !== '') there.add(JSON.parse(line).row.body);
  return untouched.filter(({ body }) => !there.has(body)).map(({ table, rowid, pages }) => ({ table, rowid, pages }));
}
