// A FileUpdateChange shows exactly what the wire says, and gives back the texts it was made from.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  applyUnifiedHunks,
  countChangedLines,
  fileUpdateChange,
  textAfter,
  unifiedHunks,
} from '../../../server/protocol/fileChange.ts';
import { fileText } from '../core/patch/arbitraries.ts';
import { SAMPLE, thereAndBack } from '../core/patch/properties.ts';

const PATH = '/ws/a.txt';
describe('fileUpdateChange', () => {
  it('shows an added file as its whole text, a deleted one as its whole old text', () => {
    const added = fileUpdateChange({ path: PATH, before: null, after: 'one\ntwo\n', movePath: null });
    assert.deepEqual(added, { path: PATH, kind: { type: 'add' }, diff: 'one\ntwo\n' });
    const deleted = fileUpdateChange({ path: PATH, before: 'bye\n', after: null, movePath: null });
    assert.deepEqual(deleted, { path: PATH, kind: { type: 'delete' }, diff: 'bye\n' });
  });

  it('shows an update as unified hunks without file headers', () => {
    const change = fileUpdateChange({
      path: PATH,
      before: '# demo\n',
      after: '# demo changed\nmore\n',
      movePath: null,
    });
    assert.equal(change.diff, '@@ -1 +1,2 @@\n-# demo\n+# demo changed\n+more\n');
    assert.deepEqual(change.kind, { type: 'update', move_path: null });
  });

  it('says where a file was moved to', () => {
    const change = fileUpdateChange({ path: PATH, before: 'x\ny\n', after: 'X\ny\n', movePath: '/ws/moved/new.txt' });
    assert.equal(change.diff, '@@ -1,2 +1,2 @@\n-x\n+X\n y\n\n\nMoved to: /ws/moved/new.txt');
    assert.deepEqual(textAfter('x\ny\n', change), { type: 'text', text: 'X\ny\n' });
    const pure = fileUpdateChange({ path: PATH, before: 'x\n', after: 'x\n', movePath: '/ws/b' });
    assert.equal(pure.diff, '\n\nMoved to: /ws/b');
    assert.deepEqual(textAfter('x\n', pure), { type: 'text', text: 'x\n' });
  });

  it('marks a missing final newline and an empty side as diff does', () => {
    assert.equal(unifiedHunks('a', 'a\n'), '@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n');
    assert.equal(unifiedHunks('', 'a\n'), '@@ -0,0 +1 @@\n+a\n');
    assert.equal(unifiedHunks('a\n', ''), '@@ -1 +0,0 @@\n-a\n');
  });

  it('gives back the text after from the text before, and the other way round', () => fc.assert(thereAndBack, SAMPLE));

  it('never throws on a diff that is none', () => {
    fc.assert(
      fc.property(fc.oneof(fileText, fc.string()), fc.oneof(fileText, fc.string()), (before, hunks) => {
        applyUnifiedHunks(before, hunks);
        countChangedLines({ path: PATH, kind: { type: 'update', move_path: null }, diff: hunks });
      }),
    );
  });

  it('finds hunks that slid, and refuses those that are not there any more', () => {
    const hunks = unifiedHunks('a\nb\nc\n', 'a\nB\nc\n');
    assert.equal(applyUnifiedHunks('new\nlines\na\nb\nc\n', hunks), 'new\nlines\na\nB\nc\n');
    assert.equal(applyUnifiedHunks('a\nother\nc\n', hunks), null);
  });

  it('does not guess the place of a hunk that is still being written', () => {
    const loose = { path: PATH, kind: { type: 'update', move_path: null }, diff: '@@\n-a\n+b\n' } as const;
    assert.equal(textAfter('a\n', loose).type, 'conflict');
    assert.deepEqual(countChangedLines(loose), { added: 1, removed: 1 });
    assert.equal(textAfter(null, loose).type, 'conflict');
  });

  it('counts lines', () => {
    const count = (before: string | null, after: string | null) =>
      countChangedLines(fileUpdateChange({ path: PATH, before, after, movePath: '/m' }));
    assert.deepEqual(count(null, 'a\nb'), { added: 2, removed: 0 });
    assert.deepEqual(count('a\nb\n', null), { added: 0, removed: 2 });
    assert.deepEqual(count('a\n-b\n', 'a\n+c\nd\n'), { added: 2, removed: 1 });
  });

  it('shows one change as one hunk, in its context', () => {
    assert.equal(
      unifiedHunks('1\n2\n3\n4\n5\n6\n7\n', '1\n2\n3\n4\nfive\n6\n7\n'),
      '@@ -2,6 +2,6 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n',
    );
    assert.equal(
      unifiedHunks('a\nb', 'a\nb\nc'),
      '@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n',
    );
    assert.equal(unifiedHunks('a\nb\nb\nc\n', 'a\nb\nc\n'), '@@ -1,4 +1,3 @@\n a\n b\n-b\n c\n');
  });

  it('stays quick on two long texts with next to nothing in common', () => {
    const long = (word: string): string => Array.from({ length: 10_000 }, (_, n) => `${word} ${n}\n`).join('');
    for (const middle of ['', 'middle\n']) {
      const text = (word: string): string => `same\n${long(word)}${middle}${long(word)}end\n`;
      const [before, after] = [text('old'), text('new')];
      const hunks = unifiedHunks(before, after);
      const lines = 20_002 + (middle === '' ? 0 : 1);
      assert.ok(hunks.startsWith(`@@ -1,${lines} +1,${lines} @@\n same\n-old 0\n`), hunks.slice(0, 50));
      assert.equal(applyUnifiedHunks(before, hunks), after);
    }
  });
});
