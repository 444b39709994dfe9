// The rows of threads: created, changed, listed in pages, removed.
import { deepEqual, equal, throws } from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ThreadQuery, ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import { isKind, NEWEST, recordOf, Scratch, Script, settings, T0 } from './fixture.ts';

const QUERY: ThreadQuery = {
  cursor: null,
  limit: 25,
  direction: 'desc',
  sortKey: 'recency_at',
  archived: false,
  cwds: [],
  modelProviders: [],
  excludedIds: [],
  searchTerm: null,
};

describe('threads in the store', () => {
  let scratch: Scratch;
  let store: ThreadStore;
  const ids = (change: Partial<ThreadQuery> = {}) =>
    store.list({ ...QUERY, ...change }).data.map((record) => record.id);

  beforeEach(async () => {
    scratch = new Scratch();
    store = await scratch.store();
  });
  afterEach(() => scratch.dispose());

  it('are read as they were created, by another store too', async () => {
    const record = recordOf('a', { name: 'Knots', gitInfo: { sha: 'f00', branch: 'main', originUrl: null } });
    store.create(record, null);
    deepEqual(store.get('a'), record);
    const second = await scratch.store();
    deepEqual(second.get('a'), record);
    equal(store.get('b'), undefined);
  });

  it('change in the members given and stay in the others', () => {
    store.create(recordOf('a', { name: 'old', preview: 'hello' }), null);
    store.update('a', { name: 'new', recencyAtMs: T0 + 5 });
    deepEqual(store.get('a'), recordOf('a', { name: 'new', preview: 'hello', recencyAtMs: T0 + 5 }));
    store.update('a', { name: null });
    equal(store.get('a')?.name, null);
    throws(() => store.update('nope', { name: 'x' }), isKind('threadNotFound'));
  });

  it('are listed newest first, in pages that can be walked both ways', () => {
    for (let index = 0; index < 7; index += 1) {
      store.create(recordOf(`t${index}`, { recencyAtMs: T0 + Math.floor(index / 2), createdAtMs: T0 - index }), null);
    }
    const first = store.list({ ...QUERY, limit: 3 });
    deepEqual(
      first.data.map((record) => record.id),
      ['t6', 't5', 't4'],
    );
    const second = store.list({ ...QUERY, limit: 3, cursor: first.nextCursor });
    deepEqual(
      second.data.map((record) => record.id),
      ['t3', 't2', 't1'],
    );
    const third = store.list({ ...QUERY, limit: 3, cursor: second.nextCursor });
    deepEqual(
      third.data.map((record) => record.id),
      ['t0'],
    );
    equal(third.nextCursor, null);
    const back = store.list({ ...QUERY, limit: 3, direction: 'asc', cursor: second.backwardsCursor });
    deepEqual(
      back.data.map((record) => record.id),
      ['t3', 't4', 't5'],
    );
    deepEqual(ids({ sortKey: 'created_at', direction: 'asc', limit: 2 }), ['t6', 't5']);
    deepEqual(ids({ limit: 0 }), ['t6']);
  });

  it('are chosen by folder, provider, archive, exclusion and words', () => {
    store.create(recordOf('a', { preview: 'Fix the ÄRGER in parser' }), null);
    store.create(recordOf('b', { settings: { ...settings, cwd: '/else' }, name: '100%_sure' }), null);
    store.create(recordOf('c', { settings: { ...settings, modelProvider: 'openai' }, archived: true }), null);
    deepEqual(ids({ cwds: ['/else', '/nowhere'] }), ['b']);
    deepEqual(ids({ archived: true }), ['c']);
    deepEqual(ids({ archived: true, modelProviders: ['demo'] }), []);
    deepEqual(ids({ excludedIds: ['b'] }), ['a']);
    deepEqual(ids({ searchTerm: 'ärger' }), ['a']);
    deepEqual(ids({ searchTerm: '%_S' }), ['b']);
    deepEqual(ids({ searchTerm: 'nothing' }), []);
  });

  it('refuse cursors that are not theirs', () => {
    store.create(recordOf('a'), null);
    const { backwardsCursor } = store.list(QUERY);
    for (const cursor of ['garbage', '', backwardsCursor, Buffer.from('["turns",0,{}]').toString('base64url')]) {
      throws(() => store.turns('a', { ...NEWEST, cursor }), isKind('invalidCursor'));
    }
    throws(
      () => store.list({ ...QUERY, sortKey: 'created_at', cursor: backwardsCursor }),
      /^ProtocolError: invalid cursor: /,
    );
  });

  it('are removed with all that belongs to them, but not under a fork', () => {
    store.create(recordOf('a'), null);
    store.append('a', new Script('a').turn('t1'));
    store.create(recordOf('fork', { forkedFromId: 'a' }), { threadId: 'a', lastTurnId: 't1' });
    throws(() => store.remove('a'), isKind('hasForks'));
    store.remove('fork');
    store.remove('a');
    equal(store.get('a'), undefined);
    deepEqual(store.events('a'), []);
    deepEqual(store.turns('a', NEWEST).data, []);
    store.remove('a');
  });

  it('lie in files that only their owner can read', function () {
    if (process.platform === 'win32') this.skip();
    equal(statSync(join(scratch.home, 'threads.db')).mode & 0o777, 0o600);
  });
});
