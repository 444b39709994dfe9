// Programs that scripts start are stopped with all that they started, and their failures say what they said.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { CommandFailed, run, start, stop } from '../../../scripts/run.mjs';

describe('run', () => {
  it('answers the stdout', async () => {
    assert.equal(await run(process.execPath, ['-e', 'console.log("out"); console.error("err")']), 'out\n');
  });

  it('keeps the first and the last lines of a program that fails', async () => {
    const script = 'for (let i = 1; i <= 500; i++) console.log("line " + i); process.exitCode = 3';
    await assert.rejects(run(process.execPath, ['-e', script]), (error) => {
      assert.ok(error instanceof CommandFailed);
      assert.match(error.message, /exit code 3/);
      assert.match(error.output, /^line 1\n/);
      assert.match(error.output, /line 500$/);
      assert.ok(error.output.length < 1_000);
      return true;
    });
  });

  it('says that there is no such program', async () => {
    await assert.rejects(run('no-such-program', []), CommandFailed);
  });
});

describe('stop', () => {
  // a program that starts another one, which tells its process id and then lives on
  const parent = `require('node:child_process').spawn(process.execPath, ['-e', PROGRAM], { stdio: 'inherit' }); setInterval(() => {}, 1e6)`;

  async function startFamily(program: string) {
    const child = start(process.execPath, ['-e', parent.replace('PROGRAM', JSON.stringify(program))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout!, 'data'); // both run now
    // the pipe ends when both have ended
    return { child, ended: once(child.stdout!, 'end') };
  }

  it('ends a program and the one that it started', async function () {
    if (process.platform === 'win32') this.skip();
    const { child, ended } = await startFamily('console.log(process.pid); setInterval(() => {}, 1e6)');
    await stop(child);
    await ended;
    assert.equal(child.signalCode, 'SIGTERM');
  });

  it('lets the one that it started finish in peace', async function () {
    if (process.platform === 'win32') this.skip();
    const { child, ended } = await startFamily(
      `process.on('SIGTERM', () => setTimeout(() => { console.log('finished'); process.exit(); }, 200));
       setInterval(() => {}, 1e6);
       console.log(process.pid)`,
    );
    let output = '';
    child.stdout!.on('data', (data: Buffer) => (output += data.toString()));
    await stop(child);
    await ended;
    assert.equal(output, 'finished\n');
  });
});
