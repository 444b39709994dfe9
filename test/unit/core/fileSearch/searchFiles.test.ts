// Finding files: what fits, what fits better, where it fits, and that a search goes on from the one before.
import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { indexOf } from '../../../../server/core/fileSearch/fileIndex.ts';
import { FileIndexes } from '../../../../server/core/fileSearch/fileIndexes.ts';
import { folded } from '../../../../server/core/fileSearch/foldedText.ts';
import { bestFit } from '../../../../server/core/fileSearch/fuzzyMatch.ts';
import { MOST_FOUND, queryOf, searchFiles, type Fitting } from '../../../../server/core/fileSearch/searchFiles.ts';
import { createHandClock } from '../../../support/handClock.ts';

const ALWAYS = { next: () => Promise.resolve(true) };

async function find(query: string, paths: readonly string[]) {
  const result = await searchFiles([indexOf('/root', paths)], queryOf(query), ALWAYS);
  return result?.files ?? [];
}

const fit = (word: string, text: string) => bestFit(folded(word), { text, folded: folded(text) });

describe('bestFit', () => {
  const places: readonly [word: string, text: string, places: number[] | null][] = [
    ['main', 'main.ts', [0, 1, 2, 3]],
    ['MAIN', 'src/Main.ts', [4, 5, 6, 7]],
    ['mn', 'main', [0, 3]],
    ['nm', 'main', null],
    ['mainn', 'main', null],
    ['a', 'b', null],
    // side by side rather than early
    ['abc', 'xa-zabc', [4, 5, 6]],
    // beginnings of words rather than the middle
    ['fb', 'off/foo_bar', [4, 8]],
    ['mp', 'mapMainProgram', [0, 7]],
    ['pg', 'mapMainPageGraph', [7, 11]],
    ['v2', 'over2/v2', [6, 7]],
    ['umlaut', 'ÜMLÄUT', [0, 1, 2, 3, 4, 5]],
    ['ümlaut', 'umlaut', [0, 1, 2, 3, 4, 5]],
    ['ss', 'straße', null],
    ['ı', 'İ', null],
  ];
  for (const [word, text, expected] of places) {
    it(`finds ${word} in ${text}${expected === null ? ' nowhere' : ` at ${expected.join()}`}`, () =>
      deepEqual(fit(word, text)?.places ?? null, expected));
  }

  const better: readonly [word: string, more: string, less: string][] = [
    ['read', 'readme', 'breadth'],
    ['read', 'lib/readFile', 'library/proceed'],
    ['rf', 'readFile', 'reffer'],
    ['test', 'a-test', 'attest'],
    ['abc', 'abc', 'a-b-c'],
    ['abcd', 'axbcd', 'axxxxbcd'],
  ];
  for (const [word, more, less] of better) {
    it(`takes ${more} for better than ${less} when ${word} is wanted`, () =>
      ok((fit(word, more)?.score ?? 0) > (fit(word, less)?.score ?? 0)));
  }

  it('fits if and only if the characters stand in order, and says where', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'C', '/', '_', '1'), maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, (word, text) => {
        if (word === '') return;
        const found = fit(word, text);
        const wanted = new RegExp(folded(word).split('').join('.*')).test(folded(text));
        equal(found !== null, wanted);
        if (found === null) return;
        equal(found.places.map((at) => folded(text)[at]).join(''), folded(word));
        ok(found.places.every((at, index) => index === 0 || at > (found.places[index - 1] ?? 0)));
        ok(found.score >= 1 && Number.isInteger(found.score));
      }),
    );
  });
});

describe('folded', () => {
  it('keeps each unit in its place', () => {
    for (const text of ['ABC', 'ÀÉ', 'İstanbul', 'e\u0301', '😀A', 'ﬁ', 'ẞ'])
      equal(folded(text).length, text.length, text);
    equal(folded('ÀÉ'), 'ae');
  });
});

