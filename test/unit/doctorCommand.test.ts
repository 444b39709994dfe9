// `bowline doctor`: what it finds in a stored home, what it mends, and that it deletes nothing.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { runDoctor } from '../../server/doctorCommand.ts';
import type { ThreadStore } from '../../server/core/thread/threadStore.ts';
import type { ThreadItem } from '../../server/protocol/schema/item.ts';
import { parseCommandLine } from '../../server/cli.ts';
import {
  FIRST,
  messageItem,
  ownerOf,
  recordOf,
  Scratch,
  Script,
  silentLog,
  T0,
  wordsOf,
} from './adapters/store/fixture.ts';

const a = new Script('a');
const fork = new Script('fork');
const namedItem: ThreadItem = {
  type: 'userMessage',
  id: 'late',
  clientId: 'c1',
  content: [{ type: 'text', text: 'named', text_elements: [] }],
  startedAtMs: T0,
  completedAtMs: T0,
};

describe('bowline doctor', () => {
  let scratch: Scratch;
  const path = (): string => join(scratch.home, 'threads.db');
  const doctor = (fix = false): ReturnType<typeof runDoctor> =>
    runDoctor(fix, { home: scratch.home, log: silentLog, clock: scratch.clock });

  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.dispose());

  /** A thread with three turns, a turn that was taken back, one under way, and a fork of it that goes on. */
  async function fill(): Promise<ThreadStore> {
    const store = await scratch.store();
    store.create(recordOf('a', { name: 'Knots' }), null);
    for (const turn of ['t1', 't2', 't3', 't4']) store.append('a', a.turn(turn));
    store.append('a', [a.diff('t2', 'one'), a.diff('t2', 'two'), a.reverted('t4')]);
    store.append('a', [a.item('t3', namedItem)]);
    store.append('a', [a.started('t5'), a.partial('t5', messageItem('open', 'half a', null))]);
    store.create(recordOf('fork', { forkedFromId: 'a' }), { threadId: 'a', lastTurnId: 't5' });
    store.append('fork', fork.turn('f1'));
    store.append('a', [a.item('t5', messageItem('open', 'half and half')), a.completed('t5')]);
    return store;
  }

  function change(...sql: string[]): void {
    const database = new DatabaseSync(path());
    for (const step of sql) database.exec(step);
    database.close();
  }

  const history = (store: ThreadStore): unknown =>
    ['a', 'fork'].map((id) => [
      store.turns(id, FIRST).data,
      wordsOf(store.modelItems(id, store.turns(id, FIRST).data.at(-1)?.id ?? null)),
      store.turnExtras(id, 't2'),
    ]);

  async function historyNow(): Promise<unknown> {
    const store = await scratch.store();
    const found = history(store);
    store.close();
    return found;
  }

  const quarantined = (): { table: string; row: Record<string, unknown> }[] =>
    readdirSync(scratch.home)
      .filter((name) => name.includes('.quarantine-'))
      .flatMap((name) => readFileSync(join(scratch.home, name), 'utf8').trim().split('\n'))
      .map((line) => JSON.parse(line));

  it('is a command with one option', () => {
    deepEqual(parseCommandLine(['doctor'], '1'), { type: 'doctor', fix: false });
    deepEqual(parseCommandLine(['doctor', '--fix'], '1'), { type: 'doctor', fix: true });
    equal(parseCommandLine(['doctor', '--help'], '1').type, 'print');
    equal(parseCommandLine(['doctor', 'x'], '1').type, 'refuse');
  });

  it('says that nothing is stored, and makes nothing', async () => {
    const { text, exitCode } = await doctor(true);
    match(text, /No threads are stored yet/);
    equal(exitCode, 0);
    deepEqual(readdirSync(scratch.home), []);
  });

  it('finds no fault in what a store writes, while it is open, and changes nothing', async () => {
    const store = await fill();
    const before = history(store);
    for (const fix of [false, true]) {
      const { text, exitCode } = await doctor(fix);
      equal(exitCode, 0, text);
      match(text, /2 threads, \d+ events\. The file is sound\.\nNo faults\./);
    }
    deepEqual(history(store), before);
    store.append('a', a.turn('t6'));
    equal((await doctor()).exitCode, 0);
  });

  for (const [what, ...sql] of [
    ['a turn that is lost', "DELETE FROM turns WHERE turn_id = 't2'"],
    ['turns that are all lost', "DELETE FROM turns WHERE thread_id = 'a'"],
    ['an item that is lost', "DELETE FROM items WHERE item_id = 't2-agent'"],
    ['a pointer to the wrong event', "UPDATE turns SET completed_seq = 1 WHERE turn_id = 't3'"],
    ['a pointer to no event', "UPDATE items SET event_seq = 999999 WHERE item_id = 't1-user'"],
    ['a diff that is forgotten', "UPDATE turns SET diff_seq = NULL WHERE turn_id = 't2'"],
    ['a revert that is forgotten', 'DELETE FROM reverts'],
    ['a message that is forgotten', 'DELETE FROM messages'],
    ['columns that say something else', "UPDATE threads SET cwd = '/elsewhere', search_text = '' WHERE id = 'a'"],
    [
      'a record in which names are damaged',
      `UPDATE threads SET record = replace(replace(replace(record, '"recencyAtMs"', '"recencyAuMs"'), '"createdAtMs"', '"createdBtMs"'), '"cwd"', '"cwe"')
        WHERE id = 'a'`,
    ],
    ['what a fork closed for itself', "DELETE FROM turns WHERE thread_id = 'fork' AND turn_id = 't5'"],
  ] as const) {
    it(`mends ${what}`, async () => {
      (await fill()).close();
      const before = await historyNow();
      change(...sql);
      const found = await doctor();
      equal(found.exitCode, 1, found.text);
      match(found.text, /Run bowline doctor --fix/);
      const { text, exitCode } = await doctor(true);
      equal(exitCode, 0, text);
      deepEqual(await historyNow(), before);
      deepEqual(quarantined(), [], 'nothing had to be set aside');
      equal((await doctor()).exitCode, 0);
      const store = await scratch.store();
      const query = { term: 'answer t2', sortKey: 'created_at', archived: false, ...FIRST } as const;
      equal(store.search(query).data.length, 1, 'it is found as before');
    });
  }

  it('sets an event aside that cannot be read; the rest of the thread stays', async () => {
    (await fill()).close();
    change(
      `UPDATE events SET body = 'garbage ' || body WHERE seq = (SELECT event_seq FROM items WHERE item_id = 't2-agent')`,
    );
    const { text, exitCode } = await doctor(true);
    equal(exitCode, 0, text);
    const kept = quarantined();
    ok(kept.some(({ table, row }) => table === 'events' && String(row['body']).startsWith('garbage {"method"')));
    const [file] = readdirSync(scratch.home).filter((name) => name.includes('.quarantine-'));
    equal(statSync(join(scratch.home, file ?? '')).mode & 0o777, 0o600);
    const store = await scratch.store();
    deepEqual(
      store.turns('a', FIRST).data.map(({ id, items }) => [id, items.length]),
      [
        ['t1', 2],
        ['t2', 1],
        ['t3', 3],
        ['t5', 1],
      ],
    );
  });

  it('sets a thread aside whole whose record cannot be read, and keeps what forks of it have of their own', async () => {
    (await fill()).close();
    const count = (): number => {
      const database = new DatabaseSync(path());
      const row = database.prepare("SELECT count(*) AS n FROM events WHERE thread_id = 'a'").get();
      database.close();
      return Number(row?.['n']);
    };
    const events = count();
    change("UPDATE threads SET record = 'x' WHERE id = 'a'");
    const { text, exitCode } = await doctor(true);
    equal(exitCode, 0, text);
    equal(count(), 0);
    equal(quarantined().filter(({ table }) => table === 'events').length, events, 'each event is in the file');
    const store = await scratch.store();
    deepEqual(
      store
        .list({
          ...FIRST,
          sortKey: 'created_at',
          archived: false,
          cwds: [],
          modelProviders: [],
          excludedIds: [],
          searchTerm: null,
        })
        .data.map(({ id }) => id),
      ['fork'],
    );
    ok(store.turns('fork', FIRST).data.some(({ id }) => id === 'f1'));
  });

  it('sets aside what belongs to nothing: rows of no thread, questions of no turn', async () => {
    const store = await fill();
    const params = { threadId: 'a', turnId: 'gone' };
    change(
      `INSERT INTO questions (thread_id, turn_id, item_id, body) VALUES ('a', 'gone', 'i', '${JSON.stringify({ method: 'x', params, conditions: {} })}')`,
      "INSERT INTO queue VALUES ('nobody', 'q', 'c', 1, '{\"input\":[],\"clientUserMessageId\":\"c\"}')",
    );
    store.close();
    match((await doctor()).text, /2 faults/);
    equal((await doctor(true)).exitCode, 0);
    deepEqual(
      quarantined()
        .map(({ table }) => table)
        .toSorted(),
      ['questions', 'queue'],
    );
  });

  it('only looks at a thread that is being written', async () => {
    const store = await fill();
    store.acquire('a', ownerOf('an editor'), false);
    change("UPDATE turns SET completed_seq = 1 WHERE turn_id = 't3'", "DELETE FROM items WHERE item_id = 'f1-agent'");
    const { text, exitCode } = await doctor(true);
    equal(exitCode, 1);
    match(text, /a is being written by an editor \(process \d+/);
    match(text, /Mended: 1\./, 'the fork');
    match(text, /Close those windows and run it again/);
    store.close();
    equal((await doctor(true)).exitCode, 0);
  });

  it('has a damaged file recovered, and keeps it', async () => {
    const store = await fill();
    for (let index = 0; index < 40; index += 1) store.append('a', a.turn(`more${index}`, 'x'.repeat(300)));
    store.close();
    const bytes = readFileSync(path());
    bytes.fill(0xa5, 4096 * 12, 4096 * 14);
    writeFileSync(path(), bytes);
    const found = await doctor();
    match(found.text, /is damaged\. SQLite says:/);
    equal(found.exitCode, 1);
    ok(!existsSync(`${path()}-damaged`), 'looking changes nothing');
    const { text, exitCode } = await doctor(true);
    equal(exitCode, 0, text);
    const [aside] = readdirSync(scratch.home).filter((name) => /\.damaged-[\dTZ-]+$/.test(name));
    deepEqual(readFileSync(join(scratch.home, aside ?? '')), bytes);
  });

  it('leaves a database of a newer Bowline alone', async () => {
    (await fill()).close();
    change('PRAGMA user_version = 900');
    const { text, exitCode } = await doctor(true);
    equal(exitCode, 1);
    match(text, /a newer Bowline.*\n.*\n?.*Update Bowline/s);
  });
});
