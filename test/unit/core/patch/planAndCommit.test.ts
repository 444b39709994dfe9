// A patch is planned without touching a file, and applied whole or not at all.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { commitPatch } from '../../../../server/core/patch/commit.ts';
import { parsePatch } from '../../../../server/core/patch/parse.ts';
import { PatchError } from '../../../../server/core/patch/patchError.ts';
import { planPatch, type PatchPlan } from '../../../../server/core/patch/plan.ts';
import { textAfter } from '../../../../server/protocol/fileChange.ts';
import { MemoryFiles, systemError } from '../../../support/memoryFiles.ts';
import { SAMPLE, wholeOrNothing } from './properties.ts';

const CWD = '/ws';
const wrap = (...lines: string[]): string => ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
const plan = (files: MemoryFiles, ...lines: string[]): Promise<PatchPlan> =>
  planPatch(parsePatch(wrap(...lines)), CWD, files);

async function refusal(task: Promise<unknown>): Promise<string> {
  try {
    await task;
  } catch (error) {
    assert.ok(error instanceof PatchError, String(error));
    return error.message;
  }
  return assert.fail('it was not refused');
}

const recorded = {
  files: { '/ws/a.txt': 'one\ntwo\nthree\n', '/ws/gone.txt': 'bye\n', '/ws/old.txt': 'x\ny\n' },
  patch: [
    ...['*** Update File: a.txt', '@@', ' one', '-two', '+TWO', ' three', '*** Delete File: gone.txt'],
    ...['*** Update File: old.txt', '*** Move to: moved/new.txt', '@@', '-x', '+X', ' y'],
  ],
};

describe('planPatch', () => {
  it('gives the changes in the form of the wire, sorted by path, and touches nothing', async () => {
    const files = new MemoryFiles(recorded.files);
    const { changes, summary } = await plan(files, ...recorded.patch);
    assert.deepEqual(changes, [
      {
        path: '/ws/a.txt',
        kind: { type: 'update', move_path: null },
        diff: '@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n',
      },
      { path: '/ws/gone.txt', kind: { type: 'delete' }, diff: 'bye\n' },
      {
        path: '/ws/old.txt',
        kind: { type: 'update', move_path: '/ws/moved/new.txt' },
        diff: '@@ -1,2 +1,2 @@\n-x\n+X\n y\n\n\nMoved to: /ws/moved/new.txt',
      },
    ]);
    assert.deepEqual(summary, ['M a.txt', 'M moved/new.txt', 'D gone.txt']);
    assert.deepEqual(files.texts(), recorded.files);
  });

  it('names every place that will be written, links resolved', async () => {
    const files = new MemoryFiles({ '/elsewhere/real.txt': 'a\n' });
    files.links.set('/ws/link.txt', '/elsewhere/real.txt');
    files.links.set('/ws/out', '/elsewhere');
    const planned = await plan(files, '*** Update File: link.txt', '-a', '+b', '*** Add File: out/new.txt', '+n');
    assert.deepEqual(
      planned.files.map((file) => [file.path, file.realPath]),
      [
        ['/ws/link.txt', '/elsewhere/real.txt'],
        ['/ws/out/new.txt', '/elsewhere/new.txt'],
      ],
    );
    await commitPatch(planned, files);
    assert.deepEqual(files.texts(), { '/elsewhere/new.txt': 'n\n', '/elsewhere/real.txt': 'b\n' });
  });

  it('takes several sections of one file as one change', async () => {
    const files = new MemoryFiles({ '/ws/a.txt': 'a\nb\n' });
    const planned = await plan(files, '*** Update File: a.txt', '-a', '+A', '*** Update File: ./a.txt', '-b', '+B');
    assert.deepEqual(
      planned.changes.map((change) => textAfter('a\nb\n', change)),
      [{ type: 'text', text: 'A\nB\n' }],
    );
    assert.deepEqual(planned.summary, ['M ./a.txt']);
  });

  it('shows an added file that is there already as the update that it is', async () => {
    const planned = await plan(new MemoryFiles({ '/ws/a.txt': 'a\r\n' }), '*** Add File: a.txt', '+b');
    assert.deepEqual(planned.changes[0]?.kind, { type: 'update', move_path: null });
    assert.deepEqual(planned.files[0]?.after, new Uint8Array(Buffer.from('b\r\n')));
  });

  it('follows a file that is moved twice, and back', async () => {
    const files = new MemoryFiles({ '/ws/a': 'x\n' });
    const there = ['*** Update File: a', '*** Move to: b', '*** Update File: b', '*** Move to: c'];
    const planned = await plan(files, ...there);
    assert.deepEqual(
      planned.changes.map(({ path, kind }) => [path, kind]),
      [['/ws/a', { type: 'update', move_path: '/ws/c' }]],
    );
    assert.deepEqual((await plan(files, ...there, '*** Update File: c', '*** Move to: a')).changes, []);
  });

  const refused: Record<string, [string[], RegExp]> = {
    'a file that is not there': [
      ['*** Update File: no.txt', '-a', '+b'],
      /^no\.txt: There is no such file \(looked for \/ws\/no\.txt\)/,
    ],
    'deleting a file that is not there': [['*** Delete File: no.txt'], /no such file/],
    'deleting a folder': [['*** Delete File: dir'], /not a regular file but a directory/],
    'a move onto another file': [['*** Update File: a.txt', '*** Move to: b.txt'], /a file is there already/],
    'deleting a link': [['*** Delete File: link.txt'], /symbolic link/],
    'a hunk that changes nothing': [['*** Update File: a.txt', '-a', '+a'], /change nothing/],
    'a hunk that is not there': [['*** Update File: a.txt', '-z', '+a'], /^a\.txt: Hunk 1/],
  };
  for (const [what, [lines, message]] of Object.entries(refused))
    it(`refuses ${what}`, async () => {
      const files = new MemoryFiles({ '/ws/a.txt': 'a\n', '/ws/b.txt': 'b\n', '/ws/dir/c.txt': 'c\n' });
      files.links.set('/ws/link.txt', '/ws/b.txt');
      assert.match(await refusal(plan(files, ...lines)), message);
    });
});

