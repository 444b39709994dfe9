// Patches on a real disk: modes, links and line ends stay, and a failed write leaves everything as it was.
import assert from 'node:assert/strict';
import {
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
import { createFiles } from '../../../../server/adapters/fs/files.ts';
import { commitPatch } from '../../../../server/core/patch/commit.ts';
import { parsePatch } from '../../../../server/core/patch/parse.ts';
import { PatchError } from '../../../../server/core/patch/patchError.ts';
import { planPatch } from '../../../../server/core/patch/plan.ts';

describe('patches on disk', () => {
  const files = createFiles();
  let folder = '';
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-patch-')));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const at = (...names: string[]): string => join(folder, ...names);
  const apply = async (...lines: string[]): Promise<void> => {
    const patch = parsePatch(['*** Begin Patch', ...lines, '*** End Patch'].join('\n'));
    await commitPatch(await planPatch(patch, folder, files), files);
  };
  const tree = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => lstatSync(at(name)).isFile())
        .map((name) => [name, readFileSync(at(name), 'latin1')]),
    );

  it('keeps mode, line ends and bytes that are not UTF-8', async () => {
    writeFileSync(at('run.sh'), Buffer.from('#!/bin/sh\r\n# caf\xe9\r\necho old\r\n', 'latin1'), { mode: 0o755 });
    await apply('*** Update File: run.sh', '*** Move to: bin/run.sh', '@@', '-echo old', '+echo new');
    assert.deepEqual(tree(), { 'bin/run.sh': '#!/bin/sh\r\n# caf\xe9\r\necho new\r\n' });
    assert.equal(statSync(at('bin', 'run.sh')).mode & 0o777, 0o755);
  });

  it('edits the file behind a link', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real', 'a'), 'a\n');
    symlinkSync('real/a', at('link'));
    await apply('*** Update File: link', '-a', '+b');
    assert.ok(lstatSync(at('link')).isSymbolicLink());
    assert.deepEqual(tree(), { 'real/a': 'b\n' });
  });

  it('puts everything back when one file cannot be written', async () => {
    writeFileSync(at('a'), 'a\n');
    writeFileSync(at('file'), 'not a folder\n');
    writeFileSync(at('gone'), 'bye\n');
    const before = tree();
    const patch = ['*** Update File: a', '-a', '+b', '*** Add File: deep/er/n', '+n'];
    await assert.rejects(
      apply(...patch, '*** Add File: file/below', '+x', '*** Delete File: gone'),
      (error) => error instanceof PatchError && /put back/.test(error.message),
    );
    assert.deepEqual(tree(), before);
    assert.deepEqual(
      readdirSync(folder).toSorted((a, b) => (a < b ? -1 : 1)),
      ['a', 'file', 'gone'],
    );
  });
});
