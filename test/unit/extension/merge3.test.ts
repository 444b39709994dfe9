// Three-way merge of texts: each side's changes stay, contradictions are counted and go to theirs.
import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { blocksOf, countLines, joinLines, splitLines } from '../../../src/diffs/hunks.ts';
import { merge3, type Merged } from '../../../src/diffs/merge3.ts';

const merge = (base: string, ours: string, theirs: string): Merged => merge3({ base, ours, theirs });
const textOfLines = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 12 })
  .chain((lines) => fc.boolean().map((isClosed) => lines.join('\n') + (isClosed && lines.length > 0 ? '\n' : '')));

describe('merge3', () => {
  const cases: readonly (readonly [string, string, string, string, string, number])[] = [
    ['keeps changes of both sides', 'a\nb\nc\nd\ne\n', 'A\nb\nc\nd\ne\n', 'a\nb\nc\nd\nE\n', 'A\nb\nc\nd\nE\n', 0],
    ['takes what only one side changed', 'a\nb\n', 'a\nb\n', 'a\nB\n', 'a\nB\n', 0],
    ['takes what both changed alike, once', 'a\nb\nc\n', 'a\nB\nc\n', 'a\nB\nc\n', 'a\nB\nc\n', 0],
    ['counts a contradiction and gives it to theirs', 'a\nb\nc\n', 'a\nX\nc\n', 'a\nY\nc\n', 'a\nY\nc\n', 1],
    ['sees a contradiction in lines that touch', 'a\nb\nc\nd\n', 'a\nX\nc\nd\n', 'a\nb\nY\nd\n', 'a\nb\nY\nd\n', 1],
    ['sees one in lines put in at the same place', 'a\nb\n', 'a\nX\nb\n', 'a\nY\nb\n', 'a\nY\nb\n', 1],
    ['sees one in a line removed here and changed there', 'a\nb\nc\n', 'a\nc\n', 'a\nB\nc\n', 'a\nB\nc\n', 1],
    ['knows no line endings', 'a\r\nb\r\nc\r\nd\r\n', 'A\nb\nc\nd\n', 'a\r\nb\r\nc\r\nD\r\n', 'A\nb\nc\nD\n', 0],
    [
      'merges what follows a longer change',
      '1\n2\n3\n4\n5\n',
      '1\nx\ny\nz\n3\n4\n5\n',
      '1\n2\n3\n4\nV\n',
      '1\nx\ny\nz\n3\n4\nV\n',
      0,
    ],
    ['keeps a missing newline at the end', 'a\nb\nc', 'A\nb\nc', 'a\nb\nc', 'A\nb\nc', 0],
    ['glues no lines together', 'a', 'a\nb\nc\n', 'a', 'a\nb\nc\n', 0],
    ['merges into an empty text', '', '', 'a\n', 'a\n', 0],
  ];
  for (const [what, base, ours, theirs, text, conflicts] of cases) {
    it(what, () => deepEqual(merge(base, ours, theirs), { text, conflicts }));
  }

  it('gives the changed side when the other has changed nothing', () =>
    fc.assert(
      fc.property(textOfLines, textOfLines, (base, changed) => {
        equal(merge(base, changed, base).text, changed);
        equal(merge(base, base, changed).text, changed);
        deepEqual(merge(base, changed, changed), { text: changed, conflicts: 0 });
      }),
    ));

  it('is the same whichever side comes first, as long as they agree', () =>
    fc.assert(
      fc.property(textOfLines, textOfLines, textOfLines, (base, left, right) => {
        const [one, other] = [merge(base, left, right), merge(base, right, left)];
        equal(one.conflicts, other.conflicts);
        if (one.conflicts === 0) equal(one.text, other.text);
      }),
    ));

  it('takes an own change back out of a merged text', () =>
    fc.assert(
      fc.property(textOfLines, textOfLines, textOfLines, (before, after, now) => {
        const merged = merge(before, after, now);
        if (merged.conflicts > 0) return;
        const back = merge(after, before, merged.text);
        if (back.conflicts === 0) equal(merge(back.text, merged.text, back.text).text, merged.text);
      }),
    ));
});

describe('blocksOf', () => {
  it('gives blocks that make one text into the other', () =>
    fc.assert(
      fc.property(textOfLines, textOfLines, (before, after) => {
        const [old, young] = [splitLines(before), splitLines(after)];
        const result: string[] = [];
        let taken = 0;
        for (const block of blocksOf(old, young)) {
          result.push(...old.slice(taken, block.beforeStart), ...young.slice(block.afterStart, block.afterEnd));
          taken = block.beforeEnd;
        }
        equal(joinLines([...result, ...old.slice(taken)]), after);
      }),
    ));

  it('gives up on being minimal, not on being right, where texts are long and different', () => {
    const [old, young] = [
      Array.from({ length: 6_000 }, (_, n) => `a${n}\n`),
      Array.from({ length: 6_000 }, (_, n) => `b${n}\n`),
    ];
    deepEqual(blocksOf(['same\n', ...old], ['same\n', ...young]), [
      { beforeStart: 1, beforeEnd: 6_001, afterStart: 1, afterEnd: 6_001 },
    ]);
  });

  it('counts lines', () => deepEqual(countLines('a\nb\nc\n', 'a\nX\nY\nc\n'), { added: 2, removed: 1 }));
});
