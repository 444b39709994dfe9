// Files with the rights of the user: what is written when a folder lets nothing new in, and what a watch leaves behind.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  fstatSync,
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
import { createHostFiles } from '../../../../server/adapters/fs/hostFiles.ts';
import { errorCode } from '../../../../server/adapters/fs/realPath.ts';
import { replaceFile } from '../../../../server/adapters/fs/replaceFile.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('createHostFiles', () => {
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-host-')));
  });
  afterEach(() => {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (...names: string[]): string => join(folder, ...names);
  const files = createHostFiles({ keyFile: join(tmpdir(), 'bowline-no-home', 'auth.json') });

  it('writes a file in its place where its folder lets nothing new in', async function () {
    if (process.getuid?.() === 0) return this.skip(); // root may write everywhere
    writeFileSync(at('file'), 'a longer old text', { mode: 0o640 });
    chmodSync(folder, 0o500);
    await files.write(at('file'), bytes('new'));
    deepEqual([readFileSync(at('file'), 'utf8'), statSync(at('file')).mode & 0o777], ['new', 0o640]);
  });

  it('leaves a file alone that its user made read-only', async function () {
    if (process.getuid?.() === 0) return this.skip(); // root may write everywhere
    writeFileSync(at('file'), 'old', { mode: 0o400 });
    await rejects(files.write(at('file'), bytes('new')), (error) => errorCode(error) === 'EACCES');
    equal(readFileSync(at('file'), 'utf8'), 'old');
  });

  it('shows a private file to nobody else while it is written anew', async () => {
    writeFileSync(at('file'), 'old', { mode: 0o600 });
    const seen: number[] = [];
    await replaceFile(at('file'), {
      existing: statSync(at('file')),
      fill: async (file) => {
        seen.push(fstatSync(file).mode & 0o777);
        writeFileSync(file, 'secret');
      },
    });
    deepEqual([seen, readFileSync(at('file'), 'utf8'), statSync(at('file')).mode & 0o777], [[0o600], 'secret', 0o600]);
  });

  it('waits at no pipe', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    await rejects(files.read(at('pipe')), /is not a file/);
    await rejects(files.write(at('pipe'), bytes('x')), /is not a file/);
    await rejects(files.copy(at('pipe'), at('copy'), false), /is not a file/);
    deepEqual(readdirSync(folder), ['pipe']);
  });

  it('says so when links go in a circle', async () => {
    symlinkSync('two', at('one'));
    symlinkSync('one', at('two'));
    const circle = (error: unknown): boolean => errorCode(error) === 'ELOOP';
    await rejects(files.read(at('one')), circle);
    await rejects(files.write(at('one'), bytes('x')), circle);
    await files.copy(at('one'), at('three'), false);
  });

  it('copies a folder that may not be written to, and its mode', async () => {
    mkdirSync(at('from'));
    writeFileSync(at('from', 'file'), 'x');
    chmodSync(at('from'), 0o555);
    await files.copy(at('from'), at('to'), true);
    deepEqual([readFileSync(at('to', 'file'), 'utf8'), statSync(at('to')).mode & 0o777], ['x', 0o555]);
    chmodSync(at('to'), 0o755);
    chmodSync(at('from'), 0o755);
  });

  it('tells many changes as one of the folder, and none after the close', async () => {
    const told = Promise.withResolvers<readonly string[]>();
    const watch = await files.watch(folder, (paths) => told.resolve(paths));
    for (let index = 0; index < 3_000; index += 1) writeFileSync(at(`file-${index}`), '');
    const paths = await told.promise;
    ok(paths.includes(folder), 'anything there may have changed');
    ok(paths.length <= 2_001);
    watch.close();
    equal(openWatches(), 0);
  });

  it('leaves nothing open, however often its path came and went', async () => {
    mkdirSync(at('dir'));
    let told = Promise.withResolvers<void>();
    const watch = await files.watch(at('dir'), () => told.resolve());
    for (let round = 0; round < 5; round += 1) {
      rmSync(at('dir'), { recursive: true });
      await told.promise;
      told = Promise.withResolvers<void>();
      mkdirSync(at('dir'));
      await told.promise;
      told = Promise.withResolvers<void>();
    }
    ok(openWatches() <= 4, `${openWatches()} are open`);
    watch.close();
    equal(openWatches(), 0);
  });
});

function openWatches(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'FSEventWrap').length;
}
