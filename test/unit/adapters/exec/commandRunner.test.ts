// Real processes: exit codes, order and size of output, children in the background, kills of whole trees, limits, bad starts.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner, type OwnedCommandRunner } from '../../../../server/adapters/exec/commandRunner.ts';
import { isGroupAlive } from '../../../../server/adapters/exec/processGroup.ts';
import { terminalRuntime } from '../../../../server/adapters/exec/terminalProcess.ts';
import type { CommandExit, CommandSpec, RunningCommand } from '../../../../server/core/ports.ts';

describe('command runner', () => {
  let runner: OwnedCommandRunner;
  let folder: string;
  beforeEach(async () => {
    runner = createCommandRunner({ killGraceMs: 200 });
    folder = await mkdtemp(join(tmpdir(), 'bowline-exec-'));
  });
  afterEach(async () => {
    await runner.dispose();
    await rm(folder, { recursive: true });
  });

  const spec = (script: string, changes: Partial<CommandSpec> = {}): CommandSpec => ({
    argv: ['/bin/bash', '-c', script],
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', SHLVL: '1' },
    tty: false,
    timeoutMs: null,
    ...changes,
  });

  /** Starts and collects; `seen` resolves when the output has the text. */
  function start(command: CommandSpec) {
    const running = runner.start(command);
    const chunks: string[] = [];
    const waiting: { awaited: string; resolve: () => void }[] = [];
    running.onOutput((chunk) => {
      chunks.push(chunk);
      for (const { awaited, resolve } of waiting) if (chunks.join('').includes(awaited)) resolve();
    });
    const seen = (awaited: string) => new Promise<void>((resolve) => waiting.push({ awaited, resolve }));
    return { running, chunks, seen };
  }

  async function run(
    command: CommandSpec,
  ): Promise<{ exit: CommandExit; output: string; chunks: string[]; running: RunningCommand }> {
    const { running, chunks } = start(command);
    const exit = await running.exited;
    return { exit, output: chunks.join(''), chunks, running };
  }

  const pidOf = async (file: string) => Number(await readFile(join(folder, file), 'utf8'));

  /** An orphan that its new parent has not reaped yet does not run any more. */
  const isRunning = (pid: number): boolean =>
    spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' })
      .stdout.trim()
      .replace(/^Z.*/, '') !== '';

  it('tells exit codes and signals', async () => {
    assert.deepEqual((await run(spec('exit 0'))).exit, { type: 'exited', exitCode: 0 });
    assert.deepEqual((await run(spec('exit 3'))).exit, { type: 'exited', exitCode: 3 });
    assert.deepEqual((await run(spec('kill -9 $$'))).exit, { type: 'signalled', signal: 'SIGKILL', exitCode: 137 });
  });

  it('keeps the order of stdout and stderr', async () => {
    const { output } = await run(spec('for i in 1 2 3; do echo out$i; echo err$i >&2; done'));
    assert.equal(output, 'out1\nerr1\nout2\nerr2\nout3\nerr3\n');
  });

  it('reads both outputs when the environment has names that a shell would lose', async () => {
    const env = { PATH: '/usr/bin:/bin', 'BASH_FUNC_greet%%': '() { echo hello; }' };
    const { output } = await run(spec('greet; greet >&2', { env }));
    assert.equal(output, 'hello\nhello\n');
  });

  it('gives only the environment and the folder it was told', async () => {
    const { output } = await run(spec('pwd -P; env', { env: { PATH: '/usr/bin:/bin', A: 'ä=1' } }));
    assert.ok(output.includes('A=ä=1\n'));
    assert.ok(!output.includes('HOME='));
    assert.ok(output.includes(folder));
  });

  it('delivers three megabytes whole', async () => {
    const { output } = await run(spec('head -c 3000000 /dev/zero | tr "\\0" x'));
    assert.equal(output.length, 3_000_000);
  });

  it('joins characters that are written in two parts', async () => {
    const { output } = await run(spec('printf "\\xe2\\x82"; sleep 0.05; printf "\\xac\\xff"'));
    assert.equal(output, '€\ufffd');
  });

  it('has empty input unless it is started to be written to', async () => {
    assert.equal((await run(spec('cat; echo end'))).output, 'end\n');
  });

  it('ends with the command although a child in the background holds its output, and the child lives', async () => {
    const { exit, output } = await run(
      spec('head -c 300000 /dev/zero | tr "\\0" x; sleep 60 & echo $! > child; echo end'),
    );
    assert.deepEqual(exit, { type: 'exited', exitCode: 0 });
    assert.equal(output.length, 300_004);
    const child = await pidOf('child');
    assert.ok(isRunning(child));
    await runner.dispose();
    assert.ok(!isRunning(child));
  });

  it('lets a child in the background write on after the command has ended', async () => {
    const script = '(trap "" PIPE; read line < go; echo late && echo written > done) & echo started';
    await run(spec(`mkfifo go; ${script}`));
    // opening the pipe for writing waits until the child reads it
    await writeFile(join(folder, 'go'), 'now\n');
    const { output } = await run(spec('until [ -s done ]; do sleep 0.01; done; cat done', { timeoutMs: 5000 }));
    assert.equal(output, 'written\n');
  });

  it('kills the whole tree', async () => {
    const { running, seen } = start(
      spec('sleep 60 & echo $! > child; (sleep 60 & echo $! > grandchild; echo ready; wait)'),
    );
    await seen('ready');
    await running.kill();
    assert.deepEqual(await running.exited, { type: 'signalled', signal: 'SIGTERM', exitCode: 143 });
    assert.ok(!isRunning(await pidOf('child')));
    assert.ok(!isRunning(await pidOf('grandchild')));
    assert.ok(running.pid !== null && !isGroupAlive(running.pid));
    await running.kill();
  });

  it('kills what ignores the polite signal', async () => {
    const { running, seen } = start(spec('trap "" TERM; echo ready; while :; do sleep 1; done'));
    await seen('ready');
    await running.kill();
    assert.deepEqual(await running.exited, { type: 'signalled', signal: 'SIGKILL', exitCode: 137 });
  });

  it('kills at the time limit', async () => {
    const { exit } = await run(spec('sleep 60', { timeoutMs: 50 }));
    assert.deepEqual(exit, { type: 'timedOut', exitCode: 124 });
  });

  it('kills nothing at once that may run for longer than a timer can wait', async () => {
    const { exit } = await run(spec('sleep 0.05', { timeoutMs: Number.MAX_SAFE_INTEGER }));
    assert.equal(exit.type, 'exited');
  });

  for (const [what, changes, message] of [
    ['a missing folder', { cwd: '/no/such/folder' }, /folder \/no\/such\/folder does not exist/],
    ['a file as the folder', { cwd: '/etc/passwd' }, /\/etc\/passwd does not exist or is not a folder/],
    ['a missing program', { argv: ['/no/such/shell', '-c', 'ls'] }, /program \/no\/such\/shell was not found/],
    [
      'a program that PATH does not have',
      { argv: ['no-such-shell'] },
      /no-such-shell was not found in the folders of PATH/,
    ],
    ['a program that may not be run', { argv: ['/etc/passwd'] }, /\/etc\/passwd was not found or may not be run/],
    ['no program', { argv: [] }, /no program to run/],
    ['a NUL character', { argv: ['/bin/echo', 'a\0b'] }, /NUL/],
    ['a script too long for the system', { argv: ['/bin/bash', '-c', 'x'.repeat(3_000_000)] }, /E2BIG/],
  ] as const) {
    it(`says why it cannot start: ${what}`, async () => {
      const { exit } = await run(spec('', changes));
      assert.equal(exit.type, 'failedToStart');
      assert.match(exit.type === 'failedToStart' ? exit.message : '', message);
    });
  }

  it('finds a program by PATH', async () => {
    assert.equal((await run(spec('', { argv: ['echo', 'found'] }))).output, 'found\n');
  });

  it('leaves nothing behind when it is disposed, and starts nothing afterwards', async () => {
    const commands = [1, 2, 3].map(() => start(spec('sleep 60 & echo ready; sleep 60')));
    await Promise.all(commands.map(({ seen }) => seen('ready')));
    await runner.dispose();
    for (const { running } of commands) {
      assert.equal((await running.exited).type, 'signalled');
      assert.ok(running.pid !== null && !isGroupAlive(running.pid));
    }
    assert.equal((await run(spec('true'))).exit.type, 'failedToStart');
  });

  it('leaves nothing behind even when the server is killed', async () => {
    const fifo = join(folder, 'alive');
    spawnSync('mkfifo', [fifo]);
    const file = JSON.stringify(new URL('../../../../server/adapters/exec/commandRunner.ts', import.meta.url).href);
    const command = spec(`exec 3> ${fifo}; (sleep 60 & sleep 60) & echo ready; sleep 60`);
    const script = `import(${file}).then(({ createCommandRunner }) =>
      createCommandRunner().start(${JSON.stringify(command)}).onOutput((text) => console.log(text)))`;
    const server = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    server.stdout.on('data', () => server.kill('SIGKILL'));
    // everything that lives holds the pipe open: its end is the end of all
    await text(createReadStream(fifo));
    assert.equal(server.killed, true);
  });

  describe(terminalRuntime() === null ? 'without terminals in this runtime' : 'with terminals', () => {
    it('can be written to', async () => {
      const { running, chunks, seen } = start(spec('echo ready; read line; echo "got $line"', { tty: true }));
      await seen('ready');
      running.write('some words\n');
      assert.deepEqual(await running.exited, { type: 'exited', exitCode: 0 });
      assert.ok(chunks.join('').includes('got some words'));
      running.write('too late\n');
    });

    it('ends input on request', async () => {
      const { running, chunks, seen } = start(spec('echo ready; cat; echo end', { tty: true }));
      await seen('ready');
      running.closeStdin();
      await running.exited;
      assert.ok(chunks.join('').endsWith(running.isTerminal ? 'end\r\n' : 'end\n'));
    });

    it('is a terminal exactly where the runtime has one', async () => {
      const { output, running } = await run(spec('[ -t 0 ] && [ -t 1 ] && echo yes || echo no', { tty: true }));
      assert.equal(running.isTerminal, terminalRuntime() !== null);
      assert.equal(output.trim(), running.isTerminal ? 'yes' : 'no');
    });

    it('delivers large output whole', async () => {
      const { output } = await run(spec('head -c 300000 /dev/zero | tr "\\0" x', { tty: true }));
      assert.equal(output.length, 300_000);
    });

    it('kills the whole tree', async () => {
      const { running, seen } = start(spec('sleep 60 & echo ready; sleep 60', { tty: true }));
      await seen('ready');
      await running.kill();
      assert.equal((await running.exited).type, 'signalled');
      assert.ok(running.pid !== null && !isGroupAlive(running.pid));
    });

    it('turns Ctrl-C into a signal where there is a terminal', async () => {
      const { running, seen } = start(spec('trap "echo caught; exit 5" INT; echo ready; read line', { tty: true }));
      await seen('ready');
      if (!running.isTerminal) return running.kill();
      running.write('\u0003');
      assert.deepEqual(await running.exited, { type: 'exited', exitCode: 5 });
      return undefined;
    });
  });
});
