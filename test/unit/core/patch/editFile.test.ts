// Hunks go where they belong, and nothing but the changed lines changes.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { editFile, replaceFile } from '../../../../server/core/patch/editFile.ts';
import { displayText } from '../../../../server/core/patch/fileText.ts';
import { parsePatch } from '../../../../server/core/patch/parse.ts';
import { PatchError } from '../../../../server/core/patch/patchError.ts';
import type { PatchHunk } from '../../../../server/core/patch/patchReader.ts';
import { SAMPLE, untouchedLines } from './properties.ts';

function hunks(...lines: string[]): readonly PatchHunk[] {
  const [file] = parsePatch(['*** Begin Patch', '*** Update File: a', ...lines, '*** End Patch'].join('\n'));
  assert.ok(file?.type === 'update');
  return file.hunks;
}

const edit = (before: string, ...lines: string[]): string =>
  displayText(editFile(Buffer.from(before), hunks(...lines)).bytes);

const refusal = (before: string, ...lines: string[]): string => {
  try {
    edit(before, ...lines);
  } catch (error) {
    assert.ok(error instanceof PatchError);
    return error.message;
  }
  return assert.fail('it was applied');
};

describe('editFile', () => {
  it('replaces, adds and removes lines', () => {
    assert.equal(edit('one\ntwo\nthree\n', '@@', ' one', '-two', '+TWO', ' three'), 'one\nTWO\nthree\n');
    assert.equal(edit('# demo\n', '@@', '-# demo', '+# demo changed', '+more'), '# demo changed\nmore\n');
    assert.equal(edit('a\nb\n', '@@', '-a', '-b'), '');
    assert.equal(edit('', '@@', '+a'), 'a\n');
  });

  it('keeps line ends, byte order mark and a missing final newline', () => {
    assert.equal(edit('a\r\nb\r\nc', '@@', ' a', '-b', '+B', '+BB', ' c'), 'a\r\nB\r\nBB\r\nc');
    assert.equal(edit('a\r\nb', '@@', ' a', '-b', '+B'), 'a\r\nB');
    assert.equal(edit('a\nb', '@@', ' b', '+c'), 'a\nb\nc');
    assert.equal(edit('a\nb', '@@', ' a', '-b'), 'a\n');
    assert.equal(edit('a\r\nb\nc\r\n', '@@', ' b', '-c', '+C'), 'a\r\nb\nC\n');
    const marked = editFile(Buffer.from('\uFEFFa\nb\n'), hunks('@@', '-a', '+A')).bytes;
    assert.deepEqual(Buffer.from(marked), Buffer.from('\uFEFFA\nb\n'));
    assert.equal(edit('a\r\nb\r\n', '@@', '-a\r', '+A\r'), 'A\r\nb\r\n');
  });

  it('adds lines without context to the end of the file, or below the anchor', () => {
    assert.equal(edit('a\nb\n', '@@', '+c'), 'a\nb\nc\n');
    assert.equal(edit('f:\n  x\ng:\n', '@@ f:', '+  new'), 'f:\n  new\n  x\ng:\n');
  });

  it('finds hunks below their anchors, one inside the other', () => {
    const file = 'class A:\n  def f():\n    x\nclass B:\n  def f():\n    x\n';
    const expected = 'class A:\n  def f():\n    x\nclass B:\n  def f():\n    y\n';
    assert.equal(edit(file, '@@ class B:', '@@   def f():', '-    x', '+    y'), expected);
    assert.equal(edit(file, '@@ class B', '-    x', '+    y'), expected);
    assert.equal(edit(file, '@@ class B:', ' class B:', '   def f():', '-    x', '+    y'), expected);
  });

  it('takes the last lines for a hunk at the end of the file', () => {
    assert.equal(edit('x\na\nx\n', '@@', '-x', '+y', '*** End of File'), 'x\na\ny\n');
  });

  it('overlooks whitespace and look-alike punctuation, and says so', () => {
    const looser: [string, string, RegExp][] = [
      ['a  \nb\n', 'a', /without trailing whitespace/],
      ['    a\nb\n', 'a', /without indentation/],
      ['say “hi” – now\nb\n', 'say "hi" - now', /with plain punctuation/],
    ];
    for (const [file, context, note] of looser) {
      const { bytes, notes } = editFile(Buffer.from(file), hunks('@@', ` ${context}`, '-b', '+B'));
      assert.equal(displayText(bytes), file.replace('b', 'B'), 'context keeps its bytes');
      assert.match(notes.join(), note);
    }
  });

  it('overlooks an anchor that is not there when the lines are there once', () => {
    const { bytes, notes } = editFile(Buffer.from('a\nb\n'), hunks('@@ nowhere', '-b', '+B'));
    assert.equal(displayText(bytes), 'a\nB\n');
    assert.match(notes.join(), /Hunk 1 \(line 3 of the patch\): the @@ line was not found/);
    assert.match(refusal('b\nb\n', '@@ nowhere', '-b', '+B'), /does not fit below "@@ nowhere"/);
  });

  it('overlooks a gap before the next section', () => {
    assert.equal(edit('a\nb\n', '@@', '-a', '+A', ''), 'A\nb\n');
  });

  it('takes unique hunks out of order, but not on top of each other', () => {
    assert.equal(edit('a\nb\nc\n', '@@', '-c', '+C', '@@', '-a', '+A'), 'A\nb\nC\n');
    assert.match(refusal('a\nb\nc\n', '@@', ' a', '-b', '+B', '@@', ' a', '-b', '+X'), /change the same lines/);
  });

  it('names hunk, expected and nearest lines when a hunk is not there', () => {
    const message = refusal('first\nsecond\nthird\n', '@@', ' first', '-2nd', '+x', ' third');
    assert.equal(
      message,
      'Hunk 1 (line 3 of the patch) is not found. It expects these lines:\n  first\n  2nd\n  third\n' +
        'The nearest lines of the file are:\n  1: first\n  2: second\n  3: third',
    );
    assert.match(refusal('a\n', '@@', '-z', '+y'), /Nothing like them is in the file/);
  });

  it('does not guess between places that give different files', () => {
    assert.match(refusal('x\na\nx\n', '@@', '-x', '+y'), /fits at several places, for example at line 1 and at line 3/);
    assert.equal(edit('x\na\nx\n', '@@', '-x', '+y', '@@', '-x', '+z'), 'y\na\nz\n', 'the order leaves one way');
    assert.equal(edit('\n\n\na\n', '@@', '-'), '\n\na\n', 'all ways give the same file');
    assert.match(refusal('f:\n  x\nf:\n  x\n', '@@ f:', '-  x', '+  y'), /several places/);
  });

  it('refuses files that are not text', () => {
    assert.throws(() => editFile(Buffer.from('a\0b\n'), hunks('@@', '-a', '+b')), PatchError);
  });

  it('leaves every byte outside of the changed lines as it was', () => fc.assert(untouchedLines, SAMPLE));

  it('replaces a whole file in its own line ends', () => {
    assert.equal(displayText(replaceFile(Buffer.from('a\r\nb\r\n'), ['x', 'y'])), 'x\r\ny\r\n');
    assert.equal(displayText(replaceFile(Buffer.from('a'), ['x', 'y'])), 'x\ny');
  });
});
