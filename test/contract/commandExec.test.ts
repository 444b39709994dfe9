// Commands and processes of the client itself over the wire: contained or refused, streamed, typed into, limited, and ended with their client.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { story, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

/** The profile of whoever runs the tests has no say in them, and takes its time. */
const NO_PROFILE = '[shell_environment_policy]\nexperimental_use_profile = false\n';
/** Temporary folders, where the workspaces of tests lie, are outside of what a command may write to. */
const CONFINED = `sandbox_mode = "workspace-write"
[sandbox]
allow_root = true
[sandbox_workspace_write]
exclude_slash_tmp = true
exclude_tmpdir_env_var = true
${NO_PROFILE}`;
const PLAIN = { config: `sandbox_mode = "workspace-write"\n${NO_PROFILE}` };
const LINKED = { ...PLAIN, kinds: ['linked'] } as const;
const FULL = { sandboxPolicy: { type: 'dangerFullAccess' } } as const;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function sh(script: string): string[] {
  return ['sh', '-c', script];
}

async function refused(client: WireClient, method: string, params: object): Promise<any> {
  const { error, result } = await client.ask(method, params);
  ok(error !== undefined, `${method} was answered: ${JSON.stringify(result)}`);
  return error;
}

/** What was streamed of a process by now. */
function streamed(client: WireClient, id: string, stream: 'stdout' | 'stderr'): string {
  const pieces = client
    .incoming()
    .filter(({ method }) => method === 'command/exec/outputDelta' || method === 'process/outputDelta')
    .filter(({ params }) => (params.processId ?? params.processHandle) === id && params.stream === stream);
  return Buffer.concat(pieces.map(({ params }) => Buffer.from(params.deltaBase64, 'base64'))).toString();
}

/** Waits until what was streamed of a process's stdout fits. */
async function untilStreamed(client: WireClient, id: string, fits: RegExp): Promise<void> {
  while (!fits.test(streamed(client, id, 'stdout')))
    await client.next(id.startsWith('process') ? 'process/outputDelta' : 'command/exec/outputDelta');
}

/** Resolves when nobody holds the pipe open for writing any more. */
async function pipeEnds(stage: Stage, path: string): Promise<{ readonly ended: Promise<unknown> }> {
  const pipe = createReadStream(join(stage.workspace, path));
  const ended = once(pipe, 'close');
  pipe.resume();
  await once(pipe, 'open');
  return { ended };
}

