// The decisions of the diffs room: what a patch did to a file, which lines are the agent's, and how a change is taken back.
import { deepEqual, equal } from 'node:assert/strict';
import { fileUpdateChange, type ChangedText } from '../../../server/protocol/fileChange.ts';
import { excerptOf } from '../../../src/diffs/excerpt.ts';
import { settledTexts } from '../../../src/diffs/liveChanges.ts';
import { marksOf } from '../../../src/diffs/marks.ts';
import { restorationOf } from '../../../src/diffs/restore.ts';

const t = (text: string): ChangedText => ({ type: 'text', text });
const ABSENT: ChangedText = { type: 'absent' };
const UNKNOWN: ChangedText = { type: 'conflict', message: 'why' };
const change = (before: string | null, after: string | null) =>
  fileUpdateChange({ path: '/ws/a', before, after, movePath: null });

describe('settledTexts', () => {
  const update = change('1\n2\n3\n', '1\nX\n3\n');
  const cases: readonly (readonly [string, ReturnType<typeof settledTexts>, ReturnType<typeof settledTexts>])[] = [
    [
      'believes what it saw when it leads to the file',
      settledTexts(update, t('1\nX\n3\n'), t('1\n2\n3\n')),
      { before: t('1\n2\n3\n'), after: t('1\nX\n3\n') },
    ],
    [
      'undoes the patch in the file when another one came in between',
      settledTexts(update, t('0\n1\nX\n3\n'), t('1\n2\n3\n')),
      { before: t('0\n1\n2\n3\n'), after: t('0\n1\nX\n3\n') },
    ],
    [
      'undoes the patch in the file when it saw nothing',
      settledTexts(update, t('1\nX\n3\n'), null),
      { before: t('1\n2\n3\n'), after: t('1\nX\n3\n') },
    ],
    [
      'falls back on what it saw when the file has moved on',
      settledTexts(update, t('other\n'), t('1\n2\n3\n')),
      { before: t('1\n2\n3\n'), after: t('1\nX\n3\n') },
    ],
    [
      'knows that an added file was not there',
      settledTexts(change(null, 'new\n'), t('new\n'), null),
      { before: ABSENT, after: t('new\n') },
    ],
    [
      'is not misled by an added file that was there already when it looked',
      settledTexts(change(null, 'new\n'), t('new\n'), t('new\n')),
      { before: ABSENT, after: t('new\n') },
    ],
    [
      'is not misled by a deleted file that was gone already when it looked',
      settledTexts(change('old\n', null), ABSENT, ABSENT),
      { before: t('old\n'), after: ABSENT },
    ],
    [
      'is not misled by a changed file that was changed already when it looked',
      settledTexts(change('a\n', 'a\nx\n'), t('a\nx\n'), t('a\nx\n')),
      { before: t('a\n'), after: t('a\nx\n') },
    ],
    [
      'does not put bytes back that were no text',
      settledTexts(change('\u{fffd}', null), ABSENT, UNKNOWN),
      { before: UNKNOWN, after: ABSENT },
    ],
    [
      'knows the text of a deleted file',
      settledTexts(change('old\n', null), ABSENT, null),
      { before: t('old\n'), after: ABSENT },
    ],
  ];
  for (const [what, found, wanted] of cases) it(what, () => deepEqual(found, wanted));

  it('says that it does not know rather than guess', () => {
    equal(settledTexts(update, t('other\n'), null).before.type, 'conflict');
    equal(settledTexts(update, UNKNOWN, null).before.type, 'conflict');
  });
});

