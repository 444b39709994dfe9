// Turns, items and the model's side: written entry by entry, read in pages, interrupted when their process is gone.
import { deepEqual, equal, throws } from 'node:assert/strict';
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

describe('history in the store', () => {
  const script = new Script('a');
  let scratch: Scratch;
  let store: ThreadStore;

  beforeEach(async () => {
    scratch = new Scratch();
    store = await scratch.store();
    store.create(recordOf('a'), null);
  });
  afterEach(() => scratch.dispose());

  it('gives turns whole, from either end, page by page', () => {
    for (let index = 1; index <= 5; index += 1) store.append('a', script.turn(`t${index}`));
    const newest = store.turns('a', { ...NEWEST, limit: 2 });
    deepEqual(
      newest.data.map((turn) => turn.id),
      ['t5', 't4'],
    );
    deepEqual(
      newest.data[0]?.items.map((item) => item.id),
      ['t5-user', 't5-agent'],
    );
    equal(newest.data[0]?.itemsView, 'full');
    equal(newest.data[0]?.status, 'completed');
    const older = store.turns('a', { ...NEWEST, limit: 3, cursor: newest.nextCursor });
    deepEqual(
      older.data.map((turn) => turn.id),
      ['t3', 't2', 't1'],
    );
    equal(older.nextCursor, null);
    const forward = store.turns('a', { ...FIRST, cursor: newest.backwardsCursor });
    deepEqual(
      forward.data.map((turn) => turn.id),
      ['t5'],
    );
    store.append('a', script.turn('t6'));
    const later = store.turns('a', { ...FIRST, cursor: newest.backwardsCursor });
    deepEqual(
      later.data.map((turn) => turn.id),
      ['t5', 't6'],
    );
  });

  it('gives the items of a thread, or of one turn, page by page', () => {
    for (let index = 1; index <= 40; index += 1) store.append('a', script.turn(`t${index}`));
    const all: string[] = [];
    let cursor: string | null = null;
    do {
      const page = store.items('a', null, { cursor, limit: 7, direction: 'asc' });
      all.push(...page.data.map((entry) => entry.item.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    deepEqual(all, Array.from({ length: 40 }, (_, index) => [`t${index + 1}-user`, `t${index + 1}-agent`]).flat());
    const last = store.items('a', null, { ...NEWEST, limit: 3 });
    deepEqual(
      last.data.map((entry) => `${entry.turnId} ${entry.item.id}`),
      ['t40 t40-agent', 't40 t40-user', 't39 t39-agent'],
    );
    const before = store.items('a', null, { ...NEWEST, limit: 2, cursor: last.nextCursor });
    deepEqual(
      before.data.map((entry) => entry.item.id),
      ['t39-user', 't38-agent'],
    );
    const one = store.items('a', 't7', { ...FIRST, limit: 1 });
    deepEqual(
      one.data.map((entry) => entry.item.id),
      ['t7-user'],
    );
    const rest = store.items('a', 't7', { ...FIRST, cursor: one.nextCursor });
    deepEqual(
      rest.data.map((entry) => entry.item.id),
      ['t7-agent'],
    );
    deepEqual(store.items('a', 'nope', FIRST).data, []);
  });

  it('keeps an open item as it was last saved, in the place where it began', () => {
    store.acquire('a', ownerOf('test'), false);
    store.append('a', [
      script.started('t1'),
      script.partial('t1', commandItem('slow', null)),
      script.partial('t1', commandItem('fast', null)),
      script.item('t1', { ...commandItem('fast', 'done'), status: 'completed', exitCode: 0, completedAtMs: T0 }),
      script.partial('t1', commandItem('slow', 'half')),
    ]);
    const [turn] = store.turns('a', NEWEST).data;
    equal(turn?.status, 'inProgress');
    deepEqual(turn?.items, [
      commandItem('slow', 'half'),
      { ...commandItem('fast', 'done'), status: 'completed', exitCode: 0, completedAtMs: T0 },
    ]);
    store.append('a', [script.partial('t1', commandItem('fast', 'late'))]);
    equal(store.turns('a', NEWEST).data[0]?.items.length, 2);
  });

  it('saves of a long output its beginning and its end while the command runs', () => {
    store.acquire('a', ownerOf('test'), false);
    store.append('a', [script.started('t1'), script.partial('t1', commandItem('c', `start${'x'.repeat(200_000)}end`))]);
    const item = store.turns('a', NEWEST).data[0]?.items[0];
    const output = item?.type === 'commandExecution' ? (item.aggregatedOutput ?? '') : '';
    equal(output.length < 66_000, true);
    equal(/^start.*\n\[\d+ characters not saved\]\n.*end$/s.test(output), true);
  });

  it('shows what nobody writes any more as interrupted, closed at the last known moment', () => {
    store.append('a', [script.started('t1')]);
    scratch.clock.advance(3000);
    store.append('a', [
      script.partial('t1', commandItem('c', 'half')),
      script.partial('t1', messageItem('m', 'Hel', null)),
    ]);
    const before = store.events('a');
    const [turn] = store.turns('a', NEWEST).data;
    equal(turn?.status, 'interrupted');
    equal(turn?.completedAt, T0 / 1000 + 3);
    equal(turn?.durationMs, 3000);
    deepEqual(turn?.items, [
      { ...commandItem('c', 'half'), status: 'failed', durationMs: 3000, completedAtMs: T0 + 3000 },
      messageItem('m', 'Hel', T0 + 3000),
    ]);
    deepEqual(
      store.items('a', null, FIRST).data.map((entry) => entry.item),
      turn?.items,
    );
    deepEqual(store.events('a'), before, 'reading writes nothing');
  });

  it('keeps the last diff and plan of each turn', () => {
    const plan = [{ step: 'tie', status: 'inProgress' as const }];
    store.append('a', [
      ...script.turn('t1'),
      script.started('t2'),
      script.diff('t2', 'one'),
      script.diff('t2', 'two'),
      script.event({ method: 'turn/plan/updated', params: { threadId: 'a', turnId: 't2', explanation: 'why', plan } }),
    ]);
    deepEqual(store.turnExtras('a', 't1'), { diff: null, plan: null });
    deepEqual(store.turnExtras('a', 't2'), { diff: 'two', plan: { explanation: 'why', steps: plan } });
    const diffs = store.events('a').filter(({ event }) => event.method === 'turn/diff/updated');
    equal(diffs.length, 1, 'a cumulative diff replaces the one before');
  });

  it('tells the model what came since the last compaction', () => {
    store.append('a', [...script.turn('t1'), ...script.turn('t2')]);
    deepEqual(wordsOf(store.modelItems('a')), ['model t1', 'model t2']);
    store.append('a', [{ type: 'modelBase', turnId: 't2', items: [modelMessage('summary')] }, ...script.turn('t3')]);
    deepEqual(wordsOf(store.modelItems('a')), ['summary', 'model t3']);
    deepEqual(store.modelItems('nope'), []);
    deepEqual(wordsOf(store.turnModelItems('a', 't1')), ['model t1']);
    deepEqual(wordsOf(store.turnModelItems('a', 't2')), ['model t2']);
    deepEqual(store.turnModelItems('a', 'nope'), []);
  });

  it('appends all of a call or nothing', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const bad = script.item('t1', {
      type: 'webSearch',
      id: 'w',
      query: '',
      action: circular,
      startedAtMs: T0,
      completedAtMs: T0,
    });
    throws(() => store.append('a', [script.started('t1'), bad]), TypeError);
    deepEqual(store.events('a'), []);
    store.append('a', script.turn('t1'));
    equal(store.turns('a', NEWEST).data.length, 1);
  });

  it('refuses events of a thread that was never created', () => {
    throws(() => store.append('nope', new Script('nope').turn('t1')), isKind('threadNotFound'));
  });
});
