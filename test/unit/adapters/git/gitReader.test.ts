// Branch, commit and origin as git itself tells them, in all the places where git keeps them.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFiles } from '../../../../server/adapters/fs/files.ts';
import { createGitReader } from '../../../../server/adapters/git/gitReader.ts';

describe('createGitReader', () => {
  const reader = createGitReader(createFiles());
  let folder = '';
  let repository = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-git-')));
    repository = join(folder, 'repository');
    mkdirSync(join(repository, 'sub', 'deep'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const git = (...args: string[]): string => {
    const identity = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false'];
    const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
    return execFileSync('git', [...identity, '-C', repository, ...args], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  };
  const start = (): string => {
    git('init', '-b', 'main');
    git('commit', '--allow-empty', '-m', 'first');
    return git('rev-parse', 'HEAD');
  };

  it('reads branch and commit, from below the root too', async () => {
    const sha = start();
    assert.deepEqual(await reader.info(repository), { sha, branch: 'main', originUrl: null });
    assert.deepEqual(await reader.info(join(repository, 'sub', 'deep')), { sha, branch: 'main', originUrl: null });
    assert.equal(await reader.root(join(repository, 'sub')), repository);
  });

  it('reads packed references', async () => {
    const sha = start();
    git('pack-refs', '--all');
    git('checkout', '-b', 'feature/one');
    git('pack-refs', '--all');
    assert.deepEqual(await reader.info(repository), { sha, branch: 'feature/one', originUrl: null });
  });

  it('reads a detached head and an unborn branch', async () => {
    git('init', '-b', 'main');
    assert.deepEqual(await reader.info(repository), { sha: null, branch: 'main', originUrl: null });
    git('commit', '--allow-empty', '-m', 'first');
    const sha = git('rev-parse', 'HEAD');
    git('checkout', '--detach');
    assert.deepEqual(await reader.info(repository), { sha, branch: null, originUrl: null });
  });

  it('reads a linked worktree', async () => {
    const sha = start();
    git('remote', 'add', 'origin', 'git@example.com:team/project.git');
    git('worktree', 'add', '-b', 'side', join(folder, 'side'));
    const originUrl = 'git@example.com:team/project.git';
    assert.deepEqual(await reader.info(join(folder, 'side')), { sha, branch: 'side', originUrl });
    assert.equal(await reader.root(join(folder, 'side')), join(folder, 'side'));
  });

  it('reads the origin among other sections, without a token in it', async () => {
    start();
    git('remote', 'add', 'other', 'https://example.com/other.git');
    git('remote', 'add', 'origin', 'https://user:token@example.com/project.git');
    git('config', 'branch.main.url', 'nothing');
    assert.equal((await reader.info(repository))?.originUrl, 'https://example.com/project.git');
  });

  it('knows what is no repository, and does not trip over a strange one', async () => {
    mkdirSync(join(repository, '.git'));
    assert.equal(await reader.info(repository), null);
    assert.equal(await reader.root(repository), null);
    writeFileSync(join(repository, '.git', 'HEAD'), 'ref: refs/heads/../../../../etc/passwd');
    assert.equal((await reader.info(repository))?.sha, null);
    writeFileSync(join(repository, '.git', 'HEAD'), Buffer.from([0, 255, 10]));
    assert.deepEqual(await reader.info(repository), { sha: null, branch: null, originUrl: null });
    mkdirSync(join(repository, '.git', 'refs', 'heads'), { recursive: true });
    writeFileSync(join(repository, '.git', 'HEAD'), 'ref: refs/heads/a');
    writeFileSync(join(repository, '.git', 'refs', 'heads', 'a'), 'ref: refs/heads/a');
    assert.deepEqual(await reader.info(repository), { sha: null, branch: 'a', originUrl: null });
  });
});