describe('commitPatch', () => {
  it('applies everything, and keeps the mode of a moved file', async () => {
    const files = new MemoryFiles(recorded.files);
    files.modes.set('/ws/old.txt', 0o755);
    await commitPatch(await plan(files, ...recorded.patch), files);
    assert.deepEqual(files.texts(), { '/ws/a.txt': 'one\nTWO\nthree\n', '/ws/moved/new.txt': 'X\ny\n' });
    assert.equal(files.modes.get('/ws/moved/new.txt'), 0o755);
  });

  it('fails when a file changed since the plan, however fresh that is', async () => {
    for (const isFresh of [false, true]) {
      const files = new MemoryFiles(recorded.files);
      const planned = await plan(files, ...recorded.patch);
      files.put('/ws/old.txt', 'the user was here\n');
      const before = files.texts();
      assert.match(
        await refusal(commitPatch(planned, files, { isFresh })),
        /old\.txt could not be written: it changed after.*No file was changed/s,
      );
      assert.deepEqual(files.texts(), before);
    }
  });

  it('looks at no file twice that was planned a moment ago', async () => {
    const reads = async (isFresh: boolean): Promise<number> => {
      const files = new MemoryFiles(recorded.files);
      const planned = await plan(files, ...recorded.patch);
      let count = 0;
      const read = files.read.bind(files);
      files.read = (path) => ((count += 1), read(path));
      await commitPatch(planned, files, { isFresh });
      return count;
    };
    const once = await reads(true);
    assert.ok(once > 0);
    assert.equal(await reads(false), 2 * once);
  });

  it('fails when a link was put in the way since the plan', async () => {
    const files = new MemoryFiles({ '/ws/dir/a.txt': 'a\n', '/etc/a.txt': 'a\n' });
    const planned = await plan(files, '*** Update File: dir/a.txt', '-a', '+b');
    files.links.set('/ws/dir', '/etc');
    await refusal(commitPatch(planned, files));
    assert.equal(files.texts()['/etc/a.txt'], 'a\n');
  });

  it('puts back what was written when the disk is full in the middle', async () => {
    const files = new MemoryFiles(recorded.files);
    const planned = await plan(files, ...recorded.patch, '*** Add File: deep/er/n.txt', '+n');
    const folders = new Set(files.folders);
    for (const full of ['/ws/a.txt', '/ws/moved/new.txt', '/ws/gone.txt', '/ws/old.txt', '/ws/deep/er/n.txt']) {
      let isFull = true;
      files.beforeChange = (path) => {
        if (path !== full || !isFull) return;
        isFull = false;
        throw systemError('ENOSPC', path);
      };
      const message = await refusal(commitPatch(planned, files));
      assert.match(message, /could not be written: ENOSPC.*what had been written was put back/s);
      assert.deepEqual(files.texts(), recorded.files);
      assert.deepEqual(files.folders, folders);
    }
  });

  it('names what could not be put back', async () => {
    const files = new MemoryFiles(recorded.files);
    const planned = await plan(files, ...recorded.patch);
    let changes = 0;
    files.beforeChange = (path) => {
      changes += 1;
      if (changes > 1) throw systemError('EIO', path);
    };
    assert.match(
      await refusal(commitPatch(planned, files)),
      /could not be put back and hold the new content: \/ws\/a\.txt/,
    );
  });

  it('gives what its changes show, or touches no file', () => fc.assert(wholeOrNothing, SAMPLE));
});
