// Opens a damaged thread database as a server and as the doctor do, and looks whether anything is lost that nobody touched.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { diagnose, treat } from '../../../server/adapters/store/doctor.ts';
import { openThreadStore } from '../../../server/adapters/store/openThreadStore.ts';
import type { ThreadQuery, ThreadStore } from '../../../server/core/thread/threadStore.ts';
import { FIRST, isKind, ManualClock, recordOf, Script, silentLog } from '../../unit/adapters/store/fixture.ts';
import { damaged, storeCase, type DamagedFiles } from './storeDamage.ts';
import { makeTemplate, PAGE, THREADS } from './storeTemplate.ts';

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
}

export interface Figures {
  cases: number;
  recovered: number;
  mended: number;
  events: number;
}

/** Throws, with the seed, when something is lost or an error is none that was promised. */
export async function recoversAnything({ cases, seed }: RecoveryRun): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'bowline-recovery-'));
  const figures = { cases: 0, recovered: 0, mended: 0, events: 0 };
  try {
    const template = await makeTemplate(folder);
    const property = fc.asyncProperty(storeCase, async (given) => {
      await recovers(join(folder, 'home'), damaged(template, given), figures);
    });
    await fc.assert(property, { numRuns: cases, seed, endOnFailure: true });
    return figures;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function recovers(home: string, files: DamagedFiles, figures: Figures): Promise<void> {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home);
  const path = join(home, 'threads.db');
  writeFileSync(path, files.main);
  if (files.wal !== null) writeFileSync(`${path}-wal`, files.wal);
  const clock = new ManualClock();
  const options = { home, clock, log: silentLog };
  const first = await diagnose(options);
  assert.ok(first.type !== 'nothing' && first.type !== 'unusable', JSON.stringify(first));
  // that its version is damaged cannot be told from a newer one: it is refused, and left as it is
  if (first.type === 'otherVersion' && first.version > first.known) return;
  const asides = (): string[] => readdirSync(home).filter((name) => /^threads\.db\.damaged-[\dTZ-]+$/.test(name));
  await useAll(options, () => undefined);
  if (asides().length > 0) keepsItsBytes(join(home, asides()[0] ?? ''), files);
  clock.advance(1000);
  const isUsable = await useAll(options, (store) => useStore(store, 'one'));
  clock.advance(1000);
  if (!isUsable) await useAll(options, (store) => useStore(store, 'two'));
  if (asides().length > 0) {
    figures.recovered += 1;
    assert.ok(first.type === 'damaged' || first.type === 'otherVersion', `the doctor saw nothing: ${first.type}`);
  }
  clock.advance(1000);
  const { after, mended } = await treat(await diagnose(options), options);
  figures.mended += mended;
  assert.ok(after.type === 'examined' && after.examination.faults.length === 0, JSON.stringify(after).slice(0, 2000));
  const store = await openThreadStore(options);
  useStore(store, 'last');
  store.close();
  nothingIsLost(home, files);
  figures.cases += 1;
  figures.events += files.untouched.length;
}

/** As servers do that meet the damage one after the other: what one cannot read the next one has recovered. */
async function useAll(
  options: Parameters<typeof openThreadStore>[0],
  use: (store: ThreadStore) => void,
): Promise<boolean> {
  let store: ThreadStore | null = null;
  try {
    store = await openThreadStore(options);
    use(store);
    return true;
  } catch (error) {
    if (!['storeUnavailable', 'storeDamaged'].some((kind) => isKind(kind)(error))) throw error;
    return false;
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

function nothingIsLost(home: string, { untouched }: DamagedFiles): void {
  const database = new DatabaseSync(join(home, 'threads.db'), { readOnly: true });
  try {
    const there = new Set(
      database
        .prepare('SELECT body FROM events')
        .all()
        .map(({ body }) => body),
    );
    for (const name of readdirSync(home).filter((found) => found.endsWith('.jsonl')))
      for (const line of readFileSync(join(home, name), 'utf8').split('\n'))
        if (line !== '') there.add(JSON.parse(line).row.body);
    const lost = untouched.filter(({ body }) => !there.has(body));
    assert.deepEqual(
      lost.map(({ seq, pages }) => ({ seq, pages })),
      [],
      `lost of ${untouched.length}, threads ${THREADS.join()}`,
    );
  } finally {
    database.close();
  }
}
