// Queued prompts in the store, and the messages that were sent: both change with the event that sends one.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { diagnose, treat } from '../../../../server/adapters/store/doctor.ts';
import { MIGRATIONS } from '../../../../server/adapters/store/schema.ts';
import type { StoreEntry, ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import type { QueuedSubmission } from '../../../../server/protocol/schema/queue.ts';
import { ownerOf, recordOf, Scratch, Script, silentLog, T0 } from './fixture.ts';

const prompt = (id: string, words = id): QueuedSubmission => ({
  id,
  input: [{ type: 'text', text: words, text_elements: [] }],
  clientUserMessageId: `client-${id}`,
  responsesapiClientMetadata: null,
});

const said = (clientId: string, turnId = 't1'): StoreEntry => ({
  type: 'event',
  atMs: T0,
  event: {
    method: 'item/completed',
    params: {
      threadId: 'a',
      turnId,
      completedAtMs: T0,
      item: { type: 'userMessage', id: `item-${clientId}`, clientId, content: [], startedAtMs: T0, completedAtMs: T0 },
    },
  },
});

describe('queued prompts in the store', () => {
  const script = new Script('a');
  let scratch: Scratch;
  let store: ThreadStore;

  beforeEach(async () => {
    scratch = new Scratch();
    store = await scratch.store();
    store.create(recordOf('a'), null);
    for (const id of ['one', 'two', 'three']) store.enqueue('a', prompt(id));
  });
  afterEach(() => scratch.dispose());

  const ids = (of = store) => of.queue('a').map(({ id }) => id);

  it('are kept in order for every process, and change in their place', async () => {
    store.updateQueued('a', prompt('two', 'other words'));
    const other = await scratch.store();
    deepEqual(other.queue('a'), [prompt('one'), prompt('two', 'other words'), prompt('three')]);
    store.reorderQueue('a', ['three', 'one', 'two']);
    store.removeQueued('a', 'one');
    store.enqueue('a', prompt('four'));
    deepEqual(ids(other), ['three', 'two', 'four']);
  });

  it('leave the queue with the event that makes them a part of a turn, and their turn is known from then on', () => {
    equal(store.turnOfMessage('a', 'client-two'), undefined);
    store.append('a', [script.started('t1'), said('client-two')]);
    deepEqual(ids(), ['one', 'three']);
    const turn = store.turnOfMessage('a', 'client-two');
    deepEqual([turn?.id, turn?.status, turn?.items], ['t1', 'inProgress', []]);
    store.append('a', [script.completed('t1')]);
    equal(store.turnOfMessage('a', 'client-two')?.status, 'completed');
    equal(store.turnOfMessage('a', 'client-one'), undefined);
  });

  it('stay when the event cannot be stored', () => {
    throws(() => store.append('b', [said('client-two')]));
    deepEqual(ids(), ['one', 'two', 'three']);
  });

  it('are changed by who writes the thread alone, and go with it', async () => {
    const other = await scratch.store();
    const outcome = other.acquire('a', ownerOf('other'), false);
    ok(outcome.type === 'held');
    throws(() => store.enqueue('a', prompt('late')));
    throws(() => store.removeQueued('a', 'one'));
    deepEqual(ids(other), ['one', 'two', 'three']);
    other.remove('a');
    deepEqual(ids(), []);
  });

  it('come along, and so do sections, when their database is recovered', async () => {
    store.reorderQueue('a', ['three', 'one', 'two']);
    store.shelf.putSection({ id: 's', name: 'Knots', appearance: null });
    store.close();
    const path = join(scratch.home, 'threads.db');
    const bytes = readFileSync(path);
    bytes.write(':', bytes.indexOf("tokenize = 'trigram'") + 'tokeni'.length);
    writeFileSync(path, bytes);
    const recovered = await scratch.store();
    ok(readdirSync(scratch.home).some((name) => name.startsWith('threads.db.damaged-')));
    deepEqual(ids(recovered), ['three', 'one', 'two']);
    equal(recovered.shelf.section('s')?.name, 'Knots');
  });

  it('stay when the doctor sets aside one that cannot be read', async () => {
    store.reorderQueue('a', ['three', 'one', 'two']);
    store.close();
    const database = new DatabaseSync(join(scratch.home, 'threads.db'));
    database.exec("UPDATE queue SET body = 'no JSON' WHERE id = 'three'");
    database.close();
    const options = { home: scratch.home, clock: scratch.clock, log: silentLog };
    const { mended, after } = await treat(await diagnose(options), options);
    deepEqual([mended, after.type === 'examined' && after.examination.faults], [1, []]);
    deepEqual(ids(await scratch.store()), ['one', 'two']);
  });

  it('the messages of a database of before are known', async () => {
    const old = new Scratch();
    try {
      const before = MIGRATIONS.findIndex((step) => step.includes('CREATE TABLE queue'));
      const database = new DatabaseSync(join(old.home, 'threads.db'));
      for (const step of MIGRATIONS.slice(0, before)) database.exec(step);
      database.exec(`PRAGMA user_version = ${before}`);
      const entries = [script.started('t1'), said('known')];
      for (const [index, entry] of entries.entries()) {
        const body = JSON.stringify(entry.type === 'event' ? entry.event : null);
        database
          .prepare('INSERT INTO events (seq, thread_id, at_ms, body) VALUES (?, ?, ?, ?)')
          .run(index + 1, 'a', T0, body);
      }
      database.exec(
        "INSERT INTO threads VALUES ('a', 1, 1, 1, 0, '/', 'p', '', '{}', NULL, NULL, NULL, NULL); " +
          "INSERT INTO turns (thread_id, ordinal, turn_id, started_seq) VALUES ('a', 1, 't1', 1)",
      );
      database.close();
      equal((await old.store()).turnOfMessage('a', 'known')?.id, 't1');
    } finally {
      old.dispose();
    }
  });
});
