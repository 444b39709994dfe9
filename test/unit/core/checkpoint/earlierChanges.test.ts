// What a turn changed before is read back from its diff and from the files.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { PathState } from '../../../../server/core/checkpoint/pathState.ts';
import { earlierChanges } from '../../../../server/core/checkpoint/earlierChanges.ts';
import { TurnChanges } from '../../../../server/core/checkpoint/turnChanges.ts';
import { TurnDiff } from '../../../../server/core/patch/turnDiff.ts';
import { MemoryFiles } from '../../../support/memoryFiles.ts';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const bytes = (text: string | null): Uint8Array | null => (text === null ? null : new TextEncoder().encode(text));
const CHANGES: readonly [path: string, before: string | null, after: string | null][] = [
  ['/w/a.txt', 'one\ntwo\nthree\n', 'one\n2\nthree\n'],
  ['/w/made.txt', null, 'new\n'],
  ['/w/gone.txt', 'old\n', null],
  ['/w/sub/no newline.txt', 'x', 'x\ny'],
];

function diffOf(changes: Parameters<TurnChanges['addWorkspaceChanges']>[0]): string {
  const all = new TurnChanges();
  all.addWorkspaceChanges(changes);
  return new TurnDiff('/w', sha1).render(all.files());
}

const file = (content: Uint8Array | null): PathState | null =>
  content === null ? null : { kind: 'file', mode: null, content };
const change = (path: string, before: Uint8Array | null, after: Uint8Array | null) => ({
  path,
  before: file(before),
  after: file(after),
  isIgnored: false,
});

const TOLD = diffOf(CHANGES.map(([path, before, after]) => change(path, bytes(before), bytes(after))));

function filesAsLeft(): MemoryFiles {
  return new MemoryFiles(
    Object.fromEntries(CHANGES.flatMap(([path, , after]) => (after === null ? [] : [[path, after]]))),
  );
}

describe('what a turn changed in a former process', () => {
  it('gives the same diff again', async () => {
    assert.equal(diffOf(await earlierChanges(TOLD, '/w', filesAsLeft())), TOLD);
  });

  it('is shown as unknown where the file has another content by now', async () => {
    const files = filesAsLeft();
    files.put('/w/a.txt', 'something else\n');
    const changed = (await earlierChanges(TOLD, '/w', files)).find(({ path }) => path === '/w/a.txt');
    assert.deepEqual(changed?.before, {
      kind: 'file',
      mode: null,
      content: { unkept: 'overBudget', size: -1, modifiedAtMs: -1 },
    });
  });

  it('of a file that was moved is a file that came and one that went', async () => {
    const all = new TurnChanges();
    const [before, after] = [bytes('one\ntwo\n'), bytes('one\n2\n')];
    all.addEffects([
      { path: '/w/new.txt', before: null, after, movedFrom: '/w/old.txt' },
      { path: '/w/old.txt', before, after: null },
    ]);
    const told = new TurnDiff('/w', sha1).render(all.files());
    const files = new MemoryFiles({ '/w/new.txt': 'one\n2\n' });
    assert.deepEqual(await earlierChanges(told, '/w', files), [
      change('/w/old.txt', before, null),
      change('/w/new.txt', null, after),
    ]);
  });
});