describe('marksOf', () => {
  it('tells added, changed and removed lines apart', () => {
    const [before, after] = ['a\nb\nc\nd\ne\nf\n', 'a\nB\nc\nnew\nd\nf\n'];
    deepEqual(marksOf({ before, after }, after), [
      { type: 'changed', start: 1, end: 2, removed: 'b\n' },
      { type: 'added', start: 3, end: 4 },
      { type: 'removed', line: 4, isAbove: false, count: 1, removed: 'e\n' },
    ]);
  });

  it('puts lines removed at the top above the first line', () =>
    deepEqual(marksOf({ before: 'a\nb\nc\n', after: 'c\n' }, 'c\n'), [
      { type: 'removed', line: 0, isAbove: true, count: 2, removed: 'a\nb\n' },
    ]));

  it('does not mark what the user has changed since', () =>
    deepEqual(marksOf({ before: 'a\nb\nc\nd\n', after: 'a\nB\nc\nd\n' }, 'a\nB\nc\nmine\n'), [
      { type: 'changed', start: 1, end: 2, removed: 'b\n' },
    ]));

  it('marks nothing in a document that has not been read anew yet', () =>
    deepEqual(marksOf({ before: 'a\n', after: 'b\n' }, 'a\n'), []));

  it('marks all of a new file', () =>
    deepEqual(marksOf({ before: '', after: 'a\nb\n' }, 'a\nb\n'), [{ type: 'added', start: 0, end: 2 }]));
});

describe('restorationOf', () => {
  const cases: readonly (readonly [string, ChangedText, ChangedText, ChangedText, unknown])[] = [
    ['puts the text before back', t('a\n'), t('b\n'), t('b\n'), { type: 'rewrite', text: 'a\n' }],
    [
      'keeps what was changed elsewhere since',
      t('1\n2\n3\n4\n'),
      t('1\nX\n3\n4\n'),
      t('1\nX\n3\nmine\n'),
      { type: 'rewrite', text: '1\n2\n3\nmine\n' },
    ],
    ['does nothing where it is undone already', t('a\n'), t('b\n'), t('a\n'), { type: 'nothing' }],
    ['removes an added file', ABSENT, t('new\n'), t('new\n'), { type: 'remove' }],
    ['leaves an added file that is gone', ABSENT, t('new\n'), ABSENT, { type: 'nothing' }],
    ['creates a deleted file again', t('a\n'), ABSENT, ABSENT, { type: 'create', text: 'a\n' }],
    ['does nothing where a deleted file is back', t('a\n'), ABSENT, t('a\n'), { type: 'nothing' }],
  ];
  for (const [what, before, after, now, wanted] of cases)
    it(what, () => deepEqual(restorationOf({ before, after }, now), wanted));

  const asked: readonly (readonly [string, ChangedText, ChangedText, ChangedText, unknown])[] = [
    ['an added file that was changed since', ABSENT, t('new\n'), t('new\nmine\n'), { type: 'remove' }],
    ['lines that were changed again', t('a\n'), t('b\n'), t('c\n'), { type: 'rewrite', text: 'a\n' }],
    ['a changed file that was deleted since', t('a\n'), t('b\n'), ABSENT, { type: 'create', text: 'a\n' }],
    ['another file in the place of a deleted one', t('a\n'), ABSENT, t('other\n'), { type: 'rewrite', text: 'a\n' }],
    ['an added file that is not text any more', ABSENT, t('new\n'), UNKNOWN, { type: 'remove' }],
  ];
  for (const [what, before, after, now, overwrite] of asked)
    it(`asks before it touches ${what}`, () => {
      const restoration = restorationOf({ before, after }, now);
      deepEqual(restoration.type === 'ask' ? restoration.overwrite : restoration, overwrite);
    });

  it('says what it cannot restore', () => {
    deepEqual(restorationOf({ before: UNKNOWN, after: t('b\n') }, t('b\n')), { type: 'impossible', reason: 'why' });
    deepEqual(restorationOf({ before: t('a\n'), after: t('b\n') }, UNKNOWN), { type: 'impossible', reason: 'why' });
  });
});

describe('excerptOf', () => {
  it('gives the lines of one side, and the reason why there are no more', () => {
    const patch = change('1\n2\n3\n', '1\nX\n3\n');
    equal(excerptOf(patch, 'before', 'Gone.'), '(Only the changed parts can be shown. Gone.)\n\n…\n1\n2\n3\n');
    equal(excerptOf(patch, 'after', 'Gone.'), '(Only the changed parts can be shown. Gone.)\n\n…\n1\nX\n3\n');
  });

  it('leaves out the note of a move', () => {
    const moved = fileUpdateChange({ path: '/ws/a', before: '1\n', after: '2\n', movePath: '/ws/b' });
    equal(excerptOf(moved, 'after', 'Gone.').includes('Moved'), false);
  });
});
