// Another process swaps a folder of the workspace and a link to a folder outside, as fast as it can: nothing outside is read or written.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFiles } from '../../../../server/adapters/fs/files.ts';

const ROUNDS = 2000;
const INSIDE = 'inside';
const OUTSIDE = 'outside';

/** Prints a line when it begins, and ends with its parent's pipe. A folder that was made in the gap is put aside. */
const SWAPPER = `
const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
const [, folder, outside] = process.argv;
let aside = 0;
const tried = (task) => { try { task(); } catch { /* a writer was faster: the next round sees it */ } };
process.stdin.on('end', () => process.exit(0)).resume();
process.stdout.write('ready\\n');
(function turn() {
  for (let i = 0; i < 50; i += 1) {
    tried(() => renameSync(folder, folder + '.away'));
    tried(() => symlinkSync(outside, folder));
    tried(() => unlinkSync(folder));
    tried(() => renameSync(folder, folder + '.made' + (aside += 1)));
    tried(() => renameSync(folder + '.away', folder));
    for (const until = performance.now() + Math.random() / 2; performance.now() < until;);
  }
  setImmediate(turn);
})();
`;

describe('files, while folders are swapped for links', function () {
  this.timeout(120_000);
  const files = createFiles();
  let root = '';
  let swapper: ChildProcess;

  beforeEach(async function () {
    if (process.platform !== 'linux') return this.skip();
    root = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-races-')));
    for (const folder of ['ws/folder/sub', 'outside/sub']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'ws/folder/sub/file'), INSIDE);
    writeFileSync(join(root, 'outside/sub/file'), OUTSIDE);
    swapper = spawn(process.execPath, ['-e', SWAPPER, join(root, 'ws/folder'), join(root, 'outside')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (swapper.stdout !== null) await once(swapper.stdout, 'data');
  });
  afterEach(async () => {
    if (root === '') return;
    assert.equal(swapper.exitCode, null, 'it swapped until now');
    const ended = once(swapper, 'exit');
    swapper.stdin?.end();
    await ended;
    rmSync(root, { recursive: true, force: true });
    root = '';
  });

  /** Decides as the tools do, then acts. */
  async function race(act: (path: string, round: number) => Promise<void>): Promise<void> {
    const counts = { done: 0, refused: 0 };
    // until both have been seen, however slow the machine
    for (let round = 0; round < ROUNDS || counts.done === 0 || counts.refused === 0; round += 1) {
      const path = await files.realPath(join(root, 'ws/folder/sub/file')).catch(() => '');
      if (!path.startsWith(join(root, 'ws/'))) continue;
      try {
        await act(path, round);
        counts.done += 1;
      } catch {
        // refused, or not there in this moment
        counts.refused += 1;
      }
    }
  }

  function assertOutsideUntouched(): void {
    assert.deepEqual(readdirSync(join(root, 'outside')), ['sub']);
    assert.deepEqual(readdirSync(join(root, 'outside/sub')), ['file']);
    assert.equal(readFileSync(join(root, 'outside/sub/file'), 'utf8'), OUTSIDE);
  }

  it('reads only what was decided on', async () => {
    const texts = new Set<string>();
    await race(async (path) => void texts.add(new TextDecoder().decode(await files.read(path))));
    assert.deepEqual([...texts], [INSIDE]);
  });

  it('writes, makes folders and removes only where it was decided', async () => {
    await race(async (path, round) => {
      const made = join(dirname(path), `made-${round % 7}`, 'deep', 'file');
      try {
        await files.write(made, new TextEncoder().encode('new'));
        await files.remove(made);
      } catch {
        // refused: the folder was swapped in this moment
      }
      await files.write(path, new TextEncoder().encode(`${INSIDE} ${round}`));
    });
    assertOutsideUntouched();
  });

  it('lists only the folder that was decided on', async () => {
    writeFileSync(join(root, 'outside/sub/secret'), '');
    const names = new Set<string>();
    await race(async (path) => {
      for (const { name } of await files.list(dirname(path))) names.add(name);
    });
    assert.ok(!names.has('secret'));
  });
});
