// What a command may write and read: the workspace, what a repository needs, and never what decides what runs later.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { containmentOf, type Containment } from '../../../../server/adapters/sandbox/containment.ts';
import { createKnownRoots, type KnownRoots } from '../../../../server/adapters/sandbox/knownRoots.ts';
import { createProtectedPathFinder } from '../../../../server/adapters/sandbox/protectedPaths.ts';
import type { SandboxPolicy } from '../../../../server/protocol/schema/common.ts';

describe('the containment of a command', () => {
  let base: string;
  let workspace: string;
  let nowMs: number;
  let finder: ReturnType<typeof createProtectedPathFinder>;
  let roots: KnownRoots;

  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-contain-')));
    workspace = join(base, 'work');
    for (const folder of ['work', 'home/.ssh', 'home/.bowline', 'private', 'tmp', 'more'])
      mkdirSync(join(base, folder), { recursive: true });
    nowMs = 0;
    finder = createProtectedPathFinder(() => nowMs);
    roots = createKnownRoots();
  });
  afterEach(() => rmSync(base, { recursive: true }));

  function write(path: string, text = 'x'): string {
    const file = join(base, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  function git(...args: string[]): void {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: workspace });
  }

  function contained(policy: Partial<SandboxPolicy> = {}): Promise<Containment> {
    const whole: SandboxPolicy = {
      type: 'workspaceWrite',
      writableRoots: [],
      networkAccess: false,
      excludeSlashTmp: true,
      excludeTmpdirEnvVar: true,
      ...policy,
    } as SandboxPolicy;
    const command = { argv: ['true'], cwd: workspace, workspace, env: {}, policy: whole, network: null };
    return containmentOf(command, {
      home: join(base, 'home/.bowline'),
      env: { HOME: join(base, 'home'), TMPDIR: join(base, 'tmp') },
      folders: { base: join(base, 'private'), own: join(base, 'private/own'), temporary: join(base, 'tmp/own') },
      programs: [],
      protectedPaths: finder,
      roots,
    });
  }

  const names = (paths: readonly string[]): string[] =>
    paths
      .filter((path) => path.startsWith(base))
      .map((path) => path.slice(base.length + 1))
      .toSorted();

  it('under read-only writes to its temporary folder alone', async () => {
    const { writable, absent } = await contained({ type: 'readOnly', networkAccess: false });
    assert.deepEqual(names(writable), ['tmp/own']);
    assert.deepEqual(absent, []);
  });

  it('writes to the workspace, to what the policy names, and to temporary folders unless they are excluded', async () => {
    assert.deepEqual(names((await contained()).writable), ['tmp/own', 'work']);
    const more = { writableRoots: [join(base, 'more'), 'relative', join(base, 'missing')], excludeTmpdirEnvVar: false };
    assert.deepEqual(names((await contained(more)).writable), ['more', 'tmp', 'tmp/own', 'work']);
    assert.ok((await contained({ excludeSlashTmp: false })).writable.includes(realpathSync('/tmp')));
  });

  it('reads no credentials and nothing of Bowline', async () => {
    write('home/.npmrc');
    write('home/.config/google-chrome/Default/Cookies');
    assert.deepEqual(names((await contained()).hidden), [
      'home/.bowline',
      'home/.config/google-chrome',
      'home/.npmrc',
      'home/.ssh',
    ]);
  });

  it('keeps what decides what runs later, at the root and below, and lets nothing of it come into being', async () => {
    git('init', '-q');
    write('work/.vscode/settings.json');
    write('work/a.code-workspace');
    write('work/packages/one/.mcp.json');
    write('work/deep/er/.git/HEAD', 'ref: refs/heads/main');
    write('work/deep/er/.git/config');
    write('work/node_modules/theirs/.vscode/x');
    const { readOnly, absent } = await contained();
    const kept = names(readOnly);
    for (const path of [
      'private',
      'work/.git/config',
      'work/.git/hooks',
      'work/.vscode',
      'work/a.code-workspace',
      'work/packages/one/.mcp.json',
      'work/deep/er/.git/config',
    ])
      assert.ok(kept.includes(path), `${path} is not kept`);
    assert.ok(!kept.some((path) => path.includes('node_modules')));
    for (const path of ['work/.bowline', 'work/.mcp.json', 'work/deep/er/.git/hooks'])
      assert.ok(names(absent).includes(path), `${path} could be made`);
  });

  it('closes nested repositories as a whole where there are very many', async () => {
    git('init', '-q');
    for (let count = 0; count < 300; count += 1) write(`work/all/${count}/.git/config`);
    const { readOnly, absent } = await contained();
    assert.equal(names(readOnly).filter((path) => /^work\/all\/\d+\/\.git$/.test(path)).length, 300);
    assert.ok(names(readOnly).includes('work/.git/config') && !names(readOnly).includes('work/.git'));
    assert.ok(!names(absent).some((path) => path.startsWith('work/all')));
  });

  it('finds a repository that was made since, when it is told or when ten seconds are over', async () => {
    const config = join(workspace, 'new/.git/config');
    await contained();
    write('work/new/.git/config');
    assert.ok(!(await contained()).readOnly.includes(config));
    finder.refresh([workspace]);
    assert.ok((await contained()).readOnly.includes(config));
    write('work/newer/.git/config');
    nowMs = 10_000;
    assert.ok((await contained()).readOnly.includes(join(workspace, 'newer/.git/config')));
  });

  it('finds a repository that was made while it was looking, and looks once more for however many ask', async () => {
    finder.refresh([workspace]);
    write('work/meanwhile/.git/config');
    for (let asked = 0; asked < 3; asked += 1) finder.refresh([workspace]);
    assert.ok((await contained()).readOnly.includes(join(workspace, 'meanwhile/.git/config')));
  });

  describe('in a worktree', () => {
    beforeEach(() => {
      workspace = join(base, 'main');
      mkdirSync(workspace);
      git('init', '-q');
      git('commit', '-q', '--allow-empty', '-m', 'first');
      git('worktree', 'add', '-q', join(base, 'tree'));
      workspace = join(base, 'tree');
    });

    it('writes to the repository it belongs to, but not to its hooks and configuration', async () => {
      const { writable, readOnly } = await contained();
      assert.deepEqual(names(writable), ['main/.git', 'tmp/own', 'tree']);
      for (const path of ['tree/.git', 'main/.git/config', 'main/.git/hooks', 'main/.git/worktrees/tree/gitdir'])
        assert.ok(names(readOnly).includes(path), `${path} is not kept`);
    });

    it('writes nowhere else when its .git says that it belongs to something that knows nothing of it', async () => {
      for (const target of [join(base, 'main/.git'), join(base, 'home/.ssh')]) {
        writeFileSync(join(workspace, '.git'), `gitdir: ${target}\n`);
        const { writable, readOnly } = await contained();
        assert.deepEqual(names(writable), ['tmp/own', 'tree']);
        assert.ok(names(readOnly).includes('tree/.git'));
      }
    });
  });

  it('opens nothing hidden, and lets nothing come into being beside it, when the workspace is the home or holds it', async () => {
    write('home/.bashrc');
    write('home/bin/tool');
    write('home/letter.txt');
    write('home/code/.git/config');
    symlinkSync(join(base, 'more'), join(base, 'home/link'));
    for (const place of ['home', '.']) {
      workspace = join(base, place);
      const { writable, readOnly, absent } = await contained();
      const opened = names(writable).filter((path) => path.startsWith('home'));
      assert.deepEqual(opened, ['home/bin', 'home/code', 'home/letter.txt']);
      assert.ok(!writable.includes(workspace));
      for (const path of ['home/bin', 'home/code/.git/config']) assert.ok(names(readOnly).includes(path), path);
      assert.ok(!names(absent).some((path) => /^(home\/)?\.\w+$/.test(path)));
    }
  });

  it('is refused when a link stands where a workspace was, or was to be', async () => {
    const made = join(base, 'tmp/made');
    await contained({ writableRoots: [made] });
    symlinkSync(join(base, 'home'), made);
    await assert.rejects(
      contained({ writableRoots: [made] }),
      /tmp\/made leads to .*\/home, but led to .*\/tmp\/made before/,
    );
    renameSync(workspace, join(base, 'old'));
    symlinkSync(join(base, 'home'), workspace);
    await assert.rejects(contained(), /work leads to .*\/home, but led to .*\/work before/);
    rmSync(workspace);
    mkdirSync(workspace);
    assert.ok((await contained()).writable.includes(workspace));
  });

  it('takes a workspace by its real path', async () => {
    symlinkSync(workspace, join(base, 'link'));
    const real = workspace;
    workspace = join(base, 'link');
    assert.deepEqual((await contained()).workspaces, [real]);
  });
});
