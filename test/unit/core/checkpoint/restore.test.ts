// A restore of real files: any edits are undone and brought again, and one that was cut off can be completed.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PathAccess } from '../../../../server/core/checkpoint/pathAccess.ts';
import { checkpointScene } from '../../../support/checkpointScene.ts';
import { treeState } from '../../../support/treeState.ts';
import { restoreCase, restoresAnything } from './properties.ts';

describe('a restore', function () {
  this.timeout(60_000);
  let base = '';
  let root = '';
  beforeEach(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-restore-')));
    root = join(base, 'work');
    mkdirSync(root);
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));
  const put = (name: string, text: string): void => writeFileSync(join(root, name), text);

  it('gives the tree before any edits, and its redo the tree after them', async () => {
    await fc.assert(fc.asyncProperty(restoreCase, restoresAnything), { numRuns: 12 });
  });

  it('takes what lay in a folder for its own, where a link is in the place of the folder now', () =>
    restoresAnything({
      start: [],
      turns: [
        [
          [
            { type: 'write', path: 'out/a', content: '' },
            { type: 'write', path: 'a', content: '' },
          ],
        ],
        [
          [
            { type: 'rename', path: 'out', to: 'c' },
            { type: 'link', path: 'out', to: 'a' },
          ],
        ],
      ],
    }));

  it('that was cut off is completed by another, and one redo brings all again', async () => {
    for (const name of ['a', 'b', 'c', 'd']) put(name, 'before');
    const before = treeState(root);
    const scene = checkpointScene(join(base, 'home'), root);
    await scene.turn('1', () => ['a', 'b', 'c', 'd'].forEach((name) => put(name, 'after')));
    const after = treeState(root);
    // what a process leaves that is killed after its second write
    let writes = 0;
    const cutOff = Promise.withResolvers<void>();
    const dying: PathAccess = {
      ...scene.access,
      write: async (path, bytes, mode) => {
        writes += 1;
        if (writes <= 2) return await scene.access.write(path, bytes, mode);
        cutOff.resolve();
        return await new Promise<never>(() => undefined);
      },
    };
    const killed = checkpointScene(join(base, 'home'), root, dying);
    // it never comes to its end
    await Promise.race([killed.checkpoints.restore(killed.scope('1'), null), cutOff.promise]);
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((name) => readFileSync(join(root, name), 'utf8')),
      ['before', 'before', 'after', 'after'],
    );
    put('.bowline-999999999-1.tmp', 'half');
    const result = await scene.checkpoints.restore(scene.scope('1'), null);
    assert.deepEqual(
      result.restored.map((path) => path.slice(-1)),
      ['c', 'd'],
    );
    assert.deepEqual(treeState(root), before);
    const redone = await scene.checkpoints.redo('t');
    assert.equal(redone.restored.length, 4);
    assert.deepEqual(treeState(root), after);
    await assert.rejects(scene.checkpoints.redo('t'), /no restore/);
  });

  it('of some paths leaves the others', async () => {
    for (const name of ['a', 'b']) put(name, 'before');
    const scene = checkpointScene(join(base, 'home'), root);
    await scene.turn('1', () => ['a', 'b'].forEach((name) => put(name, 'after')));
    const result = await scene.checkpoints.restore(scene.scope('1'), [join(root, 'b')]);
    assert.deepEqual(result.restored, [join(root, 'b')]);
    assert.deepEqual(
      ['a', 'b'].map((name) => readFileSync(join(root, name), 'utf8')),
      ['after', 'before'],
    );
  });

  it('knows an edit of the user between two commands of the turn', async () => {
    put('a', '1\n2\n3\n4\n5\n');
    const scene = checkpointScene(join(base, 'home'), root);
    await scene.turn(
      '1',
      () => put('a', 'one\n2\n3\n4\n5\n'),
      { byUser: () => put('a', 'one\n2\n3\n4\nfive, mine\n') },
      () => put('a', 'one\n2\nthree\n4\nfive, mine\n'),
    );
    const result = await scene.checkpoints.restore(scene.scope('1'), null);
    assert.deepEqual([result.restored, result.conflicts.length], [[], 1]);
    const merged = await scene.checkpoints.merge(scene.scope('1'), join(root, 'a'));
    assert.deepEqual([merged.merged, merged.conflicts], ['1\n2\n3\n4\nfive, mine\n', 0]);
  });

  it('knows an edit of the user between two turns', async () => {
    put('a', '1\n2\n3\n4\n5\n');
    put('b', 'b\n');
    const scene = checkpointScene(join(base, 'home'), root);
    await scene.turn('1', () => put('a', 'one\n2\n3\n4\n5\n'));
    put('a', 'one\n2\n3\n4\nfive, mine\n');
    await scene.turn('2', () => {
      put('a', 'one\n2\nthree\n4\nfive, mine\n');
      put('b', 'B\n');
    });
    const result = await scene.checkpoints.restore(scene.scope('1', '2'), null);
    assert.deepEqual([result.restored, result.conflicts.length], [[join(root, 'b')], 1]);
    const merged = await scene.checkpoints.merge(scene.scope('1', '2'), join(root, 'a'));
    assert.deepEqual([merged.merged, merged.conflicts], ['1\n2\n3\n4\nfive, mine\n', 0]);
    // back to before the second turn alone there is nothing in between
    assert.deepEqual((await scene.checkpoints.restore(scene.scope('2'), null)).conflicts, []);
    assert.equal(readFileSync(join(root, 'a'), 'utf8'), 'one\n2\n3\n4\nfive, mine\n');
  });

  it('leaves a folder that holds something of the user', async () => {
    const scene = checkpointScene(join(base, 'home'), root);
    await scene.turn('1', () => {
      mkdirSync(join(root, 'new'));
      put('new/a', 'a');
    });
    put('new/mine', 'm');
    const result = await scene.checkpoints.restore(scene.scope('1'), null);
    assert.deepEqual(result.restored, [join(root, 'new/a')]);
    assert.match(result.conflicts[0]?.reason ?? '', /holds something else/);
    assert.deepEqual(Object.keys(treeState(root)), ['new', 'new/mine']);
  });

  it('reaches into folders that the turn closed, and closes again what was closed before', async function () {
    if (process.getuid?.() === 0) this.skip(); // nothing is closed to root
    mkdirSync(join(root, 'dir'));
    put('dir/a', 'before');
    chmodSync(join(root, 'dir'), 0o555);
    const before = treeState(root);
    const scene = checkpointScene(join(base, 'home'), root);
    await scene.turn('1', () => {
      chmodSync(join(root, 'dir'), 0o755);
      put('dir/a', 'after');
      chmodSync(join(root, 'dir/a'), 0o400);
    });
    await scene.checkpoints.restore(scene.scope('1'), null);
    assert.deepEqual(treeState(root), before);
    chmodSync(join(root, 'dir'), 0o755);
  });
});
