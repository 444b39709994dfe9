// The program and its stdio door: what its command line says, what goes to which stream, and how it ends.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../scripts/folders.mjs';
import { BINARY } from '../support/story.ts';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const INITIALIZE = '{"id":1,"method":"initialize","params":{"clientInfo":{"name":"door","version":"1"}}}\n';
const PROGRAMS: readonly (readonly [name: string, program: string, first: readonly string[]])[] = [
  ['the binary', BINARY, []],
  ['the plain bundle', process.execPath, [join(ROOT, 'dist/server/bowline.mjs')]],
];

for (const [name, program, first] of PROGRAMS) {
  describe(`${name} at its stdio door`, function () {
    this.timeout(30_000);
    let home: string;

    beforeEach(() => {
      home = mkdtempSync(join(tmpdir(), 'bowline-door-'));
    });
    afterEach(() => rmSync(home, { recursive: true, force: true }));

    /** Runs the program with this input, to its end. */
    async function run(args: readonly string[], input = ''): Promise<Ended> {
      const child = spawn(program, [...first, ...args], {
        env: { ...process.env, BOWLINE_HOME: join(home, 'bowline'), CODEX_HOME: join(home, 'codex') },
      });
      const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
      child.stdin.on('error', () => undefined); // it may end without reading
      child.stdin.end(input);
      const [code] = await once(child, 'close');
      return { code, stdout: await stdout, stderr: await stderr };
    }

    it('prints its version and its help', async () => {
      for (const flag of ['--version', '-V']) {
        const { code, stdout } = await run([flag]);
        equal(code, 0);
        match(stdout, /^bowline \d+\.\d+\.\d+\S*\n$/);
      }
      for (const flag of ['--help', '-h']) match((await run([flag])).stdout, /bowline app-server/);
      match((await run(['app-server', '--help'])).stdout, /^bowline app-server: [^]*--ws-auth/);
    });

    it('refuses what it does not understand, on stderr, with the help and exit code 64', async () => {
      for (const args of [
        [],
        ['serve'],
        ['app-server', 'more'],
        ['app-server', '--fly'],
        ['app-server', '--listen', 'ws://localhost:1'],
        ['app-server', '--listen', 'unix://', '--ws-auth', 'capability-token', '--ws-token-file', 'x'],
      ]) {
        const { code, stdout, stderr } = await run(args);
        deepEqual([code, stdout], [64, ''], args.join(' '));
        match(stderr, /Usage/);
      }
    });

    it('answers everything that was asked before the input ended, then exits with 0', async () => {
      const { code, stdout } = await run(
        ['app-server', '--listen', 'stdio://'],
        `${INITIALIZE}{"id":2,"method":"no/such"}`,
      );
      equal(code, 0);
      const answers = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      deepEqual(
        answers.map(({ id }) => id),
        [1, 2],
      );
      equal(answers[1].error.code, -32601);
    });

    it('ends at once when there is no input, and makes nothing on the disk for a handshake', async () => {
      deepEqual(await run(['app-server']), { code: 0, stdout: '', stderr: '' });
      await run(['app-server'], INITIALIZE);
      equal(existsSync(join(home, 'bowline')), false);
    });

    it('never touches the home of the reference server', async () => {
      const input = `${INITIALIZE}{"id":2,"method":"thread/start","params":{"cwd":${JSON.stringify(home)}}}\n`;
      const child = spawn(program, [...first, 'app-server'], {
        env: { ...process.env, BOWLINE_HOME: join(home, 'bowline'), CODEX_HOME: join(home, 'codex') },
      });
      child.stdin.write(input);
      let told = '';
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        told += chunk;
        if (told.includes('"id":2')) break;
      }
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
      ok(existsSync(join(home, 'bowline', 'threads.db')));
      equal(existsSync(join(home, 'codex')), false);
    });

    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      it(`ends with 0 at ${signal}`, async () => {
        const child = spawn(program, [...first, 'app-server'], { env: { ...process.env, BOWLINE_HOME: home } });
        child.stdin.write(INITIALIZE);
        await once(child.stdout, 'data');
        const exited = once(child, 'exit');
        child.kill(signal);
        deepEqual(await exited, [0, null]);
      });
    }

    it('ends when its client is gone in mid-answer', async () => {
      const child = spawn(program, [...first, 'app-server'], { env: { ...process.env, BOWLINE_HOME: home } });
      child.stdin.on('error', () => undefined); // the program may end before it has read everything
      child.stdout.destroy();
      child.stdin.write(INITIALIZE);
      for (let id = 2; id < 500; id += 1) child.stdin.write(`{"id":${id},"method":"model/list","params":{}}\n`);
      const exited = once(child, 'exit');
      child.stdin.end();
      equal((await exited)[1], null, 'not by a signal');
    });
  });
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = '';
  for await (const chunk of stream) all += String(chunk);
  return all;
}
