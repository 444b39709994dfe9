// How the chat page words things: commands without their shell, durations, numbers, paths, tools, changes, failures.
import assert from 'node:assert/strict';
import type { Turn } from '../../../server/protocol/schema/turn.ts';
import { countChange, sumChanges, totalOf } from '../../../webview-ui/session/changes.ts';
import { failureOf } from '../../../webview-ui/session/failure.ts';
import { mentionAt, mentionToken } from '../../../webview-ui/session/mention.ts';
import {
  absolutePath,
  folderName,
  looksLikeFile,
  parseFileReference,
  relativePath,
} from '../../../webview-ui/session/paths.ts';
import { durationWords, shortNumber } from '../../../webview-ui/session/timeWords.ts';
import { toolWords } from '../../../webview-ui/session/toolWords.ts';
import * as sample from '../../support/chatSamples.ts';

describe('words of the chat page', () => {
  const durations: [ms: number, words: string][] = [
    [0, '0 s'],
    [860, '0.9 s'],
    [9940, '9.9 s'],
    [12_300, '12 s'],
    [59_700, '1 min'],
    [75_000, '1 min 15 s'],
    [3_720_000, '1 h 2 min'],
    [-5, '0 s'],
  ];
  for (const [ms, words] of durations) it(`says ${words} for ${ms} ms`, () => assert.equal(durationWords(ms), words));

  it('shortens numbers', () => {
    assert.deepEqual([0, 980, 1000, 32_149, 272_000, 999_960, 1_250_000].map(shortNumber), [
      '0',
      '980',
      '1k',
      '32.1k',
      '272k',
      '1M',
      '1.3M',
    ]);
  });

  const references: [text: string, path: string, line?: number][] = [
    ['src/a.ts', 'src/a.ts'],
    ['src/a.ts:12', 'src/a.ts', 12],
    ['src/a.ts:12:3', 'src/a.ts', 12],
    ['src/a.ts:12-20', 'src/a.ts', 12],
    ['src/a.ts#L12-L20', 'src/a.ts', 12],
    ['C:\\work\\a.ts:7', 'C:\\work\\a.ts', 7],
    ['file:///home/a%20b/c.ts#L3', '/home/a b/c.ts', 3],
    ['file:///C:/a.ts', 'C:/a.ts'],
    ['100%.md', '100%.md'],
  ];
  for (const [text, path, line] of references) {
    it(`reads the file reference ${text}`, () =>
      assert.deepEqual(parseFileReference(text), line === undefined ? { path } : { path, line }));
  }

  it('takes code for a file only where it looks like one', () => {
    for (const file of ['src/a.ts', 'README.md', 'a.test.tsx:12', './x/y.json', 'C:\\a\\b.ts', 'app/[id]/page.tsx']) {
      assert.ok(looksLikeFile(file), file);
    }
    for (const code of [
      'console.log',
      'Array.prototype.map',
      'a.b.c()',
      'npm test',
      '1.5',
      'x',
      'e.g.',
      '.ts',
      'https://a.b/c.ts?x',
    ]) {
      assert.ok(!looksLikeFile(code), code);
    }
  });

  it('shows paths relative to the folder that holds them', () => {
    assert.equal(relativePath('/w/a/b.ts', ['/x', '/w']), 'a/b.ts');
    assert.equal(relativePath('/work2/b.ts', ['/work']), '/work2/b.ts');
    assert.equal(relativePath('C:\\w\\a\\b.ts', ['C:\\w']), 'a\\b.ts');
    assert.equal(folderName('/w/a/b.ts', ['/w']), 'a');
    assert.equal(folderName('/w/b.ts', ['/w']), '');
    assert.equal(absolutePath('./a/b.ts', '/w/'), '/w/a/b.ts');
    assert.equal(absolutePath('a.ts', 'C:\\w'), 'C:\\w\\a.ts');
    assert.equal(absolutePath('/a.ts', '/w'), '/a.ts');
  });

  it('finds the @-word at the caret', () => {
    assert.deepEqual(mentionAt('see @src/a', 10), { from: 4, query: 'src/a' });
    assert.deepEqual(mentionAt('@', 1), { from: 0, query: '' });
    assert.equal(mentionAt('mail@example', 12), undefined);
    assert.equal(mentionAt('see @a b', 8), undefined);
    assert.equal(mentionToken({ path: '', name: 'a b.ts', folder: 'src\\x' }), 'src/x/a\\ b.ts');
  });

  it('says what a tool did', () => {
    const read = sample.tool('d', ['read_file', { path: 'src/a.ts' }, '']);
    assert.ok(read.type === 'dynamicToolCall');
    assert.deepEqual(toolWords(read, true), { icon: 'eye', verb: 'Reading', object: 'src/a.ts', path: 'src/a.ts' });
    const other = sample.tool('d', ['lookup_ticket', { id: 'ABC-1' }, '']);
    assert.ok(other.type === 'dynamicToolCall');
    assert.equal(toolWords(other, false).object, 'lookup_ticket (ABC-1)');
  });

  it('counts changed lines, and sums them by file', () => {
    const update = sample.update('a.ts', '@@ -1,2 +1,3 @@\n a\n-b\n+c\n+d\n');
    const add = { path: '/n.ts', kind: { type: 'add' as const }, diff: 'x\ny' };
    assert.deepEqual(countChange(add), { path: '/n.ts', kind: 'added', added: 2, removed: 0 });
    const files = sumChanges([update, add, { ...update }]);
    assert.deepEqual(
      files.map(({ kind, added, removed }) => [kind, added, removed]),
      [
        ['updated', 4, 2],
        ['added', 2, 0],
      ],
    );
    assert.deepEqual(totalOf(files), { added: 6, removed: 2 });
  });

  it('names the remedies of a failure, the most helpful first', () => {
    const failed = (codexErrorInfo: NonNullable<Turn['error']>['codexErrorInfo'], items: Turn['items']) =>
      failureOf(
        sample.turn('t', {
          status: 'failed',
          items,
          error: { message: 'No.', codexErrorInfo, additionalDetails: null, misalignment: null },
        }),
      ).remedies;
    const said = sample.user('u', 'hi');
    assert.deepEqual(failed('unauthorized', [said]), ['setApiKey', 'retry', 'pickModel']);
    assert.deepEqual(failed('usageLimitExceeded', [said, sample.agent('a', 'x')]), ['pickModel', 'goOn']);
    assert.deepEqual(failed('contextWindowExceeded', [said]), ['newConversation']);
    assert.deepEqual(failed({ httpConnectionFailed: { httpStatusCode: 502 } }, [said]), ['retry']);
  });
});
