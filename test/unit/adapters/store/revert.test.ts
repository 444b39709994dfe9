// Turns that were taken back: gone for their thread, whole for the forks that had them, and all or nothing when the writer is killed.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import fc from 'fast-check';
import { joined, shown, type OrdinalRange } from '../../../../server/adapters/store/lineage.ts';
import type { ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import { Writer } from './children.ts';
import { FIRST, messageItem, modelMessage, NEWEST, ownerOf, recordOf, Scratch, Script, wordsOf } from './fixture.ts';

describe('a revert in the store', () => {
  const a = new Script('a');
  let scratch: Scratch;
  let store: ThreadStore;
  const fork = (id: string, threadId: string, lastTurnId: string | null) =>
    store.create(recordOf(id, { forkedFromId: threadId }), { threadId, lastTurnId });
  const turnIds = (id: string) => store.turns(id, FIRST).data.map((turn) => turn.id);
  const told = (id: string) => wordsOf(store.modelItems(id)).map((words) => words.replace('model ', ''));
  const agree = (id: string, expected: readonly string[]) => {
    deepEqual(turnIds(id), expected);
    deepEqual(
      store.turns(id, NEWEST).data.map((turn) => turn.id),
      expected.toReversed(),
    );
    const items = expected.flatMap((turnId) => [`${turnId}-user`, `${turnId}-agent`]);
    deepEqual(
      store.items(id, null, FIRST).data.map(({ item }) => item.id),
      items,
    );
    deepEqual(
      store.items(id, null, NEWEST).data.map(({ item }) => item.id),
      items.toReversed(),
    );
    deepEqual(told(id), expected);
  };

  beforeEach(async () => {
    scratch = new Scratch();
    store = await scratch.store();
    store.create(recordOf('a'), null);
    for (const id of ['t1', 't2', 't3']) store.append('a', a.turn(id));
  });
  afterEach(() => scratch.dispose());

  it('takes the turn and all later ones from every way of reading; what follows goes on from there', () => {
    store.append('a', [a.reverted('t2')]);
    agree('a', ['t1']);
    equal(store.hasTurn('a', 't1'), true);
    equal(store.hasTurn('a', 't2'), false);
    deepEqual(store.items('a', 't2', FIRST).data, []);
    deepEqual(store.turnModelItems('a', 't3'), []);
    store.append('a', a.turn('t4'));
    agree('a', ['t1', 't4']);
    store.append('a', [a.reverted('t4')]);
    store.append('a', a.turn('t5'));
    agree('a', ['t1', 't5']);
    store.append('a', [a.reverted('t1')]);
    agree('a', []);
    store.append('a', a.turn('t6'));
    agree('a', ['t6']);
    equal(store.events('a').filter(({ event }) => event.method === 'turn/started').length, 6, 'nothing is destroyed');
  });

  it('pages over the gap in both directions', () => {
    store.append('a', [a.reverted('t3')]);
    for (const id of ['t4', 't5']) store.append('a', a.turn(id));
    for (const direction of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const page = store.turns('a', { cursor, limit: 1, direction });
        seen.push(...page.data.map((turn) => turn.id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      deepEqual(direction === 'asc' ? seen : seen.toReversed(), ['t1', 't2', 't4', 't5']);
    }
    const before = store.turns('a', { ...NEWEST, limit: 1 }).backwardsCursor;
    store.append('a', [a.reverted('t4')]);
    deepEqual(
      store.turns('a', { ...NEWEST, cursor: before }).data.map((turn) => turn.id),
      ['t2', 't1'],
      'a cursor of before goes on with what is left',
    );
  });

  it('leaves forks that were made before as they are, and later ones see what is left', () => {
    fork('early', 'a', 't3');
    store.append('early', new Script('early').turn('e1'));
    store.append('a', [a.reverted('t2')]);
    store.append('a', a.turn('t4'));
    fork('late', 'a', 't4');
    store.append('a', [a.reverted('t1')]);
    agree('early', ['t1', 't2', 't3', 'e1']);
    agree('late', ['t1', 't4']);
    agree('a', []);
    fork('second', 'early', 'e1');
    agree('second', ['t1', 't2', 't3', 'e1']);
  });

  it('in a fork reaches into what it inherited, and leaves the source alone', () => {
    fork('b', 'a', 't3');
    store.append('b', new Script('b').turn('b1'));
    store.append('b', [new Script('b').reverted('t2')]);
    agree('b', ['t1']);
    agree('a', ['t1', 't2', 't3']);
    store.append('b', new Script('b').turn('b2'));
    fork('c', 'b', 'b2');
    agree('c', ['t1', 'b2']);
    store.append('c', [new Script('c').reverted('b2')]);
    agree('b', ['t1', 'b2']);
    agree('c', ['t1']);
  });

  it('of a compaction brings back what was compacted', () => {
    store.append('a', [...a.turn('t4'), { type: 'modelBase', turnId: 't4', items: [modelMessage('summary')] }]);
    deepEqual(told('a'), ['summary']);
    store.append('a', [a.reverted('t4')]);
    deepEqual(told('a'), ['t1', 't2', 't3']);
  });

  it('keeps what the model is told outside of any turn afterwards', () => {
    store.append('a', [a.reverted('t2'), a.model('no turn', 'injected')]);
    deepEqual(told('a'), ['t1', 'injected']);
    store.append('a', a.turn('t4'));
    store.append('a', [a.reverted('t4')]);
    deepEqual(told('a'), ['t1', 'injected']);
  });

  it('lets what a taken-back turn left running end unseen', () => {
    store.append('a', [a.started('t4'), a.partial('t4', messageItem('m', 'Hel', null)), a.completed('t4')]);
    store.append('a', [a.reverted('t4')]);
    store.append('a', [a.item('t4', messageItem('m', 'Hello'))]);
    agree('a', ['t1', 't2', 't3']);
    fork('b', 'a', 't3');
    deepEqual(store.events('b'), []);
  });

  it('survives the loss of its projection: the event says it again', async () => {
    store.append('a', [a.reverted('t2')]);
    store.append('a', a.turn('t4'));
    store.close();
    const path = join(scratch.home, 'threads.db');
    const database = new DatabaseSync(path);
    const root = Number(database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'reverts'").get()?.rootpage);
    database.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, (root - 1) * 4096, root * 4096);
    writeFileSync(path, bytes);
    store = await scratch.store();
    agree('a', ['t1', 't4']);
  });

  for (const count of [2, 9, 24, 61]) {
    it(`is there whole or not at all when the writer is killed after ${count} steps`, async function () {
      this.timeout(30_000);
      const home = new Scratch();
      const writer = new Writer(home.home, 'revert');
      try {
        await writer.said(() => writer.lines.length >= count);
      } finally {
        await writer.kill();
      }
      try {
        const states: string[] = writer.lines.map((line) => line.replace(/^(next|now) /, ''));
        const killed = await home.store();
        const found = killed.turns('a', { ...FIRST, limit: 1000 }).data.map((turn) => turn.id);
        const last = writer.lines.findLastIndex((line) => line.startsWith('now '));
        const possible = states.slice(Math.max(0, last));
        ok(possible.includes(found.join(' ')), `${found.join(' ')} is none of ${possible.join(' | ')}`);
        deepEqual(
          wordsOf(killed.modelItems('a')).map((words) => words.replace('model ', '')),
          found,
        );
        equal(killed.acquire('a', ownerOf('next'), false).type, 'held');
        deepEqual(
          killed.turns('fork', { ...FIRST, limit: 1000 }).data.map((turn) => turn.id),
          ['t1', 't2', 't3'],
        );
      } finally {
        home.dispose();
      }
    });
  }
});

describe('ranges of ordinals', () => {
  const ranges = fc.array(
    fc.tuple(fc.nat(30), fc.nat(5)).map(([from, length]): OrdinalRange => [from, from + length]),
    { maxLength: 6 },
  );

  it('are shown exactly where they are not taken back', () => {
    fc.assert(
      fc.property(ranges, fc.nat(40), fc.nat(40), fc.nat(40), (taken, from, to, maxOrdinal) => {
        const segment = { threadId: 'a', maxOrdinal, maxSeq: 0, maxModelSeq: 0, reverted: joined(taken) };
        const listed = shown(segment, from, to).flatMap(([first, last]) =>
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        const expected = Array.from({ length: 80 }, (_, ordinal) => ordinal).filter(
          (ordinal) =>
            ordinal >= from &&
            ordinal <= Math.min(to, maxOrdinal) &&
            !taken.some(([first, last]) => ordinal >= first && ordinal <= last),
        );
        deepEqual(listed, expected);
      }),
    );
  });
});
