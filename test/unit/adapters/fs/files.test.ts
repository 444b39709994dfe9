// Real files: written whole or not at all, with mode, owner and links kept.
import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFiles, errorCode } from '../../../../server/adapters/fs/files.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('createFiles', () => {
  const files = createFiles();
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-files-')));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const at = (...names: string[]): string => join(folder, ...names);

  it('writes a new file with its folders, and leaves nothing else behind', async () => {
    await files.write(at('a', 'b', 'c.txt'), bytes('text'));
    assert.equal(readFileSync(at('a', 'b', 'c.txt'), 'utf8'), 'text');
    assert.deepEqual(readdirSync(at('a', 'b')), ['c.txt']);
  });

  it('keeps the mode of a file, or gives it the one asked for', async () => {
    writeFileSync(at('run.sh'), 'old', { mode: 0o755 });
    await files.write(at('run.sh'), bytes('new'));
    assert.equal((await files.stat(at('run.sh')))?.mode, 0o755);
    await files.write(at('run.sh'), bytes('new'), 0o600);
    assert.equal(statSync(at('run.sh')).mode & 0o777, 0o600);
  });

  it('keeps the owner of a file', async function () {
    if (process.getuid?.() !== 0) return this.skip();
    writeFileSync(at('theirs'), 'old');
    const { chownSync } = await import('node:fs');
    chownSync(at('theirs'), 1234, 4321);
    await files.write(at('theirs'), bytes('new'));
    assert.deepEqual([statSync(at('theirs')).uid, statSync(at('theirs')).gid], [1234, 4321]);
  });

  it('writes through a symbolic link instead of replacing it', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real', 'file'), 'old');
    symlinkSync('real/file', at('link'));
    await files.write(at('link'), bytes('new'));
    assert.ok(lstatSync(at('link')).isSymbolicLink());
    assert.equal(readFileSync(at('real', 'file'), 'utf8'), 'new');
  });

  it('does not overwrite what its user made read-only', async function () {
    if (process.getuid?.() === 0) return this.skip();
    writeFileSync(at('fixed'), 'old');
    chmodSync(at('fixed'), 0o444);
    await assert.rejects(files.write(at('fixed'), bytes('new')), (error) => errorCode(error) === 'EACCES');
  });

  it('leaves no temporary file when a write fails', async () => {
    mkdirSync(at('folder', 'full'), { recursive: true });
    await assert.rejects(files.write(at('folder'), bytes('x')));
    assert.deepEqual(readdirSync(folder), ['folder']);
  });

  it('tells what is there, what is not, and what a path really is', async () => {
    writeFileSync(at('file'), 'text');
    symlinkSync(folder, at('loop'));
    assert.equal((await files.stat(at('file')))?.size, 4);
    assert.equal((await files.stat(at('loop')))?.kind, 'directory');
    assert.equal(await files.stat(at('none')), null);
    assert.equal(await files.stat(at('file', 'below')), null);
    assert.equal(await files.realPath(at('loop', 'new', 'deep.txt')), at('new', 'deep.txt'));
    assert.deepEqual(
      (await files.list(folder)).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      [
        { name: 'file', kind: 'file' },
        { name: 'loop', kind: 'symlink' },
      ],
    );
    await assert.rejects(files.read(at('none')), (error) => errorCode(error) === 'ENOENT');
  });

  it('removes files, and folders only when they are empty', async () => {
    mkdirSync(at('a'));
    writeFileSync(at('a', 'file'), '');
    assert.equal(await files.removeEmptyFolder(at('a')), false);
    await files.remove(at('a', 'file'));
    assert.equal(await files.removeEmptyFolder(at('a')), true);
    assert.equal(await files.removeEmptyFolder(at('a')), false);
  });
});
