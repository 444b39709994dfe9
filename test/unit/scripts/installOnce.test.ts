// A cache folder is filled whole or not at all, by one of many, and after an interruption.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installOnce } from '../../../scripts/installOnce.mjs';

describe('installOnce', () => {
  let cache: string;
  let folder: string;
  const fill = (text: string) => (partial: string) => writeFile(join(partial, 'content'), text);
  const content = () => readFile(join(folder, 'content'), 'utf8');

  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'bowline-install-'));
    folder = join(cache, 'thing-1.0');
  });

  afterEach(() => rm(cache, { recursive: true, force: true }));

  it('fills the folder and leaves nothing else', async () => {
    await installOnce(folder, fill('whole'));
    assert.equal(await content(), 'whole');
    assert.deepEqual(await readdir(cache), ['thing-1.0']);
  });

  it('does not fill it again', async () => {
    await installOnce(folder, fill('first'));
    await installOnce(folder, fill('second'));
    assert.equal(await content(), 'first');
  });

  it('lets the second wait for the first', async () => {
    const entered = Promise.withResolvers<void>();
    const proceed = Promise.withResolvers<void>();
    const waited = Promise.withResolvers<string>();
    const first = installOnce(folder, async (partial) => {
      entered.resolve();
      await proceed.promise;
      await fill('first')(partial);
    });
    await entered.promise;
    const second = installOnce(folder, fill('second'), waited.resolve);
    assert.match(await waited.promise, /another process/);
    proceed.resolve();
    await Promise.all([first, second]);
    assert.equal(await content(), 'first');
  });

  it('leaves no folder when filling fails, and works the next time', async () => {
    await assert.rejects(
      installOnce(folder, async (partial) => {
        await fill('half')(partial);
        throw new Error('no network');
      }),
      /no network/,
    );
    await installOnce(folder, fill('whole'));
    assert.equal(await content(), 'whole');
    assert.deepEqual(await readdir(cache), ['thing-1.0']);
  });

  it('takes over from a process that was killed', async () => {
    await mkdir(`${folder}.partial-1`);
    await writeFile(`${folder}.lock`, '');
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(`${folder}.lock`, longAgo, longAgo);
    await installOnce(folder, fill('whole'));
    assert.equal(await content(), 'whole');
    assert.deepEqual(await readdir(cache), ['thing-1.0']);
  });
});