describe('searchFiles', () => {
  it('prefers the whole name, then the name, then the path; then what is shorter', async () => {
    const found = await find('main', ['docs/main/help.md', 'a/domain.ts', 'x/main', 'src/main.ts', 'main.test.ts']);
    deepEqual(
      found.map(({ path, match_type }) => `${path} ${match_type}`),
      [
        'x/main file',
        'docs/main directory',
        'src/main.ts file',
        'main.test.ts file',
        'a/domain.ts file',
        'docs/main/help.md file',
      ],
    );
    deepEqual(found[2], {
      root: '/root',
      path: 'src/main.ts',
      match_type: 'file',
      file_name: 'main.ts',
      score: found[2]?.score ?? 0,
      indices: [4, 5, 6, 7],
    });
  });

  it('wants every word of the query, in any order, and each on its own', async () => {
    const paths = ['server/app/handlers/fs.ts', 'server/app/fanout.ts', 'src/fs.ts'];
    deepEqual(
      (await find('fs.ts handlers', paths)).map(({ path }) => path),
      ['server/app/handlers/fs.ts'],
    );
    deepEqual(
      (await find('app/fan', paths)).map(({ path, indices }) => [path, indices]),
      [['server/app/fanout.ts', [7, 8, 9, 10, 11, 12, 13]]],
    );
  });

  it('finds nothing when nothing is asked for', async () => {
    for (const query of ['', '  ', 'x'.repeat(600)]) deepEqual(await find(query, ['x'.repeat(700)]), []);
  });

  it('counts characters, not units', async () => {
    deepEqual((await find('ab', ['😀/a😀b']))[0]?.indices, [2, 4]);
    deepEqual((await find('😀b', ['a😀b']))[0]?.indices, [1, 2]);
  });

  it('gives the best and no more than a list shows', async () => {
    const paths = Array.from({ length: 500 }, (_path, index) => `folder/x${'y'.repeat(index % 97)}${index}z`);
    const found = await find('xz', paths);
    equal(found.length, MOST_FOUND);
    const all = paths.map((path) => fit('xz', path.slice(7))?.score ?? 0).toSorted((one, other) => other - one);
    deepEqual(
      found.map(({ score }) => score - 65_536),
      all.slice(0, MOST_FOUND),
    );
  });

  it('finds the same from what fitted before as from all', async () => {
    const segment = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), minLength: 1, maxLength: 6 });
    const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
    const typed = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/', ' '), minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(path, { maxLength: 20 }), typed, async (paths, text) => {
        const index = indexOf('/root', paths);
        let earlier: Fitting | null = null;
        for (let length = 1; length <= text.length; length += 1) {
          const query = queryOf(text.slice(0, length));
          const whole = await searchFiles([index], query, ALWAYS);
          const further = await searchFiles([index], query, { ...ALWAYS, earlier });
          deepEqual(further?.files, whole?.files);
          earlier = further?.fitting ?? null;
        }
      }),
      { numRuns: 50 },
    );
  });

  it('does not go on from a query that was another one', async () => {
    const index = indexOf('/root', ['abc', 'xyz']);
    const before = await searchFiles([index], queryOf('abc'), ALWAYS);
    const after = await searchFiles([index], queryOf('x'), { ...ALWAYS, earlier: before?.fitting ?? null });
    deepEqual(
      after?.files.map(({ path }) => path),
      ['xyz'],
    );
  });

  it('lets others have their turn, and ends when it is not wanted any more', async () => {
    const paths = Array.from({ length: 45_000 }, (_path, index) => `folder/file${index}`);
    let turns = 0;
    const next = () => Promise.resolve((turns += 1) < 3);
    equal(await searchFiles([indexOf('/root', paths)], queryOf('file'), { next }), null);
    equal(turns, 3);
  });
});

describe('the indexes of folders', () => {
  it('are made once for those who ask together or soon, and made anew later', async () => {
    const clock = createHandClock();
    const asked: string[] = [];
    const list = (root: string): Promise<string[]> => {
      asked.push(root);
      return root === '/bad' ? Promise.reject(new Error('not there')) : Promise.resolve(['a/b']);
    };
    const indexes = new FileIndexes({ list }, clock);
    const [one, other] = await Promise.all([indexes.get('/one'), indexes.get('/one')]);
    equal(one, other);
    deepEqual(one.paths, ['a/b', 'a']);
    equal(await indexes.get('/one'), one);
    for (const timer of clock.timers) timer.run();
    ok((await indexes.get('/one')) !== one);
    for (let time = 0; time < 2; time += 1)
      await indexes.get('/bad').then(
        () => ok(false),
        () => undefined,
      );
    deepEqual(asked, ['/one', '/one', '/bad', '/bad']);
  });

  it('are few', async () => {
    let listed = 0;
    const list = (): Promise<string[]> => Promise.resolve([String((listed += 1))]);
    const indexes = new FileIndexes({ list }, createHandClock());
    for (let root = 0; root < 20; root += 1) await indexes.get(`/${root}`);
    await indexes.get('/19');
    equal(listed, 20);
    await indexes.get('/0');
    equal(listed, 21);
  });
});
