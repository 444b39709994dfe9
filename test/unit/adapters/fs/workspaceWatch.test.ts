// What commands do to a workspace is seen, in bytes, also when times and sizes hide it.
import assert from 'node:assert/strict';
import {
  appendFileSync,
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
import { createWorkspaceWatch } from '../../../../server/adapters/fs/workspaceWatch.ts';
import type { WorkspaceBaseline } from '../../../../server/core/ports.ts';

const { signal } = new AbortController();

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
  const shown = (content: Uint8Array | null | 'unknown'): string | null =>
    content instanceof Uint8Array ? Buffer.from(content).toString() : content;
  const changes = async (baseline: WorkspaceBaseline) =>
    (await baseline.changes(signal)).map(({ path, before, after }) => [
      relative(root, path),
      shown(before),
      shown(after),
    ]);

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

  it('leaves out what git ignores, in nested rules too', async () => {
    put('.git/HEAD', 'ref: refs/heads/main');
    put('.git/info/exclude', '/private\n');
    put('.gitignore', '*.log\nbuild/\n');
    put('sub/.gitignore', '!keep.log\n/local\n');
    const baseline = await createWorkspaceWatch().baseline(root, signal);
    for (const name of ['x.log', 'build/out', 'sub/local', 'private', 'node_modules/p/i.js', '.git/index'])
      put(name, '1');
    for (const name of ['sub/keep.log', 'local', 'sub/deep/private']) put(name, '1');
    assert.deepEqual(
      (await changes(baseline)).map(([name]) => name),
      ['local', 'sub/deep/private', 'sub/keep.log'],
    );
  });

  it('applies the rules of the repository around a folder', async () => {
    put('.git/HEAD', 'ref: refs/heads/main');
    put('.gitignore', 'app/tmp\n');
    put('app/a', '');
    const baseline = await createWorkspaceWatch().baseline(join(root, 'app'), signal);
    put('app/tmp/x', '1');
    put('app/b', '1');
    assert.deepEqual(
      (await changes(baseline)).map(([name]) => name),
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
      ['a-big', 'unknown', 'unknown'],
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
