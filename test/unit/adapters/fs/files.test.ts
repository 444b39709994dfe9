// Real files: written whole or not at all, with mode, owner and links kept.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
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
import { isCaseInsensitive } from '../../../../server/adapters/fs/caseProbe.ts';
import { createFiles, errorCode } from '../../../../server/adapters/fs/files.ts';
import { hardLinkProblem } from '../../../../server/adapters/fs/hardLinks.ts';
import { NO_PLACES } from '../../../../server/core/pathPolicy/places.ts';

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

  it('writes to where a link leads when it is given that path, and refuses the link itself', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real', 'file'), 'old');
    symlinkSync('real/file', at('link'));
    await files.write(await files.realPath(at('link')), bytes('new'));
    assert.ok(lstatSync(at('link')).isSymbolicLink());
    assert.equal(readFileSync(at('real', 'file'), 'utf8'), 'new');
    await assert.rejects(files.write(at('link'), bytes('x')), (error) => errorCode(error) === 'ELOOP');
    assert.equal(readFileSync(at('real', 'file'), 'utf8'), 'new');
  });

  it('follows no link, be it the last part of a path or one before it', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real', 'file'), 'text');
    symlinkSync('real', at('folder'));
    symlinkSync('real/file', at('link'));
    symlinkSync('nowhere', at('dangling'));
    const moved = (error: unknown): boolean => ['ELOOP', 'ENOTDIR'].includes(errorCode(error) ?? '');
    for (const path of [at('folder', 'file'), at('link')]) await assert.rejects(files.read(path), moved);
    await assert.rejects(files.write(at('folder', 'new'), bytes('x')), moved);
    await assert.rejects(files.write(at('folder', 'a', 'b'), bytes('x')), moved);
    await assert.rejects(files.write(at('dangling'), bytes('x')), moved);
    await assert.rejects(files.remove(at('folder', 'file')), moved);
    await assert.rejects(files.list(at('folder')), moved);
    assert.deepEqual(readdirSync(at('real')), ['file']);
    assert.deepEqual(readdirSync(folder).toSorted(), ['dangling', 'folder', 'link', 'real']);
  });

  it('reads regular files alone, and waits for no pipe', async function () {
    if (process.platform === 'win32') return this.skip();
    execFileSync('mkfifo', [at('pipe')]);
    mkdirSync(at('folder'));
    await assert.rejects(files.read(at('pipe')), /no regular file/);
    await assert.rejects(files.read(at('folder')), (error) => errorCode(error) === 'EISDIR');
  });

  it('leaves the old bytes to the other names of a file that it writes', async () => {
    writeFileSync(at('one'), 'old');
    linkSync(at('one'), at('other'));
    assert.equal((await files.stat(at('one')))?.links, 2);
    await files.write(at('one'), bytes('new'));
    assert.equal(readFileSync(at('one'), 'utf8'), 'new');
    assert.equal(readFileSync(at('other'), 'utf8'), 'old');
  });

  it('does not read the key by another of its names, nor what a hard link hides', async () => {
    mkdirSync(at('home', '.ssh'), { recursive: true });
    for (const name of ['auth.json', '.ssh/id_ed25519', 'plain']) writeFileSync(at('home', name), 'text');
    linkSync(at('home', 'auth.json'), at('notes.txt'));
    linkSync(at('home', '.ssh/id_ed25519'), at('readme.txt'));
    linkSync(at('home', 'plain'), at('plain.txt'));
    const places = { ...NO_PLACES, userHomes: [at('home')] };
    const guarded = createFiles({ keyFile: at('home', 'auth.json'), hardLinkProblem: hardLinkProblem(places) });
    await assert.rejects(guarded.read(at('notes.txt')), /keys of the user/);
    await assert.rejects(guarded.read(at('readme.txt')), /another name of .*id_ed25519/);
    assert.equal(new TextDecoder().decode(await guarded.read(at('plain.txt'))), 'text');
  });

  it('tells the names as they stand in the folder where case makes no difference', async () => {
    mkdirSync(at('Folder'));
    writeFileSync(at('Folder', 'File.txt'), '');
    const lax = createFiles({ isCaseInsensitive: async (path) => path.startsWith(folder) });
    // a file system that knows cases finds neither: the nearest folder that is there is what counts
    assert.equal(await lax.realPath(at('Folder', 'File.txt')), at('Folder', 'File.txt'));
    assert.equal(await isCaseInsensitive(folder), false);
    assert.equal(await isCaseInsensitive(at('none')), false);
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
    // no file can have it
    assert.equal(await files.realPath(at('w\0')), at('w\0'));
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
