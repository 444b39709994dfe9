// What the store asks of SQLite, counted: neither more stored threads nor a longer thread make a page, a search or a fork dearer.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import type { SearchQuery, ThreadQuery, ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import { recordOf, Scratch, Script, T0, userItem } from './fixture.ts';

const PAGE = { cursor: null, limit: 25, direction: 'desc', sortKey: 'created_at', archived: false } as const;
const SEARCH: SearchQuery = { ...PAGE, term: 'answer' };
const LIST: ThreadQuery = { ...PAGE, cwds: [], modelProviders: [], excludedIds: [], searchTerm: null };

/** How many statements were executed meanwhile. */
function statementsOf(work: () => void): number {
  const { prototype } = StatementSync;
  const names = ['run', 'get', 'all'] as const;
  const real = names.map((name): unknown => Reflect.get(prototype, name));
  let count = 0;
  for (const [index, name] of names.entries()) {
    const method = real[index];
    Reflect.set(prototype, name, function (this: StatementSync, ...values: unknown[]): unknown {
      count += 1;
      return typeof method === 'function' ? Reflect.apply(method, this, values) : undefined;
    });
  }
  try {
    work();
  } finally {
    for (const [index, name] of names.entries()) Reflect.set(prototype, name, real[index]);
  }
  ok(count > 0, 'nothing was counted');
  return count;
}

describe('the cost of', () => {
  let scratch: Scratch;
  let store: ThreadStore;

  beforeEach(async () => {
    scratch = new Scratch();
    store = await scratch.store();
  });
  afterEach(() => scratch.dispose());

  /** Threads `from` to `to`, each with a turn. */
  function addThreads(from: number, to: number, archived = false): void {
    for (let order = from; order < to; order += 1) {
      const id = `t${order}`;
      store.create(recordOf(id, { createdAtMs: T0 + order * 1000, archived }), null);
      store.append(id, new Script(id).turn(`${id}-turn`));
    }
  }

  function addTurns(threadId: string, from: number, to: number): void {
    const script = new Script(threadId);
    for (let order = from; order < to; order += 1) store.append(threadId, script.turn(`turn-${order}`));
  }

  it('a page of threads is the same, however many are stored', () => {
    addThreads(0, 30);
    const list = (): number => statementsOf(() => equal(store.list(LIST).data.length, 25));
    const few = list();
    addThreads(30, 150);
    equal(list(), few);
  });

  it('a page of a search is the same, however many threads have the word', () => {
    addThreads(0, 30);
    addThreads(30, 35, true);
    const forkOf = (id: string): void => {
      const base = { threadId: id, lastTurnId: `${id}-turn` };
      store.create(recordOf(`fork-of-${id}`, { createdAtMs: T0 - 1, archived: true }), base);
    };
    forkOf('t30');
    const search = (): number => statementsOf(() => equal(store.search(SEARCH).data.length, 25));
    const few = search();
    addThreads(35, 150);
    addThreads(150, 200, true);
    forkOf('t150');
    equal(search(), few);
  });

  it('a page of turns grows with the page, by a fraction of a statement a turn', () => {
    store.create(recordOf('a'), null);
    addTurns('a', 0, 200);
    const read = (limit: number): number =>
      statementsOf(() =>
        equal(store.turns('a', { cursor: null, limit, direction: 'asc' }).data.at(-1)?.id, `turn-${limit - 1}`),
      );
    equal(read(30), read(10));
    ok(read(200) - read(10) <= 200 / 10, `${read(200)} statements for 200 turns, ${read(10)} for 10`);
  });

  it('a page of items is the same, however many it has', () => {
    store.create(recordOf('a'), null);
    const script = new Script('a');
    const items = Array.from({ length: 50 }, (_, order) => script.item('long', userItem(`item-${order}`, 'words')));
    store.append('a', [script.started('long'), ...items, script.completed('long')]);
    const read = (limit: number): number =>
      statementsOf(() => equal(store.items('a', 'long', { cursor: null, limit, direction: 'asc' }).data.length, limit));
    equal(read(50), read(1));
  });

  it('a fork is the same, however long its source is, in statements and in rows', () => {
    store.create(recordOf('a'), null);
    addTurns('a', 0, 3);
    const look = new DatabaseSync(join(scratch.home, 'threads.db'), { readOnly: true });
    const tables = look
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'text%'")
      .all()
      .map(({ name }) => String(name));
    const rows = (): number[] => tables.map((name) => look.prepare(`SELECT * FROM ${name}`).all().length);
    try {
      const fork = (id: string, lastTurnId: string): { statements: number; added: number[] } => {
        const before = rows();
        const statements = statementsOf(() => store.create(recordOf(id), { threadId: 'a', lastTurnId }));
        return { statements, added: rows().map((count, index) => count - (before[index] ?? 0)) };
      };
      const short = fork('b', 'turn-2');
      addTurns('a', 3, 100);
      deepEqual(fork('c', 'turn-99'), short);
      equal(
        short.added.reduce((sum, count) => sum + count),
        1,
      );
    } finally {
      look.close();
    }
  });
});