describe('command/exec', () => {
  story(
    'answers with both outputs apart and the exit code',
    async (stage, kind) => {
      const client = await stage.open(kind, { env: { OPENAI_API_KEY: 'sk-own' } });
      const script = 'echo "$PWD $ADDED ${HOME-none} ${OPENAI_API_KEY-none}"; echo grüß >&2; cat; exit 3';
      const params = { command: sh(script), cwd: stage.workspace, env: { ADDED: 'x', HOME: null }, ...FULL };
      deepEqual(await client.request('command/exec', params), {
        exitCode: 3,
        stdout: `${stage.workspace} x none none\n`,
        stderr: 'grüß\n',
      });
    },
    PLAIN,
  );

  story(
    'is contained as configured, or as the client asks',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const cwd = stage.workspace;
      const run = (script: string, params: object = {}): Promise<any> =>
        client.request('command/exec', { command: sh(script), cwd, ...params });
      const outside = join(stage.home, '..', 'outside');
      equal((await run('echo x > inside')).exitCode, 0);
      const denied = await run(`echo x > ${outside}`);
      ok(denied.exitCode !== 0 && /Read-only file system/.test(denied.stderr), JSON.stringify(denied));
      ok(!existsSync(outside) && stage.exists('inside'));
      for (const readOnly of [{ sandboxPolicy: { type: 'readOnly' } }, { permissionProfile: ':read-only' }])
        ok((await run('echo x > second', readOnly)).exitCode !== 0);
      ok(!stage.exists('second'));
      equal((await run(`cat ${join(stage.home, 'config.toml')}`)).stdout, '');
      equal((await run('echo $MY_TOKEN', { env: { MY_TOKEN: 'given' } })).stdout, 'given\n');
      equal((await run(`echo x > ${outside}`, { permissionProfile: ':danger-full-access' })).exitCode, 0);
    },
    { config: CONFINED },
  );

  story(
    'refuses what contradicts itself, and says what cannot be started',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const command = ['echo'];
      const cases: readonly [params: object, code: number, message: RegExp][] = [
        [{ command: [] }, -32600, /command must not be empty/],
        [{ command, tty: true }, -32600, /requires a client-supplied processId/],
        [{ command, streamStdin: true }, -32600, /requires a client-supplied processId/],
        [{ command, timeoutMs: 5, disableTimeout: true }, -32602, /both timeoutMs and disableTimeout/],
        [{ command, timeoutMs: -3 }, -32602, /must be non-negative, got -3/],
        [{ command, size: { rows: 2, cols: 2 } }, -32602, /size requires tty: true/],
        [{ command, permissionProfile: ':none' }, -32600, /unknown permission profile: :none/],
        [
          { command: ['no-such-program'], ...FULL },
          -32603,
          /^failed to spawn command: .*no-such-program was not found/,
        ],
        [{ command: ['no-such-program'] }, -32603, /^failed to spawn command: .*no-such-program was not found/],
        [{ command, cwd: '/nowhere' }, -32603, /^failed to spawn command: .*\/nowhere does not exist/],
      ];
      for (const [params, code, message] of cases) {
        const error = await refused(client, 'command/exec', params);
        equal(error.code, code, `${JSON.stringify(params)}: ${error.message}`);
        match(error.message, message);
      }
    },
    LINKED,
  );

  story(
    'streams what it says and takes what it is told, under the client’s own name',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const params = { command: ['cat'], processId: 'cat', streamStdin: true, streamStdoutStderr: true, ...FULL };
      const ended = client.request('command/exec', params);
      // it is known from the moment on in which it was asked for
      await client.request('command/exec/write', { processId: 'cat', deltaBase64: base64('one\n\0\xff') });
      await untilStreamed(client, 'cat', /one/);
      match(
        (await refused(client, 'command/exec', params)).message,
        /duplicate active command\/exec process id: "cat"/,
      );
      equal((await refused(client, 'command/exec/write', { processId: 'cat', deltaBase64: '!' })).code, -32602);
      equal((await refused(client, 'command/exec/write', { processId: 'cat' })).code, -32602);
      const resize = { processId: 'cat', size: { rows: 5, cols: 5 } };
      match((await refused(client, 'command/exec/resize', resize)).message, /not attached to a PTY/);
      await client.request('command/exec/write', { processId: 'cat', deltaBase64: base64('two\n'), closeStdin: true });
      deepEqual(await ended, { exitCode: 0, stdout: '', stderr: '' });
      equal(streamed(client, 'cat', 'stdout'), 'one\n\0\xfftwo\n');
      for (const method of ['write', 'terminate', 'resize'])
        match(
          (await refused(client, `command/exec/${method}`, { ...resize, closeStdin: true })).message,
          /no active command\/exec for process id "cat"/,
        );
    },
    PLAIN,
  );

  story(
    'has one name for one process on each connection, and no input unless it was wanted',
    async (stage, kind) => {
      const server = await stage.start(kind);
      const clients = [await server.connect(), await server.connect()];
      const ends = [];
      for (const client of clients) {
        await client.initialize();
        ends.push(client.request('command/exec', { command: ['sleep', '1000'], processId: 'same', ...FULL }));
      }
      const written = await refused(clients[0]!, 'command/exec/write', { processId: 'same', closeStdin: true });
      match(written.message, /stdin streaming is not enabled/);
      for (const client of clients) await client.request('command/exec/terminate', { processId: 'same' });
      for (const end of ends) equal((await end).exitCode, 143);
    },
    LINKED,
  );

  story(
    'ends at its time limit, and its outputs at theirs',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const late = await client.request('command/exec', {
        command: sh('echo early; sleep 1000'),
        timeoutMs: 1_000,
        ...FULL,
      });
      deepEqual(late, { exitCode: 124, stdout: 'early\n', stderr: '' });
      const long = { command: sh('echo 123456789; echo err >&2'), outputBytesCap: 5, ...FULL };
      deepEqual(await client.request('command/exec', long), { exitCode: 0, stdout: '12345', stderr: 'err\n' });
      await client.request('command/exec', { ...long, processId: 'p', streamStdoutStderr: true });
      const told = client.incoming().filter(({ method }) => method === 'command/exec/outputDelta');
      const pieces = told.map(({ params }) => `${params.stream} ${params.deltaBase64} ${params.capReached}`);
      deepEqual(new Set(pieces), new Set([`stderr ${base64('err\n')} false`, `stdout ${base64('12345')} true`]));
      const big = { command: sh('head -c 3000000 /dev/zero'), ...FULL };
      equal((await client.request('command/exec', big)).stdout.length, 1024 * 1024);
      equal((await client.request('command/exec', { ...big, disableOutputCap: true })).stdout.length, 3_000_000);
    },
    LINKED,
  );

  story(
    'ends with its client, and so does everything that it started',
    async (stage, kind) => {
      stage.makePipe('pipe');
      const client = await stage.open(kind);
      const answered = client.ask('command/exec', {
        command: sh('(trap "" TERM; sleep 1000) > pipe & wait'),
        cwd: stage.workspace,
        processId: 'p',
        disableTimeout: true,
        ...FULL,
      });
      const { ended } = await pipeEnds(stage, 'pipe');
      client.close();
      await ended;
      ok((await answered).error !== undefined);
    },
    PLAIN,
  );

  story(
    'has a terminal of the wanted size, which can change',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const script =
        'stty size; echo "$TERM ${NO_COLOR-colours}"; read line; stty size; echo "got $line"; tty; cat; exit 7';
      const ended = client.request('command/exec', {
        command: sh(script),
        processId: 'p',
        tty: true,
        size: { rows: 11, cols: 33 },
        disableTimeout: true,
      });
      await untilStreamed(client, 'p', /11 33\r\nxterm-256color colours/);
      equal(
        (await refused(client, 'command/exec/resize', { processId: 'p', size: { rows: 0, cols: 1 } })).code,
        -32602,
      );
      await client.request('command/exec/resize', { processId: 'p', size: { rows: 22, cols: 44 } });
      await client.request('command/exec/write', { processId: 'p', deltaBase64: base64('line\n') });
      await untilStreamed(client, 'p', /22 44\r\ngot line\r\n\/dev\//);
      await client.request('command/exec/write', { processId: 'p', closeStdin: true });
      deepEqual(await ended, { exitCode: 7, stdout: '', stderr: '' });
    },
    // the other runs on Node, which has no terminals to give
    { config: CONFINED, kinds: ['binary'] },
  );
});

