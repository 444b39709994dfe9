// Search over all threads and within one: what is found, what is not, to whom it counts, and that any text is a term.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import fc from 'fast-check';
import { MIGRATIONS, SEARCHED_SINCE } from '../../../../server/adapters/store/schema.ts';
import { placesOf, snippetAt } from '../../../../server/adapters/store/searchText.ts';
import type { SearchQuery, ThreadStore } from '../../../../server/core/thread/threadStore.ts';
import { commandItem, completedTurn, isKind, messageItem, recordOf, Scratch, Script, T0, userItem } from './fixture.ts';

const QUERY: SearchQuery = {
  cursor: null,
  limit: 25,
  direction: 'desc',
  sortKey: 'created_at',
  archived: false,
  term: '',
};

describe('search in the store', () => {
  let scratch: Scratch;
  let store: ThreadStore;
  const a = new Script('a');
  const hits = (term: string, change: Partial<SearchQuery> = {}) => store.search({ ...QUERY, ...change, term }).data;
  const ids = (term: string, change: Partial<SearchQuery> = {}) => hits(term, change).map(({ record }) => record.id);
  const places = (threadId: string, term: string) =>
    store.occurrences({ threadId, term, cursor: null, limit: 100 }).data;
  const create = (id: string, order: number) => store.create(recordOf(id, { createdAtMs: T0 + order * 1000 }), null);
  const fork = (id: string, threadId: string, lastTurnId: string) =>
    store.create(recordOf(id, { forkedFromId: threadId, createdAtMs: T0 + 90_000 }), { threadId, lastTurnId });

  beforeEach(async () => {
    scratch = new Scratch();
    store = await scratch.store();
    create('a', 1);
    create('b', 2);
  });
  afterEach(() => scratch.dispose());

  it('finds what stands anywhere in the words of the user and the agent, whatever the case', () => {
    store.append('a', a.turn('t1', 'The Bowline holds under load, and still unties.'));
    store.append('b', new Script('b').turn('u1', 'Nothing of the kind.'));
    deepEqual(ids('bowline'), ['a']);
    deepEqual(ids('OWLIN'), ['a']);
    deepEqual(ids('under load, and'), ['a']);
    deepEqual(ids('prompt'), ['b', 'a']);
    deepEqual(ids('nowhere'), []);
    const [hit] = hits('bowline');
    deepEqual([hit?.turnId, hit?.itemId, hit?.count], ['t1', 't1-agent', 1]);
    const { text, start, end } = hit!.snippet;
    equal(text.slice(start, end), 'Bowline');
  });

  it('finds commands, what they put out at both ends, paths and tools', () => {
    const output = `first words${'x'.repeat(20_000)}last words`;
    const command = { ...commandItem('c', output), command: 'npm run frobnicate', completedAtMs: T0 };
    store.append('a', [a.started('t1'), a.item('t1', command), a.completed('t1')]);
    for (const term of ['frobnicate', 'first words', 'last words']) deepEqual(ids(term), ['a'], term);
    equal(hits('last words')[0]?.itemId, 'c');
    const path = '/ws/project/src/knots.ts';
    const item = {
      type: 'fileChange' as const,
      id: 'f',
      changes: [{ path, kind: { type: 'add' as const }, diff: '' }],
      status: 'completed' as const,
      startedAtMs: T0,
      completedAtMs: T0,
    };
    store.append('b', [...new Script('b').turn('u1'), new Script('b').item('u1', item)]);
    deepEqual(ids('knots.ts'), ['b']);
  });

  it('prefers what was said to what was run, as the place to show', () => {
    const command = { ...commandItem('c', 'knot'), completedAtMs: T0 };
    store.append('a', [a.started('t1'), a.item('t1', command), a.item('t1', messageItem('m', 'a knot'))]);
    deepEqual([hits('knot')[0]?.itemId, hits('knot')[0]?.count], ['m', 2]);
  });

  it('finds one and two characters, other scripts and pictures', () => {
    store.append('a', a.turn('t1', '日本語テキスト and C++ ➜ 🎉'));
    for (const term of ['日本', '本語', '語', '日本語', 'スト', '🎉', '➜ 🎉', 'C++', '+', 'c+'])
      deepEqual(ids(term), ['a'], term);
    deepEqual(ids('語本'), []);
    equal(places('a', '本語')[0]?.snippet.text.slice(1, 3), '本語');
  });

  it('takes any text for a term, and means what it says', () => {
    store.append('a', a.turn('t1', 'say "bowline" OR (NOT x*) AND NEAR/2 -y: {z} ^w\'s "" \\d+ %_'));
    for (const term of [
      '"bowline"',
      '" OR (',
      'NOT x*)',
      'NEAR/2',
      '-y:',
      '{z}',
      '^w',
      "w's",
      '""',
      '"',
      '\\d+',
      '%_',
      '*',
    ])
      deepEqual(ids(term), ['a'], term);
    for (const term of ['bowline AND', 'x OR y', 'say*', '"say"', '\\d\\d']) deepEqual(ids(term), [], term);
  });

  it('never fails, and agrees with a plain look at the texts', function () {
    this.timeout(60_000);
    const texts = ['The quick "brown" fox', 'ΑΒΓ αβγ ß', 'a-b_c.d/e:f*(g)^h{i}', '日本語 🎉👩‍👩‍👧', 'x\ty\nz  end'];
    store.append('a', [a.started('t1'), ...texts.map((text, index) => a.item('t1', messageItem(`m${index}`, text)))]);
    const piece = fc
      .tuple(fc.constantFrom(...texts), fc.nat(20), fc.integer({ min: 1, max: 8 }))
      .map(([text, from, length]) =>
        Array.from(text)
          .slice(from, from + length)
          .join(''),
      );
    const terms = fc.oneof(piece, fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 6 }));
    fc.assert(
      fc.property(terms, (raw) => {
        const term = raw.trim();
        fc.pre(term !== '');
        const found = ids(term);
        const stands = texts.some((text) => text.includes(term));
        if (stands) deepEqual(found, ['a']);
        ok(found.length <= 1);
        if (stands) ok(places('a', term).length > 0, JSON.stringify(term));
      }),
      { numRuns: 150 },
    );
  });

  it('pages and sorts like the list, archived threads on their own', () => {
    for (const id of ['c', 'd', 'e']) {
      create(id, id.charCodeAt(0));
      store.append(id, new Script(id).turn('t'));
    }
    store.update('d', { archived: true });
    deepEqual(ids('answer'), ['e', 'c']);
    deepEqual(ids('answer', { archived: true }), ['d']);
    deepEqual(ids('answer', { direction: 'asc' }), ['c', 'e']);
    const first = store.search({ ...QUERY, term: 'answer', limit: 1 });
    deepEqual(
      first.data.map(({ record }) => record.id),
      ['e'],
    );
    deepEqual(ids('answer', { cursor: first.nextCursor }), ['c']);
    try {
      ids('answer', { cursor: 'garbage' });
      ok(false);
    } catch (error) {
      ok(isKind('invalidCursor')(error));
    }
  });

  it('counts inherited history once, and to a fork when its source does not show it any more', () => {
    store.append('a', [...a.turn('t1', 'the early knot'), ...a.turn('t2', 'the late hitch')]);
    fork('f', 'a', 't2');
    store.append('f', new Script('f').turn('u1', 'a splice'));
    deepEqual([ids('early knot'), ids('late hitch'), ids('splice')], [['a'], ['a'], ['f']]);
    store.append('a', [a.reverted('t2')]);
    deepEqual([ids('early knot'), ids('late hitch')], [['a'], ['f']]);
    equal(hits('late hitch')[0]?.turnId, 't2');
    store.update('a', { archived: true });
    deepEqual([ids('early knot'), ids('early knot', { archived: true })], [['f'], ['a']]);
    fork('g', 'f', 'u1');
    store.append('f', [new Script('f').reverted('t1')]);
    deepEqual(ids('early knot'), ['g'], 'a fork of the fork still shows it');
    deepEqual(places('g', 'early knot').length, 1);
    deepEqual(places('f', 'early knot'), []);
  });

  it('finds nothing that was taken back or removed, and names are found without their turns', () => {
    store.append('a', a.turn('t1', 'a sheepshank'));
    store.append('a', [a.reverted('t1')]);
    deepEqual([ids('sheepshank'), places('a', 'sheepshank')], [[], []]);
    store.append('b', new Script('b').turn('u1', 'a sheepshank'));
    store.update('b', { name: 'Ropes' });
    const [named] = hits('rope');
    deepEqual([named?.record.id, named?.turnId, named?.snippet.text], ['b', null, 'Ropes']);
    store.remove('b');
    deepEqual([ids('sheepshank'), ids('rope')], [[], []]);
  });

  it('lists each place in the messages of a thread, in order and in pages', () => {
    store.append('a', [
      a.started('t1'),
      a.item('t1', userItem('u', 'knot, Knot and KNOT')),
      a.item('t1', { ...commandItem('c', 'knot'), completedAtMs: T0 }),
      a.item('t1', messageItem('m', 'not a knot')),
      a.event({ method: 'turn/completed', params: { threadId: 'a', turn: completedTurn('t1') } }),
      ...a.turn('t2', 'no knots'),
    ]);
    const all = places('a', 'knot');
    deepEqual(
      all.map(({ itemId, turnId, snippet }) => [turnId, itemId, snippet.start]),
      [
        ['t1', 'u', 0],
        ['t1', 'u', 6],
        ['t1', 'u', 15],
        ['t1', 'm', 6],
        ['t2', 't2-agent', 3],
      ],
    );
    const paged = [];
    let cursor: string | null = null;
    do {
      const page = store.occurrences({ threadId: 'a', term: 'knot', cursor, limit: 2 });
      paged.push(...page.data);
      cursor = page.nextCursor;
    } while (cursor !== null);
    deepEqual(paged, all);
    const from = store.turns('a', { cursor: all[4]?.turnCursor ?? null, limit: 1, direction: 'asc' });
    equal(from.data[0]?.id, 't2');
  });

  it('finds what was stored by an older version', async () => {
    store.append('a', a.turn('t1', 'an old bowline'));
    store.close();
    const database = new DatabaseSync(join(scratch.home, 'threads.db'));
    database.exec(`DROP TABLE texts; DROP TABLE text_terms; DROP INDEX items_by_event;
      CREATE VIRTUAL TABLE texts USING fts5 (text, content = '', contentless_delete = 1);
      DROP TABLE sections; DROP TABLE section_places; DROP TABLE read_states; DROP TABLE attachments; DROP TABLE imports;
      PRAGMA user_version = ${SEARCHED_SINCE - 1}`);
    database.close();
    store = await scratch.store();
    deepEqual(ids('old bowline'), ['a']);
    store.append('a', a.turn('t2', 'a new bowline'));
    deepEqual(hits('bowline')[0]?.count, 2);
  });
});

describe('the search index', () => {
  it('is filled anew for what is older than the step that made it, not at every later step', () => {
    equal(SEARCHED_SINCE, MIGRATIONS.findLastIndex((step) => step.includes('CREATE VIRTUAL TABLE texts')) + 1);
  });
});

describe('a snippet', () => {
  const cut = (text: string, term: string) => snippetAt(text, placesOf(text, term)[0]!);

  it('is on one line, says where it was cut, and keeps characters whole', () => {
    deepEqual(cut('one\n two\tthree', 'TWO'), { text: 'one two three', start: 4, end: 7 });
    const long = `${'🎉'.repeat(100)}knot${'日'.repeat(100)}`;
    const { text, start, end } = cut(long, 'knot');
    equal(text.slice(start, end), 'knot');
    ok(text.startsWith('... 🎉') && text.endsWith('日 ...') && text.isWellFormed(), text);
    ok(text.length < 160);
  });
});
