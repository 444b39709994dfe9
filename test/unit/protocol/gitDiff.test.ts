// The git-style diff of a turn, read back into files.
import { deepEqual, equal } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { TurnDiff } from '../../../server/core/patch/turnDiff.ts';
import { applyUnifiedHunks } from '../../../server/protocol/fileChange.ts';
import { parseGitDiff } from '../../../server/protocol/gitDiff.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const render = (files: Parameters<TurnDiff['render']>[0]): string =>
  new TurnDiff('/ws', (bytes) => createHash('sha1').update(bytes).digest('hex')).render(files);

describe('parseGitDiff', () => {
  it('reads added, changed, deleted and moved files as our own server writes them', () => {
    const diff = render([
      { path: '/ws/added.txt', before: null, after: encode('new\n'), movedFrom: null },
      { path: '/ws/changed.txt', before: encode('a\nb\n'), after: encode('a\nB\n'), movedFrom: null },
      { path: '/ws/deleted.txt', before: encode('old\n'), after: null, movedFrom: null },
      { path: '/ws/from.txt', before: encode('x\n'), after: null, movedFrom: null },
      { path: '/ws/to b/x.txt', before: null, after: encode('x\n'), movedFrom: '/ws/from.txt' },
      { path: '/ws/image.png', before: encode('\0a'), after: encode('\0b'), movedFrom: null },
      { path: '/elsewhere/file', before: encode('1\n'), after: encode('2\n'), movedFrom: null },
    ]);
    deepEqual(
      parseGitDiff(diff).map(({ oldPath, newPath, isBinary }) => [oldPath, newPath, isBinary]),
      [
        ['elsewhere/file', 'elsewhere/file', false],
        [null, 'added.txt', false],
        ['changed.txt', 'changed.txt', false],
        ['deleted.txt', null, false],
        ['from.txt', 'to b/x.txt', false],
        ['image.png', 'image.png', true],
      ],
    );
  });

  it('gives hunks that can be applied', () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        fc.pre(before !== after && !`${before}${after}`.includes('\0'));
        const lines = (text: string): string => text.replaceAll(/[^ -~]/g, '\n');
        fc.pre(lines(before) !== lines(after));
        const diff = render([
          { path: '/ws/a', before: encode(lines(before)), after: encode(lines(after)), movedFrom: null },
        ]);
        equal(applyUnifiedHunks(lines(before), parseGitDiff(diff)[0]?.hunks ?? '?'), lines(after));
      }),
    ));

  it('is not misled by lines of a file that look like a diff', () => {
    const after = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n';
    const diff = render([{ path: '/ws/notes.md', before: encode('hello\n'), after: encode(after), movedFrom: null }]);
    const files = parseGitDiff(diff);
    deepEqual(
      files.map(({ newPath }) => newPath),
      ['notes.md'],
    );
    equal(applyUnifiedHunks('hello\n', files[0]?.hunks ?? ''), after);
  });

  it('reads quoted names', () => {
    const diff =
      'diff --git "a/\\303\\244 \\"b\\".txt" "b/\\303\\244 \\"b\\".txt"\n--- "a/\\303\\244 \\"b\\".txt"\n+++ "b/\\303\\244 \\"b\\".txt"\n@@ -1 +1 @@\n-a\n+b\n';
    deepEqual(parseGitDiff(diff), [
      { oldPath: 'ä "b".txt', newPath: 'ä "b".txt', hunks: '@@ -1 +1 @@\n-a\n+b\n', isBinary: false },
    ]);
  });

  it('knows the name of an empty file, which has no hunks', () => {
    const diff = render([{ path: '/ws/dir b/empty', before: null, after: encode(''), movedFrom: null }]);
    deepEqual(parseGitDiff(diff), [{ oldPath: null, newPath: 'dir b/empty', hunks: '', isBinary: false }]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseGitDiff(text)));
    fc.assert(fc.property(fc.string(), (text) => void parseGitDiff(`diff --git ${text}\n@@ -1 +1 @@\n${text}`)));
  });
});