describe('process/spawn', () => {
  story(
    'answers when it runs, and tells its end with all that it said',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const spawn = { processHandle: 'process', cwd: stage.workspace, command: sh('echo out; echo err >&2; exit 3') };
      deepEqual(await client.request('process/spawn', spawn), {});
      deepEqual((await client.next('process/exited')).params, {
        processHandle: 'process',
        exitCode: 3,
        outputDrainTimedOut: false,
        stdout: 'out\n',
        stdoutCapReached: false,
        stderr: 'err\n',
        stderrCapReached: false,
      });
      const cat = { ...spawn, command: ['cat'], streamStdin: true, streamStdoutStderr: true, timeoutMs: null };
      await client.request('process/spawn', cat);
      match((await refused(client, 'process/spawn', cat)).message, /duplicate active process handle: "process"/);
      await client.request('process/writeStdin', { processHandle: 'process', deltaBase64: base64('hi') });
      await untilStreamed(client, 'process', /hi/);
      const resize = { processHandle: 'process', size: { rows: 5, cols: 5 } };
      match((await refused(client, 'process/resizePty', resize)).message, /not attached to a PTY/);
      await client.request('process/kill', { processHandle: 'process' });
      equal((await client.next('process/exited')).params.exitCode, 143);
      const gone = await refused(client, 'process/kill', { processHandle: 'process' });
      match(gone.message, /no active process for process handle "process"/);
    },
    LINKED,
  );

  story(
    'says what cannot be started, and when children hold its output open',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const spawn = { processHandle: 'process', cwd: stage.workspace };
      const cases: readonly [params: object, code: number, message: RegExp][] = [
        [{ command: [] }, -32600, /command must not be empty/],
        [{ command: ['echo'], processHandle: '' }, -32600, /processHandle must not be empty/],
        [{ command: ['echo'], cwd: 'relative' }, -32600, /`cwd` must be an absolute path/],
        [{ command: ['no-such-program'] }, -32603, /^failed to spawn process: /],
      ];
      for (const [params, code, message] of cases) {
        const error = await refused(client, 'process/spawn', { ...spawn, ...params });
        equal(error.code, code);
        match(error.message, message);
      }
      await client.request('process/spawn', { ...spawn, command: sh('sleep 1000 & echo x') });
      const { params } = await client.next('process/exited');
      deepEqual([params.stdout, params.outputDrainTimedOut], ['x\n', true]);
    },
    LINKED,
  );

  story(
    'is for clients that asked for what is experimental',
    async (stage, kind) => {
      const client = await (await stage.start(kind)).connect();
      await client.initialize('plain_client', null);
      const spawn = { processHandle: 'p', cwd: stage.workspace, command: ['echo'] };
      match((await refused(client, 'process/spawn', spawn)).message, /requires experimentalApi capability/);
    },
    LINKED,
  );
});
