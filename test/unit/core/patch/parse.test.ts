// Patches are read as models write them, and anything else is refused with a reason.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parsePatch } from '../../../../server/core/patch/parse.ts';
import { PatchError } from '../../../../server/core/patch/patchError.ts';
import { onlyItsOwnError, SAMPLE } from './properties.ts';

const wrap = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');

describe('parsePatch', () => {
  it('reads every kind of section', () => {
    const text = wrap(
      '*** Add File: src/new.txt',
      '+line one',
      '+',
      '*** Delete File: gone.txt',
      '*** Update File: old.txt',
      '*** Move to: moved/new.txt',
      '@@ class A',
      '@@ def f',
      ' context',
      '-x',
      '+X',
      '@@',
      '+last',
      '*** End of File',
    );
    assert.deepEqual(parsePatch(text), [
      { type: 'add', path: 'src/new.txt', lines: ['line one', ''] },
      { type: 'delete', path: 'gone.txt' },
      {
        type: 'update',
        path: 'old.txt',
        moveTo: 'moved/new.txt',
        hunks: [
          {
            anchors: ['class A', 'def f'],
            lines: [
              { kind: 'context', text: 'context' },
              { kind: 'removed', text: 'x' },
              { kind: 'added', text: 'X' },
            ],
            atEnd: false,
            line: 8,
          },
          { anchors: [], lines: [{ kind: 'added', text: 'last' }], atEnd: true, line: 13 },
        ],
      },
    ]);
  });

  const tolerated: Record<string, string> = {
    'no newline at the end': '*** Begin Patch\n*** Delete File: a\n*** End Patch',
    'CRLF line ends': '*** Begin Patch\r\n*** Delete File: a\r\n*** End Patch\r\n',
    'trailing whitespace of markers': '*** Begin Patch  \n*** Delete File: a\t\n*** End Patch \n',
    'a code fence around it': '```patch\n*** Begin Patch\n*** Delete File: a\n*** End Patch\n```\n',
    'the lines of a here-document': "apply_patch <<'EOF'\n*** Begin Patch\n*** Delete File: a\n*** End Patch\nEOF\n",
    'empty lines around sections': '\n*** Begin Patch\n\n*** Delete File: a\n\n*** End Patch\n\n',
    'a byte order mark': '\uFEFF*** Begin Patch\n*** Delete File: a\n*** End Patch',
    'two patches in a row': '*** Begin Patch\n*** End Patch\n*** Begin Patch\n*** Delete File: a\n*** End Patch',
  };
  for (const [what, text] of Object.entries(tolerated))
    it(`tolerates ${what}`, () => assert.deepEqual(parsePatch(text), [{ type: 'delete', path: 'a' }]));

  it('takes hunks without @@, hunk headers of unified diffs, and @@ at both ends', () => {
    const hunksOf = (...lines: string[]) => {
      const [file] = parsePatch(wrap('*** Update File: a', ...lines));
      assert.ok(file?.type === 'update');
      return file.hunks.map((hunk) => hunk.anchors);
    };
    assert.deepEqual(hunksOf('-a', '+b'), [[]]);
    assert.deepEqual(hunksOf('@@ -1,2 +1,2 @@ function f()', '-a', '+b'), [[]]);
    assert.deepEqual(hunksOf('@@ def f(): @@', '-a', '+b'), [['def f():']]);
  });

  const refused: Record<string, [string, RegExp]> = {
    'nothing at all': ['', /is empty/],
    'another text': [
      'hello',
      /Line 1 of the patch: The patch must start with "\*\*\* Begin Patch", but it reads "hello"/,
    ],
    'a patch that is cut off': ['*** Begin Patch\n*** Add File: a\n+b\n', /may be cut off/],
    'a patch of no file': [wrap(), /names no file/],
    'text between sections': [wrap('*** Delete File: a', 'hello'), /Line 3 of the patch: Expected/],
    'text after the end': [`${wrap('*** Delete File: a')}rm -rf /`, /Nothing may follow/],
    'a new file without plus signs': [wrap('*** Add File: a', 'text'), /must start with "\+"/],
    'an update that says nothing': [wrap('*** Update File: a'), /changes nothing/],
    'an empty hunk': [wrap('*** Update File: a', '@@ x', '*** Delete File: b'), /has no lines/],
    'a line of a hunk without prefix': [wrap('*** Update File: a', '@@', 'text'), /must start with " "/],
    'a move without update': [wrap('*** Move to: b'), /right after/],
    'a late move': [wrap('*** Update File: a', '-x', '*** Move to: b'), /right after/],
    'a header without path': [wrap('*** Add File:   '), /needs the path/],
    'the path of a folder': [wrap('*** Add File: a/'), /needs the path/],
    'a path with a NUL': [wrap('*** Delete File: a\0b'), /needs the path/],
  };
  for (const [what, [text, message]] of Object.entries(refused))
    it(`refuses ${what}`, () => {
      assert.throws(
        () => parsePatch(text),
        (error) => error instanceof PatchError && message.test(error.message),
      );
    });

  it('throws nothing but its own error', () => fc.assert(onlyItsOwnError, SAMPLE));
});
