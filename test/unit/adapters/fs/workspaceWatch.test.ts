// What commands do to a workspace is seen, in bytes, also when times and sizes hide it.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { PathState } from '../../../../server/core/checkpoint/pathState.ts';
import { createWorkspaceWatch } from '../../../../server/adapters/fs/workspaceWatch.ts';
import type { WorkspaceBaseline } from '../../../../server/core/ports.ts';

const { signal } = new AbortController();

function modeOf(state: PathState | null | undefined): number | null {
  return state?.kind === 'file' ? state.mode : null;
}

describe('createWorkspaceWatch', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'bowline-watch-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const put = (name: string, text: string): void => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  };
  const shown = (state: PathState | null): string | null => {
    switch (state?.kind) {
      case undefined:
        return null;
      case 'file':
        return state.content instanceof Uint8Array ? Buffer.from(state.content).toString() : state.content.unkept;
      case 'link':
        return `-> ${state.target}`;
      case 'folder':
        return `folder ${state.mode?.toString(8)}`;
      case 'other':
        return 'other';
    }
  };
  const all = async (baseline: WorkspaceBaseline) => {
    const found = await baseline.changes(signal);
    return found.map((change) => ({ ...change, path: relative(root, change.path) }));
  };
  /** Without folders. */
  const changes = async (baseline: WorkspaceBaseline) =>
    (await all(baseline))
      .filter(({ before, after }) => before?.kind !== 'folder' && after?.kind !== 'folder')
      .map(({ path, before, after }) => [path, shown(before), shown(after)]);

  it('sees new, changed and removed files, sorted, each once', async () => {
    for (const name of ['keep', 'edit', 'sub/gone']) put(name, 'old');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    assert.deepEqual(await changes(baseline), []);
    put('edit', 'new');
    put('new/deep/file', 'n');
    rmSync(join(root, 'sub'), { recursive: true });
    assert.deepEqual(await changes(baseline), [
      ['edit', 'old', 'new'],
      ['new/deep/file', null, 'n'],
      ['sub/gone', 'old', null],
    ]);
    assert.deepEqual(await changes(baseline), []);
    assert.equal(baseline.limitation, null);
  });

  it('sees an edit that keeps size and modification time', async () => {
    put('a', 'one');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    const { atime, mtime } = statSync(join(root, 'a'));
    put('a', 'two');
    utimesSync(join(root, 'a'), atime, mtime);
    assert.deepEqual(await changes(baseline), [['a', 'one', 'two']]);
  });

  it('sees many edits right after one another', async () => {
    put('a', '00');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    for (let n = 10; n < 60; n += 1) {
      put('a', `${n}`);
      put(`new-${n}`, '');
      const before = n === 10 ? '00' : `${n - 1}`;
      assert.deepEqual(await changes(baseline), [
        ['a', before, `${n}`],
        [`new-${n}`, null, ''],
      ]);
    }
  });

  it('does not report a file that was only touched', async () => {
    put('a', 'one');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    utimesSync(join(root, 'a'), new Date(), new Date());
    assert.deepEqual(await changes(baseline), []);
  });

  it('sees renamed files and folders', async () => {
    put('dir/a', 'a');
    put('b', 'b');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    renameSync(join(root, 'dir'), join(root, 'other'));
    renameSync(join(root, 'b'), join(root, 'c'));
    assert.deepEqual(await changes(baseline), [
      ['b', 'b', null],
      ['c', null, 'b'],
      ['dir/a', 'a', null],
      ['other/a', null, 'a'],
    ]);
  });

  it('tells what git ignores, in nested rules too', async () => {
    put('.git/HEAD', 'ref: refs/heads/main');
    put('.git/info/exclude', '/private\n');
    put('.gitignore', '*.log\nbuild/\n');
    put('sub/.gitignore', '!keep.log\n/local\n');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    for (const name of ['x.log', 'build/out', 'sub/local', 'private', 'node_modules/p/i.js', '.git/index'])
      put(name, '1');
    for (const name of ['sub/keep.log', 'local', 'sub/deep/private']) put(name, '1');
    const found = (await all(baseline)).filter(({ after }) => after?.kind === 'file');
    const names = (isIgnored: boolean) =>
      found.filter((change) => change.isIgnored === isIgnored).map(({ path }) => path);
    assert.deepEqual(names(false), ['local', 'sub/deep/private', 'sub/keep.log']);
    assert.deepEqual(names(true), ['build/out', 'node_modules/p/i.js', 'private', 'sub/local', 'x.log']);
  });

  it('applies the rules of the repository around a folder', async () => {
    put('.git/HEAD', 'ref: refs/heads/main');
    put('.gitignore', 'app/tmp\n');
    put('app/a', '');
    const baseline = await createWorkspaceWatch().baseline(join(root, 'app'), signal);
    put('app/tmp/x', '1');
    put('app/b', '1');
    assert.deepEqual(
      (await all(baseline)).flatMap(({ path, isIgnored }) => (isIgnored ? [] : [path])),
      ['app/b'],
    );
  });

  it('does not take files that came into view or went out of it for new or deleted', async () => {
    put('.gitignore', 'data\n');
    put('data/x', 'x');
    put('notes', 'n');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    put('.gitignore', 'notes\n');
    assert.deepEqual(await changes(baseline), [['.gitignore', 'data\n', 'notes\n']]);
    appendFileSync(join(root, 'data', 'x'), 'y');
    assert.deepEqual(await changes(baseline), [['data/x', 'x', 'xy']]);
  });

  it('keeps within its budgets, and says what is not covered', async () => {
    put('a-big', 'x'.repeat(100));
    for (let n = 0; n < 20; n += 1) put(`b/file-${n}`, 'x');
    const watch = createWorkspaceWatch({ maxFiles: 10, maxFileBytes: 50 });
    const baseline = await watch.baseline(root, signal);
    assert.equal(
      baseline.limitation,
      'Only the first 10 files are watched. Of 1 large files only the fact of a change is seen.',
    );
    put('a-big', 'y'.repeat(101));
    put('a-new', 'n');
    assert.deepEqual(await changes(baseline), [
      ['a-big', 'tooLarge', 'tooLarge'],
      ['a-new', null, 'n'],
    ]);
    const total = await createWorkspaceWatch({ maxTotalBytes: 10 }).baseline(root, signal);
    assert.match(total.limitation ?? '', /large files/);
  });

  it('reads again only what changed when a new baseline is taken', async () => {
    put('a', 'one');
    const watch = createWorkspaceWatch();
    await watch.baseline(root, signal);
    put('a', 'two');
    const second = await watch.baseline(root, signal);
    assert.deepEqual(await changes(second), []);
    put('a', 'three');
    assert.deepEqual(await changes(second), [['a', 'two', 'three']]);
  });

  it('does not follow links', async () => {
    symlinkSync(root, join(root, 'loop'));
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    put('a', '1');
    assert.deepEqual(await changes(baseline), [['a', null, '1']]);
  });

  it('sees permissions, links and folders', async () => {
    put('run.sh', 'x');
    put('dir/a', 'a');
    chmodSync(join(root, 'run.sh'), 0o644);
    chmodSync(join(root, 'dir'), 0o755);
    mkdirSync(join(root, 'empty'), { mode: 0o755 });
    symlinkSync('run.sh', join(root, 'link'));
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    chmodSync(join(root, 'run.sh'), 0o755);
    chmodSync(join(root, 'dir'), 0o700);
    rmSync(join(root, 'empty'), { recursive: true });
    rmSync(join(root, 'link'));
    symlinkSync('dir', join(root, 'link'));
    mkdirSync(join(root, 'new'), { mode: 0o755 });
    const found = await all(baseline);
    assert.deepEqual(
      found.map(({ path, before, after }) => [path, shown(before), shown(after)]),
      [
        ['dir', 'folder 755', 'folder 700'],
        ['empty', 'folder 755', null],
        ['link', '-> run.sh', '-> dir'],
        ['new', null, 'folder 755'],
        ['run.sh', 'x', 'x'],
      ],
    );
    const modes = found.at(-1);
    assert.deepEqual([modeOf(modes?.before), modeOf(modes?.after)], [0o644, 0o755]);
    assert.deepEqual(await all(baseline), []);
  });

  it('sees a file that becomes a folder, and a folder that becomes a file', async () => {
    put('file', 'f');
    put('folder/x', 'x');
    chmodSync(join(root, 'folder'), 0o755);
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    rmSync(join(root, 'file'));
    put('file/x', 'x');
    chmodSync(join(root, 'file'), 0o755);
    rmSync(join(root, 'folder'), { recursive: true });
    put('folder', 'f');
    assert.deepEqual(
      (await all(baseline)).map(({ path, before, after }) => [path, shown(before), shown(after)]),
      [
        ['file', 'f', 'folder 755'],
        ['file/x', null, 'x'],
        ['folder', 'folder 755', 'f'],
        ['folder/x', 'x', null],
      ],
    );
  });

  it('recognises a renamed file, and has the bytes of one that was too large to keep', async () => {
    put('big', 'x'.repeat(100));
    put('small', 'small');
    const baseline = await createWorkspaceWatch({ maxFileBytes: 50 }).baseline(root, signal);
    renameSync(join(root, 'big'), join(root, 'moved'));
    rmSync(join(root, 'small'));
    put('other', 'small');
    const found = await all(baseline);
    assert.deepEqual(
      found.map(({ path, movedFrom }) => [path, movedFrom === undefined ? null : relative(root, movedFrom)]),
      [
        ['big', null],
        ['moved', 'big'],
        ['other', 'small'],
        ['small', null],
      ],
    );
    assert.equal(shown(found[0]!.before), 'x'.repeat(100));
  });

  it('keeps small contents of what git ignores, none of packages, within budgets of their own', async () => {
    put('.gitignore', 'out\n');
    put('out/small', 's');
    put('out/large', 'l'.repeat(100));
    put('node_modules/p/i.js', 'i');
    const baseline = await createWorkspaceWatch({ maxIgnoredFileBytes: 50 }).baseline(root, signal);
    assert.equal(baseline.limitation, null);
    for (const name of ['out/small', 'out/large', 'node_modules/p/i.js']) appendFileSync(join(root, name), '+');
    assert.deepEqual(await changes(baseline), [
      ['node_modules/p/i.js', 'package', 'package'],
      ['out/large', 'tooLarge', 'tooLarge'],
      ['out/small', 's', 's+'],
    ]);
    const narrow = await createWorkspaceWatch({ maxIgnoredFiles: 2 }).baseline(root, signal);
    assert.equal(narrow.limitation, 'Of the files that git ignores only the first 2 are watched.');
  });

  it('does not tell of the empty folders that stand in for protected files while a command runs', async () => {
    put('a', '1');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    mkdirSync(join(root, '.vscode'));
    assert.deepEqual(await all(baseline), []);
    rmSync(join(root, '.vscode'), { recursive: true });
    assert.deepEqual(await all(baseline), []);
  });

  it('reads ahead, once', async () => {
    put('a', 'one');
    const watch = createWorkspaceWatch();
    await Promise.all([watch.warm(root), watch.warm(root)]);
    put('a', 'two');
    const baseline = await watch.baseline(root, signal);
    put('a', 'three');
    assert.deepEqual(await changes(baseline), [['a', 'two', 'three']]);
    await watch.warm(join(root, 'none'));
  });

  it('lets nobody who is stopped wait for what is read ahead', async () => {
    for (let n = 0; n < 50; n += 1) put(`d${n}/file`, 'x');
    const watch = createWorkspaceWatch();
    const ahead = watch.warm(root);
    const stop = new AbortController();
    const baseline = watch.baseline(root, stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(baseline, /stopped/);
    watch.stop();
    await ahead;
  });

  it('survives a root that is not there, or goes away', async () => {
    const missing = await createWorkspaceWatch().baseline(join(root, 'none'), signal);
    assert.match(missing.limitation ?? '', /Not readable: .*none/);
    put('a', '1');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    rmSync(root, { recursive: true });
    assert.deepEqual(await changes(baseline), [['a', '1', null]]);
  });

  it('stops when it is told to, and goes on after that', async () => {
    put('a', '1');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    put('a', '2');
    await assert.rejects(baseline.changes(AbortSignal.abort(new Error('stopped'))), /stopped/);
    const [first, second] = await Promise.all([changes(baseline), changes(baseline)]);
    assert.deepEqual([first, second], [[['a', '1', '2']], []]);
  });
});
