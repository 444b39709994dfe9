// Processes of clients: outputs apart and as bytes, input that waits, output that is held up, and ends that are told whole.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCommandRunner, type OwnedCommandRunner } from '../../../../server/adapters/exec/commandRunner.ts';
import type { OutputStream, ProcessRequest, RunningProcess } from '../../../../server/core/client/process.ts';

const SILENCE_MS = 5;

describe('processes of clients', () => {
  let runner: OwnedCommandRunner;
  let folder: string;
  beforeEach(() => {
    runner = createCommandRunner({ killGraceMs: 200, silenceMs: SILENCE_MS });
    folder = mkdtempSync(join(tmpdir(), 'bowline-process-'));
  });
  afterEach(async () => {
    await runner.dispose();
    rmSync(folder, { recursive: true });
  });

  const request = (script: string, changes: Partial<ProcessRequest> = {}): ProcessRequest => ({
    argv: ['/bin/sh', '-c', script],
    cwd: folder,
    env: { PATH: '/usr/bin:/bin' },
    terminal: null,
    hasInput: false,
    timeoutMs: null,
    ...changes,
  });

  function start(script: string, changes: Partial<ProcessRequest> = {}) {
    const running = runner.startProcess(request(script, changes));
    const outputs: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
    running.onOutput((bytes, stream) => outputs[stream].push(Buffer.from(bytes)));
    return { running, bytes: (stream: OutputStream) => Buffer.concat(outputs[stream]) };
  }

  const endOf = async ({ exited }: RunningProcess) => {
    const { how, isOutputComplete } = await exited;
    return [how.type === 'failedToStart' ? how.message : how.exitCode, isOutputComplete];
  };

  it('say both outputs apart, byte for byte', async () => {
    const { running, bytes } = start(String.raw`printf '\377\0a'; printf '\303' >&2; printf '\244' >&2; exit 4`);
    deepEqual(await endOf(running), [4, true]);
    deepEqual([...bytes('stdout')], [0xff, 0, 0x61]);
    equal(bytes('stderr').toString(), 'ä');
  });

  it('say so too when the environment has names that a shell would lose', async () => {
    const { running, bytes } = start('echo out; echo err >&2', { env: { PATH: '/bin:/usr/bin', 'A.B': 'c' } });
    await running.exited;
    deepEqual([bytes('stdout').toString(), bytes('stderr').toString()], ['out\n', 'err\n']);
  });

  it('take bytes, and are told when there are no more', async () => {
    const { running, bytes } = start('cat', { hasInput: true });
    running.write(new Uint8Array([0xff, 0, 10]));
    running.closeStdin();
    await running.exited;
    deepEqual([...bytes('stdout')], [0xff, 0, 10]);
  });

  it('show how much they have not read', async () => {
    const { running } = start('exec sleep 1000', { hasInput: true });
    equal(running.inputBacklogBytes < 100, true);
    running.write(new Uint8Array(1_000_000));
    ok(running.inputBacklogBytes > 500_000);
    await running.kill();
  });

  it('wait while nobody reads, and then lose nothing', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const { running, bytes } = start('exec 9>pipe; head -c 50000 /dev/zero; echo end >&2');
    running.pause();
    const pipe = createReadStream(join(folder, 'pipe'));
    pipe.resume();
    await once(pipe, 'close');
    // the process has ended
    const silence = new Promise<'held'>((resolve) => setTimeout(resolve, SILENCE_MS * 20, 'held')); // not told: no event
    equal(await Promise.race([running.exited, silence]), 'held');
    running.resume();
    deepEqual(await endOf(running), [0, true]);
    deepEqual([bytes('stdout').length, bytes('stderr').toString()], [50_000, 'end\n']);
  });

  it('are ended while nobody reads them', async () => {
    const { running } = start('yes');
    running.pause();
    await running.kill();
    deepEqual((await running.exited).how.type, 'signalled');
  });

  it('say when children go on holding the output', async () => {
    const { running, bytes } = start('sleep 1000 & echo x');
    deepEqual(await endOf(running), [0, false]);
    equal(bytes('stdout').toString(), 'x\n');
    await running.kill();
  });

  it('are told apart from what cannot be started', async () => {
    const nowhere = request('true', { cwd: join(folder, 'none') });
    match(runner.problemOf(nowhere) ?? '', /does not exist/);
    match(runner.problemOf(request('', { argv: ['no-such-program'] })) ?? '', /was not found/);
    equal(runner.problemOf(request('true')), null);
    const running = runner.startProcess(nowhere);
    equal(running.pid, null);
    match(String((await endOf(running))[0]), /does not exist/);
  });

  it('have no terminal to resize where they run on pipes', async () => {
    const { running } = start('true');
    equal(running.resize({ rows: 1, cols: 1 }), false);
    await running.exited;
  });
});
