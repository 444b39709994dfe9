// Damaged files, full disks and homes that cannot be written: set aside, recovered, or refused with words that help.
import { deepEqual, equal, match, ok, rejects, throws } from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import type { Log } from '../../../../server/core/ports.ts';
import { diagnose, treat } from '../../../../server/adapters/store/doctor.ts';
import { PINNED_SECTION_ID } from '../../../../server/protocol/schema/threadShelf.ts';
import { FIRST, isKind, messageItem, NEWEST, recordOf, Scratch, Script, silentLog } from './fixture.ts';

const script = new Script('a');
const TURNS = 200;
const PAGE = 4096;

describe('a store in trouble', () => {
  let scratch: Scratch;
  const path = () => join(scratch.home, 'threads.db');
  const setAside = () => readdirSync(scratch.home).filter((name) => /^threads\.db\.damaged-[\dTZ-]+$/.test(name));

  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.dispose());

  async function fill(): Promise<void> {
    const store = await scratch.store();
    store.create(recordOf('a', { name: 'Knots' }), null);
    store.shelf.move('a', { sectionId: PINNED_SECTION_ID, beforeThreadId: null, atMs: 0 });
    for (let index = 1; index <= TURNS; index += 1) store.append('a', script.turn(`t${index}`, 'x'.repeat(300)));
    store.close();
  }

  function scribble(pages: readonly number[]): void {
    const bytes = readFileSync(path());
    for (const page of pages) bytes.fill(0xa5, page * PAGE, (page + 1) * PAGE);
    writeFileSync(path(), bytes);
  }

  async function recovered(): Promise<readonly string[]> {
    const store = await scratch.store();
    equal(store.get('a')?.name, 'Knots');
    const turns = store.turns('a', { ...FIRST, limit: 1000 }).data;
    store.append('a', script.turn('after'));
    equal(store.turns('a', NEWEST).data[0]?.id, 'after');
    return turns.filter((turn) => turn.status === 'completed' && turn.items.length === 2).map((turn) => turn.id);
  }

  it('loses nothing when its first page is destroyed', async () => {
    await fill();
    scribble([0]);
    const turns = await recovered();
    equal(turns.length, TURNS);
    equal(setAside().length, 1, 'the damaged file is kept');
    equal(statSync(join(scratch.home, setAside()[0] ?? '')).size > PAGE, true);
  });

  it('loses nothing of a log whose file was cut to a byte, which SQLite takes for an empty one', async () => {
    const store = await scratch.store();
    store.create(recordOf('a', { name: 'Knots' }), null);
    for (const turn of ['t1', 't2', 't3']) store.append('a', script.turn(turn));
    const log = readFileSync(`${path()}-wal`);
    store.close();
    writeFileSync(path(), 'S');
    writeFileSync(`${path()}-wal`, log);
    deepEqual(await recovered(), ['t1', 't2', 't3']);
    equal(setAside().length, 1);
  });

  for (const [what, word, other] of [
    ['the search index', "tokenize = 'trigram'", "tokeni:e = 'trigram'"],
    ['a column', 'thread_id TEXT NOT NULL,\n    at_ms INTEGER', 'thread_id TEXT NOT NULL,\n    at_mz INTEGER'],
  ] as const) {
    it(`loses nothing when the schema calls ${what} otherwise`, async () => {
      await fill();
      const bytes = readFileSync(path(), 'latin1');
      ok(bytes.includes(word));
      writeFileSync(path(), bytes.replaceAll(word, other), 'latin1');
      equal((await recovered()).length, TURNS);
      equal(setAside().length, 1);
    });
  }

  for (const [word, other] of [
    ["tokenize = 'trigram'", "tokenize = 'trogram'"],
    ['id INTEGER PRIMARY KEY, block', 'id INTEGER PRI_ARY KEY, block'],
    ['sqlite_sequence(name,seq)', 'sqlite_seqUence(name,seq)'],
  ] as const) {
    it(`loses nothing when something cannot be written any more: ${other}`, async () => {
      await fill();
      const bytes = readFileSync(path(), 'latin1');
      ok(bytes.includes(word));
      writeFileSync(path(), bytes.replaceAll(word, other), 'latin1');
      const store = await scratch.store();
      const write = (): void => ['x', 'y', 'z'].forEach((turn) => store.append('a', script.turn(turn)));
      throws(write, isKind('storeUnavailable'));
      store.close();
      ok((await recovered()).length >= TURNS);
      equal(setAside().length, 1);
    });
  }

  for (const [word, other] of [
    ['contentless_delete = 1', 'contentless_delete = 0'],
    ['sz BLOB, origin', 'sz BLOB_ origin'],
    ['id INTEGER PRIMARY KEY, block', 'id INTEGER PRI_ARY KEY, block'],
    ['sqlite_sequence(name,seq)', 'sqlite_seqUence(name,seq)'],
  ] as const) {
    it(`is mended by the doctor where SQLite takes a damaged schema for another one: ${other}`, async () => {
      await fill();
      const bytes = readFileSync(path(), 'latin1');
      ok(bytes.includes(word));
      writeFileSync(path(), bytes.replaceAll(word, other), 'latin1');
      const options = { home: scratch.home, clock: scratch.clock, log: silentLog };
      const found = await diagnose(options);
      equal(found.type, 'damaged');
      const { after } = await treat(found, options);
      deepEqual(after.type === 'examined' && after.examination.faults, []);
      equal((await recovered()).length, TURNS);
      equal(setAside().length, 1);
    });
  }

  it('recovers what lies around damaged pages', async () => {
    await fill();
    const count = statSync(path()).size / PAGE;
    const events = pagesOf('events');
    ok(events.length > 20, `${count} pages`);
    scribble(events.slice(5, 7));
    const store = await scratch.store();
    const read = () => store.turns('a', { ...FIRST, limit: 1000 });
    throws(read, isKind('storeUnavailable'));
    throws(read, /Restart Bowline/);
    store.close();
    const turns = await recovered();
    equal((await scratch.store()).shelf.placements(['a']).get('a')?.section.name, 'Pinned', 'the shelf too');
    ok(turns.length > TURNS * 0.7 && turns.length < TURNS, `${turns.length} turns`);
    equal(setAside().length, 1);
  });

  it('loses no page that a damaged list takes for a free one', async () => {
    await fill();
    const [cell = 0] = cellsOf('events');
    const [page = 0] = pagesOf('events').slice(5);
    scribble([Math.floor(cell / PAGE)]);
    const bytes = readFileSync(path());
    bytes.writeUInt32BE(page + 1, 32);
    writeFileSync(path(), bytes);
    equal((await recovered()).length, TURNS);
    equal(setAside().length, 1);
  });

  it('comes to an end where the tree of a table leads back to its beginning', async () => {
    await fill();
    const [first = 0, ...cells] = cellsOf('events');
    const bytes = readFileSync(path());
    bytes.copy(bytes, cells[19], first, first + 4);
    bytes.writeUInt32BE(2 ** 30, cells[20]);
    writeFileSync(path(), bytes);
    writeFileSync(`${path()}-damaged`, '');
    equal((await recovered()).length, TURNS);
  });

  it('is repaired by one process at a time', async () => {
    await fill();
    scribble([0]);
    writeFileSync(`${path()}-repairing`, String(process.pid));
    await rejects(scratch.store(), /another process is repairing .* Try again/);
    equal(setAside().length, 0);
    writeFileSync(`${path()}-repairing`, String(2 ** 22 + 1));
    const turns = await recovered();
    equal(turns.length, TURNS, 'the lock of a dead process does not count');
    deepEqual(
      readdirSync(scratch.home).filter((name) => name.endsWith('-repairing')),
      [],
    );
  });

  it('is left alone when it was repaired meanwhile', async () => {
    await fill();
    writeFileSync(`${path()}-damaged`, '');
    equal((await recovered()).length, TURNS);
    deepEqual(setAside(), []);
    deepEqual(
      readdirSync(scratch.home).filter((name) => name.endsWith('-damaged')),
      [],
    );
  });

  it('says so and begins anew when nothing can be read', async () => {
    const told: string[] = [];
    const log: Log = { ...silentLog, error: (message) => void told.push(message) };
    mkdirSync(scratch.home, { recursive: true });
    writeFileSync(path(), 'this is no database, and it is long enough to be taken for one'.repeat(100));
    const store = await scratch.store({ log });
    store.create(recordOf('b'), null);
    equal(store.get('b')?.id, 'b');
    equal(setAside().length, 1);
    ok(told.some((message) => message.includes('set aside')));
  });

  it('tells of a full disk, keeps what was saved, and goes on when there is room again', async () => {
    const full = await scratch.store({ maxPages: 60 });
    full.create(recordOf('a'), null);
    const appended: string[] = [];
    const fillUp = () => {
      for (let index = 0; ; index += 1) {
        full.append('a', script.turn(`t${index}`, 'x'.repeat(2000)));
        appended.push(`t${index}`);
      }
    };
    throws(fillUp, isKind('storeUnavailable'));
    throws(
      () => full.append('a', [script.item('t0', messageItem('big', 'x'.repeat(100_000)))]),
      /disk is full\. Free some space/,
    );
    deepEqual(
      full.turns('a', { ...FIRST, limit: 1000 }).data.map((turn) => turn.id),
      appended,
    );
    full.close();
    const roomy = await scratch.store();
    roomy.append('a', script.turn('after'));
    deepEqual(
      roomy.turns('a', { ...FIRST, limit: 1000 }).data.map((turn) => turn.id),
      [...appended, 'after'],
    );
  });

  it('loses nothing when a damaged number gives a row the place of another', async () => {
    await fill();
    const store = await scratch.store();
    const written = store.events('a');
    store.close();
    const bytes = readFileSync(path());
    const page = (pagesOf('events')[30] ?? 0) * PAGE;
    const cell = page + bytes.readUInt16BE(page + 8 + 2 * 3);
    // its length in two bytes, then its number, which has two as well
    const low = cell + 3;
    ok((bytes[cell] ?? 0) >= 0x80 && (bytes[cell + 2] ?? 0) >= 0x80 && (bytes[low] ?? 0) < 0x80);
    bytes[low] = (bytes[low] ?? 0) ^ 0x20;
    writeFileSync(path(), bytes);
    writeFileSync(`${path()}-damaged`, '');
    deepEqual((await scratch.store()).events('a'), written);
    equal(setAside().length, 1);
  });

  it('has the doctor take out what nobody writes, and the log say it again', async () => {
    await fill();
    const database = new DatabaseSync(path());
    database.exec(`UPDATE turns SET completed_seq = x'41' WHERE ordinal = 3; UPDATE threads SET cwd = x'41'`);
    database.exec(`UPDATE items SET event_seq = 'no number' WHERE ordinal = 4`);
    database.close();
    const options = { home: scratch.home, clock: scratch.clock, log: silentLog };
    const found = await diagnose(options);
    ok(found.type === 'examined');
    deepEqual(
      found.examination.faults.map((fault) => (fault.type === 'row' ? `${fault.table}: ${fault.why}` : fault.type)),
      [
        'turns: cannot be read: its column completed_seq holds what is never written there',
        ...['', ''].map(() => 'items: cannot be read: its column event_seq holds what is never written there'),
      ],
    );
    const { after } = await treat(found, options);
    deepEqual(after.type === 'examined' && after.examination.faults, []);
    equal((await recovered()).length, TURNS);
    equal(setAside().length, 0);
    const store = await scratch.store();
    equal(store.get('a')?.settings.cwd, recordOf('a').settings.cwd);
  });

  it('says what to do about a number larger than any that is written, and has the doctor take it out', async () => {
    await fill();
    const database = new DatabaseSync(path());
    database.exec('UPDATE turns SET completed_seq = completed_seq + (1 << 53) WHERE ordinal = 3');
    database.exec('UPDATE turns SET rowid = rowid + (1 << 53) WHERE ordinal > 100');
    database.close();
    const store = await scratch.store();
    throws(() => store.turns('a', { ...FIRST, limit: 1000 }), /Run `bowline doctor --fix`/);
    store.close();
    const again = new DatabaseSync(path());
    again.exec('UPDATE threads SET updated_at_ms = -(1 << 62)');
    again.close();
    await rejects(scratch.store(), isKind('storeDamaged'));
    const options = { home: scratch.home, clock: scratch.clock, log: silentLog };
    const { after, quarantine } = await treat(await diagnose(options), options);
    deepEqual(after.type === 'examined' && after.examination.faults, []);
    match(readFileSync(quarantine ?? '', 'utf8'), /"completed_seq":"90071992547\d{5}"/);
    equal((await recovered()).length, TURNS);
    equal((await scratch.store()).get('a')?.updatedAtMs, recordOf('a').updatedAtMs);
  });

  it('refuses a home that is no folder, and works once it is one', async () => {
    const home = join(scratch.home, 'file');
    writeFileSync(home, '');
    await rejects(
      scratch.store({ home }),
      (error) => isKind('storeUnavailable')(error) && /BOWLINE_HOME/.test(String(error)),
    );
    const store = await scratch.store({ home: join(scratch.home, 'made', 'on demand') });
    deepEqual(store.events('a'), []);
  });

  it('refuses a home that is read-only', async function () {
    if (process.platform === 'win32') this.skip();
    await fill();
    chmodSync(scratch.home, 0o555);
    chmodSync(path(), 0o444);
    await asOrdinaryUser(() => rejects(scratch.store(), isKind('storeUnavailable')));
    chmodSync(scratch.home, 0o700);
    chmodSync(path(), 0o600);
    const store = await scratch.store();
    equal(store.turns('a', { ...FIRST, limit: 1000 }).data.length, TURNS);
  });

  it('writes nothing into a file that another process has set aside', async () => {
    const store = await scratch.store();
    store.create(recordOf('a'), null);
    for (const suffix of ['', '-wal', '-shm']) renameSync(path() + suffix, `${path()}.aside${suffix}`);
    throws(() => store.append('a', script.turn('t1')), /was removed\. Restart/);
    await scratch.store();
    throws(() => store.append('a', script.turn('t1')), /set it aside\. Restart/);
  });

  it('refuses to touch the database of a newer version', async () => {
    const store = await scratch.store();
    store.close();
    const database = new DatabaseSync(path());
    database.exec('PRAGMA user_version = 99');
    database.close();
    await rejects(scratch.store(), (error) => isKind('storeUnavailable')(error) && /newer Bowline/.test(String(error)));
    match(readFileSync(path(), 'latin1').slice(0, 15), /^SQLite format 3/);
  });

  /** Root may write everywhere: this runs as somebody else meanwhile. */
  async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
    if (process.getuid?.() !== 0) return work();
    process.seteuid?.(65_534);
    try {
      await work();
    } finally {
      process.seteuid?.(0);
    }
  }

  /** The leaf pages of a table, by their numbers from 0. */
  function pagesOf(table: string): number[] {
    const bytes = readFileSync(path());
    return cellsOf(table).map((cell) => bytes.readUInt32BE(cell) - 1);
  }

  /** Where the cells of the root lie in the file; each begins with the number of a page. */
  function cellsOf(table: string): number[] {
    const database = new DatabaseSync(path());
    try {
      const root = Number(database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)?.rootpage);
      const bytes = readFileSync(path());
      const start = (root - 1) * PAGE;
      equal(bytes[start], 5, 'the root is an interior page');
      const cells = bytes.readUInt16BE(start + 3);
      return Array.from({ length: cells }, (_, cell) => start + bytes.readUInt16BE(start + 12 + cell * 2));
    } finally {
      database.close();
    }
  }
});
