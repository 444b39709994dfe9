// The files a turn changed, as the chat counts them: commands included where the turn's diff is known.
import assert from 'node:assert/strict';
import type { FileUpdateChange } from '../../../server/protocol/schema/item.ts';
import { changedFiles } from '../../../webview-ui/session/changedFiles.ts';

const PATCHED: FileUpdateChange = {
  path: '/repo/src/a.ts',
  kind: { type: 'update', move_path: null },
  diff: '@@ -1 +1 @@\n-a\n+b\n',
};

const DIFF = [
  'diff --git a/src/a.ts b/src/a.ts',
  'index 1..2',
  '--- a/src/a.ts',
  '+++ b/src/a.ts',
  '@@ -1 +1 @@',
  '-a',
  '+b',
  'diff --git a/made.txt b/made.txt',
  'new file mode 100644',
  '--- /dev/null',
  '+++ b/made.txt',
  '@@ -0,0 +1,2 @@',
  '+x',
  '+y',
  '',
].join('\n');

describe('changed files of a turn', () => {
  it('are those of the patches while no diff is known', () => {
    assert.deepEqual(changedFiles([PATCHED], null, '/repo/src'), [
      { path: '/repo/src/a.ts', kind: 'updated', added: 1, removed: 1 },
    ]);
  });

  it('are those of the diff, commands included, under the repository that a patched file tells', () => {
    assert.deepEqual(changedFiles([PATCHED], DIFF, '/repo/src'), [
      { path: '/repo/src/a.ts', kind: 'updated', added: 1, removed: 1 },
      { path: '/repo/made.txt', kind: 'added', added: 2, removed: 0 },
    ]);
  });

  it('are none when everything was undone', () => {
    assert.deepEqual(changedFiles([PATCHED], '', '/repo'), []);
  });
});
