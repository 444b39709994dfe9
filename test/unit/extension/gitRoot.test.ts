// Where the names of a turn's diff begin: at the git root as the server sees it.
import { equal } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { diffRootOf } from '../../../src/diffs/gitRoot.ts';

describe('the root of a diff', () => {
  let folder: string;
  const at = (...parts: string[]): string => join(folder, ...parts);

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-root-')));
    mkdirSync(at('outer', 'inner'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is the repository around the folder', () => {
    mkdirSync(at('outer', '.git'));
    writeFileSync(at('outer', '.git', 'HEAD'), 'ref: refs/heads/main\n');
    equal(diffRootOf(at('outer', 'inner')), at('outer'));
  });

  it('is a worktree, whose .git is a file', () => {
    mkdirSync(at('elsewhere'));
    writeFileSync(at('elsewhere', 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(at('outer', '.git'), 'gitdir: ../elsewhere\n');
    equal(diffRootOf(at('outer', 'inner')), at('outer'));
  });

  it('is the folder itself where there is none: an empty .git is no repository', () => {
    mkdirSync(at('outer', '.git'));
    equal(diffRootOf(at('outer', 'inner')), at('outer', 'inner'));
  });
});
