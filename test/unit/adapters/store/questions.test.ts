// Open questions in the store: kept, listed while nobody else writes their thread, and gone with their turn.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from '../../../../server/adapters/store/schema.ts';
import type { NewQuestion } from '../../../../server/core/thread/keptQuestion.ts';
import type { Lease, ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import { commandItem, FIRST, isKind, ownerOf, recordOf, Scratch, Script, settings, T0 } from './fixture.ts';

describe('open questions in the store', () => {
  const script = new Script('a');
  let scratch: Scratch;
  let store: ThreadStore;

  beforeEach(async () => {
    scratch = new Scratch();
    store = await scratch.store();
    store.create(recordOf('a'), null);
    store.append('a', [
      script.started('t1'),
      script.partial('t1', { ...commandItem('asked', null), completedAtMs: null }),
      script.partial('t1', { ...commandItem('other', null), completedAtMs: null }),
    ]);
  });
  afterEach(() => scratch.dispose());

  const hold = (of: ThreadStore, takeover = false): Lease => {
    const outcome = of.acquire('a', ownerOf('test'), takeover);
    ok(outcome.type === 'held');
    return outcome.lease;
  };
  const statuses = (id = 'a') =>
    store
      .turns(id, FIRST)
      .data.map(({ status, items }) => [status, ...items.map((item) => [item.id, item.completedAtMs === null])]);

  it('have ids that no request has twice, also of other stores', async () => {
    const other = await scratch.store();
    const ids = [store.newRequestId(), other.newRequestId(), store.keepQuestion(question()), other.newRequestId()];
    store.dropQuestion('a', ids[2]!);
    ids.push((await scratch.store()).newRequestId());
    equal(new Set(ids).size, ids.length);
    deepEqual(
      ids,
      ids.toSorted((left, right) => left - right),
    );
  });

  it('keep their turn and their item open when the writer is gone, and nothing else', () => {
    const requestId = store.keepQuestion(question());
    deepEqual(statuses(), [['inProgress', ['asked', true], ['other', false]]]);
    hold(store).release();
    deepEqual(statuses(), [['inProgress', ['asked', true], ['other', false]]]);
    deepEqual(store.questions('a'), [{ ...question(), requestId }]);
    store.dropQuestion('a', requestId);
    hold(store).release();
    deepEqual(statuses(), [['interrupted', ['asked', false], ['other', false]]]);
  });

  it('are given up with their turn', () => {
    store.keepQuestion(question());
    const lease = hold(store);
    store.append('a', [
      { type: 'held', turnId: 't1', held: { type: 'message', message: { input: [], clientId: 'm' } } },
    ]);
    equal(store.held('a').length, 1);
    store.giveUpQuestions('a');
    deepEqual([store.questions('a'), store.held('a')], [[], []]);
    deepEqual(statuses(), [['interrupted', ['asked', false], ['other', false]]]);
    lease.release();
  });

  it('do not count once their turn is over, even if they could not be removed', () => {
    store.keepQuestion(question());
    store.append('a', [script.completed('t1')]);
    deepEqual([store.questions('a'), store.openQuestions()], [[], []]);
  });

  it('stay with the original of a fork', () => {
    store.keepQuestion(question());
    store.create(recordOf('b', { forkedFromId: 'a' }), { threadId: 'a', lastTurnId: 't1' });
    deepEqual(statuses('b'), [['interrupted', ['asked', false], ['other', false]]]);
    deepEqual(statuses('a'), [['inProgress', ['asked', true], ['other', false]]]);
    deepEqual(store.questions('b'), []);
  });

  it('are not for others while a living process writes the thread, and not for who lost it', async () => {
    const other = await scratch.store();
    const requestId = store.keepQuestion(question());
    hold(store);
    equal(store.openQuestions().length, 1);
    deepEqual(other.openQuestions(), []);
    hold(other, true);
    equal(other.openQuestions().length, 1);
    deepEqual(store.openQuestions(), []);
    throws(() => store.dropQuestion('a', requestId), isKind('leaseLost'));
    equal(other.questions('a').length, 1);
  });

  it('are removed with their thread', () => {
    store.keepQuestion(question());
    store.remove('a');
    deepEqual(store.openQuestions(), []);
  });

  it('can be kept in a database of before there were any', async () => {
    const old = new Scratch();
    try {
      const database = new DatabaseSync(join(old.home, 'threads.db'));
      database.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`);
      database.close();
      const migrated = await old.store();
      equal(migrated.newRequestId(), 1);
    } finally {
      old.dispose();
    }
  });

  function question(): NewQuestion {
    const method = 'item/fileChange/requestApproval';
    const params = { threadId: 'a', turnId: 't1', itemId: 'asked', startedAtMs: T0 };
    const ask = {
      type: 'ask',
      reason: 'Why not.',
      risk: 'low',
      tripwire: null,
      isSandboxed: true,
      amendment: null,
    } as const;
    const conditions = { startedAtMs: T0, settings, outputSchema: null };
    return { threadId: 'a', turnId: 't1', itemId: 'asked', method, params, ask, conditions };
  }
});
