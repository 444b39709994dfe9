// What a command may put where the server looks: a pipe must not hold the server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBowlineIgnore } from '../../../../server/adapters/fs/bowlineIgnore.ts';
import { isIgnored, rulesForRoot } from '../../../../server/adapters/fs/ignoreRules.ts';
import { readRegularFile } from '../../../../server/adapters/fs/regularFile.ts';
import { gitPlaces } from '../../../../server/adapters/sandbox/gitPlaces.ts';

describe('a file that a command may have put there', () => {
  let base: string;
  beforeEach(function () {
    if (process.platform === 'win32') this.skip();
    base = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-regular-')));
  });
  afterEach(() => rmSync(base, { recursive: true }));

  function pipe(name: string): string {
    const path = join(base, name);
    execFileSync('mkfifo', [path]);
    return path;
  }

  it('is read when it is a file of some size, and else refused at once', () => {
    const file = join(base, 'file');
    writeFileSync(file, 'text');
    assert.equal(readRegularFile(file).toString(), 'text');
    truncateSync(file, 1024 ** 3);
    assert.throws(() => readRegularFile(file), /too large/);
    assert.throws(() => readRegularFile(pipe('pipe')), /not a regular file/);
    assert.throws(() => readRegularFile(base), /not a regular file/);
  });

  it('may be a pipe in a repository, and holds nobody', () => {
    for (const folder of ['store', 'work']) mkdirSync(join(base, folder));
    writeFileSync(join(base, 'store/HEAD'), 'ref: refs/heads/main\n');
    for (const name of ['gitdir', 'config', 'commondir']) pipe(`store/${name}`);
    writeFileSync(join(base, 'work/.git'), 'gitdir: ../store\n');
    assert.deepEqual(gitPlaces(join(base, 'work'), base).writable, []);
  });

  it('may be a pipe that says what is ignored: git takes it for none, and what is kept is kept', () => {
    pipe('.gitignore');
    assert.equal(isIgnored(join(base, 'a'), false, rulesForRoot(base)), false);
    const keeper = pipe('.bowlineignore');
    assert.equal(createBowlineIgnore().keepers().of(join(base, 'a')), keeper);
  });
});
