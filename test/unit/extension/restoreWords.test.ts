// What a restore of files would do and did, in words and as changes.
import { deepEqual, equal, match } from 'node:assert/strict';
import type { CheckpointFile } from '../../../server/protocol/schema/checkpoint.ts';
import {
  leftWords,
  nothingToRestore,
  previewChanges,
  restoredWords,
  restorePlan,
  restoreQuestion,
} from '../../../src/checkpoints/restoreWords.ts';

function file(path: string, given: Partial<CheckpointFile> = {}): CheckpointFile {
  return {
    path,
    kind: 'file',
    change: 'update',
    movedFrom: null,
    isIgnored: false,
    status: 'restorable',
    reason: null,
    diff: '',
    ...given,
  };
}

const clean = () => false;

describe('the plan of a restore', () => {
  it('leaves alone what was changed since, what cannot be put back, and what has unsaved edits', () => {
    const files = [
      file('/w/a.ts'),
      file('/w/same.ts', { status: 'asBefore' }),
      file('/w/mine.ts', { status: 'conflict', reason: 'It was changed since.' }),
      file('/w/huge.bin', { status: 'notRestorable', reason: 'It is too large.' }),
      file('/w/open.ts'),
    ];
    const plan = restorePlan({ files, limitations: ['One folder was not read.'] }, (path) => path === '/w/open.ts');
    deepEqual(
      plan.restorable.map(({ path }) => path),
      ['/w/a.ts'],
    );
    deepEqual(plan.conflicts, ['/w/mine.ts']);
    deepEqual(plan.left, [
      { path: '/w/mine.ts', reason: 'It was changed since.' },
      { path: '/w/huge.bin', reason: 'It is too large.' },
      { path: '/w/open.ts', reason: 'It has edits that are not saved.' },
    ]);
    const { message, detail } = restoreQuestion(plan);
    equal(message, 'Restore 1 file to before this turn?');
    match(
      detail,
      /• a\.ts: as before\n\nLeft as they are:\n• mine\.ts: It was changed since\.\n[^]*One folder was not read\./,
    );
  });

  it('offers no merge of a link or a folder', () => {
    const files = [file('/w/link', { kind: 'link', status: 'conflict', reason: 'It was changed since.' })];
    deepEqual(restorePlan({ files, limitations: [] }, clean).conflicts, []);
  });

  it('names a few files and counts the rest', () => {
    const files = Array.from({ length: 9 }, (_, index) => file(`/w/${index}.ts`, { change: 'add' }));
    const { message, detail } = restoreQuestion(restorePlan({ files, limitations: [] }, clean));
    equal(message, 'Restore 9 files to before this turn?');
    match(detail, /• 5\.ts: removed\n… and 3 more\n/);
  });

  it('says so when there is nothing to do', () => {
    equal(
      nothingToRestore(restorePlan({ files: [file('/w/a', { status: 'asBefore' })], limitations: [] }, clean)),
      'The files are as they were before this turn.',
    );
    const conflict = file('/w/a', { status: 'conflict', reason: 'It was changed since.' });
    equal(
      nothingToRestore(restorePlan({ files: [conflict], limitations: [] }, clean)),
      'Nothing can be restored. a: It was changed since.',
    );
  });
});

describe('the preview of a restore', () => {
  it('shows what is brought back, removed and changed', () => {
    const git = (header: string, hunks: string): string => `diff --git a/f b/f\n${header}${hunks}`;
    const files = [
      file('/w/back', {
        diff: git('new file mode 100644\n--- /dev/null\n+++ b/f\n', '@@ -0,0 +1,2 @@\n+one\n+two\n'),
      }),
      file('/w/noEnd', {
        diff: git(
          'new file mode 100644\n--- /dev/null\n+++ b/f\n',
          '@@ -0,0 +1 @@\n+one\n\\ No newline at end of file\n',
        ),
      }),
      file('/w/gone', { diff: git('deleted file mode 100644\n--- a/f\n+++ /dev/null\n', '@@ -1 +0,0 @@\n-x\n') }),
      file('/w/changed', { diff: git('--- a/f\n+++ b/f\n', '@@ -1 +1 @@\n-x\n+y\n') }),
      file('/w/binary', { diff: git('', 'Binary files a/f and b/f differ\n') }),
      file('/w/mode', { change: 'chmod', diff: git('old mode 100755\nnew mode 100644\n', '') }),
    ];
    deepEqual(previewChanges(files), [
      { path: '/w/back', kind: { type: 'add' }, diff: 'one\ntwo\n' },
      { path: '/w/noEnd', kind: { type: 'add' }, diff: 'one' },
      { path: '/w/gone', kind: { type: 'delete' }, diff: '' },
      { path: '/w/changed', kind: { type: 'update', move_path: null }, diff: '@@ -1 +1 @@\n-x\n+y\n' },
    ]);
  });
});

describe('the outcome of a restore', () => {
  const note = (path: string) => ({ path, reason: 'It was changed since.' });

  it('is told in a line, with what was left', () => {
    const outcome = { restoreId: 'r', restored: ['/w/a', '/w/b'], conflicts: [], notRestorable: [], limitations: [] };
    equal(restoredWords(outcome), '2 files restored.');
    equal(leftWords(outcome), '');
    equal(restoredWords({ ...outcome, conflicts: [note('/w/c')] }), '2 files restored. 1 file left as it is.');
    equal(
      restoredWords({ ...outcome, restored: [], conflicts: [note('/w/c')], notRestorable: [note('/w/d')] }),
      'No file was changed. 2 files left as they are.',
    );
    equal(leftWords({ ...outcome, conflicts: [note('/w/c')] }), 'c: It was changed since.');
  });
});
