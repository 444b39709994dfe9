// The diff of a turn reads as git would write it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { PathState } from '../../../../server/core/checkpoint/pathState.ts';
import { TurnChanges } from '../../../../server/core/checkpoint/turnChanges.ts';
import { TurnDiff } from '../../../../server/core/patch/turnDiff.ts';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const RECORDED = `diff --git a/README.md b/README.md
index fc72a5c1094e203eefcd1c710f060957ebbbaac4..c3b9d67af0a520e8898b31b9108ffb06ef9f0b84
--- a/README.md
+++ b/README.md
@@ -1 +1,2 @@
-# demo
+# demo changed
+more
diff --git a/a.txt b/a.txt
index 4cb29ea38f70d7c61b2a3a25b02e3bdf44905402..ddc897f039f57aa91e16efa6dfde386c4255206f
--- a/a.txt
+++ b/a.txt
@@ -1,3 +1,3 @@
 one
-two
+TWO
 three
diff --git a/gone.txt b/gone.txt
deleted file mode 100644
index b023018cabc396e7692c70bbf5784a93d3f738ab..0000000000000000000000000000000000000000
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-bye
diff --git a/old.txt b/moved/new.txt
index b77b4eb1d946f923f61785536da9ca5af6909f06..215c42fc8ae61f0cb15b48fa4100e0386f1505fc
--- a/old.txt
+++ b/moved/new.txt
@@ -1,2 +1,2 @@
-x
+X
 y
diff --git a/src/new.txt b/src/new.txt
new file mode 100644
index 0000000000000000000000000000000000000000..e5c5c5583f49a34e86ce622b59363df99e09d4c6
--- /dev/null
+++ b/src/new.txt
@@ -0,0 +1,2 @@
+line one
+line two
`;

const UNKEPT = { unkept: 'tooLarge', size: 1, modifiedAtMs: 1 } as const;

function change(path: string, before: Uint8Array | 'unkept' | null, after: Uint8Array | 'unkept' | null) {
  const state = (content: Uint8Array | 'unkept' | null, time: number): PathState | null =>
    content === null
      ? null
      : { kind: 'file', mode: 0o644, content: content === 'unkept' ? { ...UNKEPT, modifiedAtMs: time } : content };
  return { path, before: state(before, 1), after: state(after, 2), isIgnored: false };
}

function diffOf(changes: TurnChanges, root = '/ws'): string {
  return new TurnDiff(root, sha1).render(changes.files());
}

describe('TurnDiff', () => {
  it('is the recorded one for the recorded patches', () => {
    const changes = new TurnChanges();
    changes.addEffects([
      { path: '/ws/README.md', before: bytes('# demo\n'), after: bytes('# demo changed\nmore\n') },
      { path: '/ws/src/new.txt', before: null, after: bytes('line one\nline two\n') },
    ]);
    changes.addEffects([
      { path: '/ws/a.txt', before: bytes('one\ntwo\nthree\n'), after: bytes('one\nTWO\nthree\n') },
      { path: '/ws/gone.txt', before: bytes('bye\n'), after: null },
      { path: '/ws/moved/new.txt', before: null, after: bytes('X\ny\n'), movedFrom: '/ws/old.txt' },
      { path: '/ws/old.txt', before: bytes('x\ny\n'), after: null },
    ]);
    assert.equal(diffOf(changes), RECORDED);
  });

  it('is empty when everything was undone', () => {
    const changes = new TurnChanges();
    changes.addEffects([{ path: '/ws/a', before: bytes('a\n'), after: bytes('b\n') }]);
    changes.addEffects([{ path: '/ws/n', before: null, after: bytes('n\n') }]);
    changes.addWorkspaceChanges([change('/ws/a', bytes('b\n'), bytes('a\n')), change('/ws/n', bytes('n\n'), null)]);
    assert.equal(diffOf(changes), '');
  });

  it('keeps the first before and the last after, patches and commands mixed', () => {
    const changes = new TurnChanges();
    changes.addWorkspaceChanges([change('/ws/a', bytes('1\n'), bytes('2\n'))]);
    changes.addEffects([{ path: '/ws/a', before: bytes('2\n'), after: bytes('3\n') }]);
    changes.addWorkspaceChanges([change('/ws/a', bytes('2\n'), bytes('3\n'))]);
    assert.match(diffOf(changes), /-1\n\+3\n$/);
  });

  it('shows a pure rename, also of a file that was moved twice', () => {
    const changes = new TurnChanges();
    changes.addEffects([
      { path: '/ws/a', before: bytes('x\n'), after: null },
      { path: '/ws/b', before: null, after: bytes('x\n'), movedFrom: '/ws/a' },
    ]);
    changes.addEffects([
      { path: '/ws/b', before: bytes('x\n'), after: null },
      { path: '/ws/c', before: null, after: bytes('x\n'), movedFrom: '/ws/b' },
    ]);
    assert.equal(diffOf(changes), 'diff --git a/a b/c\nsimilarity index 100%\nrename from a\nrename to c\n');
  });

  it('names binary files and files too large to keep, and paths outside of the root', () => {
    const changes = new TurnChanges();
    changes.addEffects([{ path: '/ws/a.bin', before: new Uint8Array([0, 1]), after: new Uint8Array([0, 2]) }]);
    changes.addWorkspaceChanges([change('/ws/big', 'unkept', 'unkept'), change('/ws/huge', null, 'unkept')]);
    changes.addEffects([{ path: '/etc/x', before: null, after: bytes('') }]);
    const diff = diffOf(changes);
    assert.match(diff, /index \w{40}\.\.\w{40}\nBinary files a\/a\.bin and b\/a\.bin differ\n/);
    assert.match(diff, /diff --git a\/big b\/big\nBinary files a\/big and b\/big differ\n/);
    assert.match(diff, /new file mode 100644\nBinary files \/dev\/null and b\/huge differ\n/);
    assert.match(
      diff,
      /diff --git a\/etc\/x b\/etc\/x\nnew file mode 100644\nindex 0{40}\.\.e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\n/,
    );
  });

  it('compares only what changed since the last rendering', () => {
    let hashed = 0;
    const diff = new TurnDiff('/ws', (input) => {
      hashed += 1;
      return sha1(input);
    });
    const changes = new TurnChanges();
    changes.addEffects([{ path: '/ws/a', before: bytes('a\n'), after: bytes('b\n') }]);
    const first = diff.render(changes.files());
    assert.equal(hashed, 2);
    assert.equal(diff.render(changes.files()), first);
    assert.equal(hashed, 2);
  });
});
