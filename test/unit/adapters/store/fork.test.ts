// Forks: a reference to the source and a place in it, never a copy, and unmoved by what the source does later.
import { deepEqual, equal, throws } from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import {
  commandItem,
  FIRST,
  isKind,
  messageItem,
  modelMessage,
  NEWEST,
  ownerOf,
  recordOf,
  Scratch,
  Script,
  T0,
  wordsOf,
} from './fixture.ts';

describe('forks in the store', () => {
  const source = new Script('a');
  let scratch: Scratch;
  let store: ThreadStore;
  const fork = (id: string, threadId: string, lastTurnId: string | null) =>
    store.create(recordOf(id, { forkedFromId: threadId }), { threadId, lastTurnId });
  const turnIds = (id: string) => store.turns(id, FIRST).data.map((turn) => turn.id);

  beforeEach(async () => {
    scratch = new Scratch();
    store = await scratch.store();
    store.create(recordOf('a'), null);
    for (const id of ['t1', 't2', 't3']) store.append('a', source.turn(id));
  });
  afterEach(() => scratch.dispose());

  it('end where damage made a thread its own ancestor', () => {
    fork('b', 'a', 't2');
    const database = new DatabaseSync(join(scratch.home, 'threads.db'));
    database.exec(
      "UPDATE threads SET base_thread_id = 'b', base_ordinal = 1, base_seq = 1, base_model_seq = 1 WHERE id = 'a'",
    );
    database.close();
    deepEqual(turnIds('b'), ['t1', 't2']);
  });

  it('inherit turns, items and the model’s side up to a turn, and go their own way', () => {
    fork('b', 'a', 't2');
    store.append('b', new Script('b').turn('u1'));
    store.append('a', source.turn('t4'));
    deepEqual(turnIds('b'), ['t1', 't2', 'u1']);
    deepEqual(turnIds('a'), ['t1', 't2', 't3', 't4']);
    deepEqual(wordsOf(store.modelItems('b')), ['model t1', 'model t2', 'model u1']);
    deepEqual(wordsOf(store.turnModelItems('b', 't1')), ['model t1']);
    deepEqual(store.turnModelItems('b', 't4'), []);
    deepEqual(store.turns('b', FIRST).data[0], store.turns('a', FIRST).data[0]);
    deepEqual(store.events('b').length, 4, 'its own events alone');
    const newest = store.turns('b', { ...NEWEST, limit: 2 });
    deepEqual(
      newest.data.map((turn) => turn.id),
      ['u1', 't2'],
    );
    deepEqual(
      store.turns('b', { ...NEWEST, cursor: newest.nextCursor }).data.map((turn) => turn.id),
      ['t1'],
    );
    const items = store.items('b', null, { ...NEWEST, limit: 3 });
    deepEqual(
      items.data.map((entry) => entry.item.id),
      ['u1-agent', 'u1-user', 't2-agent'],
    );
  });

  it('of forks see through to the first, and may begin with nothing', () => {
    fork('b', 'a', 't3');
    store.append('b', new Script('b').turn('u1'));
    fork('c', 'b', 't1');
    fork('d', 'b', 'u1');
    fork('e', 'a', null);
    deepEqual(turnIds('c'), ['t1']);
    deepEqual(turnIds('d'), ['t1', 't2', 't3', 'u1']);
    deepEqual(turnIds('e'), []);
    deepEqual(wordsOf(store.modelItems('c')), ['model t1']);
    deepEqual(wordsOf(store.modelItems('d')), ['model t1', 'model t2', 'model t3', 'model u1']);
    throws(() => fork('f', 'a', 'bogus'), isKind('turnNotFound'));
    throws(() => fork('f', 'e', 't1'), isKind('turnNotFound'));
    equal(store.get('f'), undefined);
  });

  it('tell the model what was said before a later compaction of the source', () => {
    store.append('a', [{ type: 'modelBase', turnId: 't3', items: [modelMessage('summary')] }, ...source.turn('t4')]);
    fork('before', 'a', 't2');
    fork('after', 'a', 't4');
    deepEqual(wordsOf(store.modelItems('before')), ['model t1', 'model t2']);
    deepEqual(wordsOf(store.modelItems('after')), ['summary', 'model t4']);
  });

  it('of a running turn close it for themselves and leave the source running', () => {
    store.acquire('a', ownerOf('test'), false);
    store.append('a', [
      source.started('t4'),
      source.partial('t4', messageItem('m', 'Hel', null)),
      source.partial('t4', commandItem('c', 'half')),
      source.diff('t4', 'early'),
    ]);
    fork('b', 'a', 't4');
    store.append('a', [
      source.diff('t4', 'late'),
      source.item('t4', messageItem('m', 'Hello')),
      source.partial('t4', messageItem('later', '', null)),
      source.completed('t4'),
    ]);
    fork('c', 'b', 't4');
    for (const id of ['b', 'c']) {
      const turn = store.turns(id, NEWEST).data[0];
      equal(turn?.status, 'interrupted');
      deepEqual(
        turn?.items.map((item) => [item.id, 'status' in item ? item.status : 'text' in item ? item.text : '']),
        [
          ['m', 'Hel'],
          ['c', 'failed'],
        ],
      );
      equal(store.turnExtras(id, 't4').diff, 'early');
    }
    const running = store.turns('a', NEWEST).data[0];
    equal(running?.status, 'completed');
    deepEqual(
      running?.items.map((item) => item.id),
      ['m', 'c', 'later'],
    );
    equal(store.turnExtras('a', 't4').diff, 'late');
    deepEqual(
      store.items('b', 't4', FIRST).data.map((entry) => entry.item.id),
      ['m', 'c'],
    );
    store.append('b', new Script('b').turn('u1'));
    deepEqual(turnIds('b'), ['t1', 't2', 't3', 't4', 'u1']);
    equal(store.turns('b', NEWEST).data[1]?.completedAt, T0 / 1000);
  });
});
