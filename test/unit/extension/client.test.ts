// The server's client against a real process: start, crash, fallback, giving up, and going in order.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionLost, ProtocolError } from '../../../server/protocol/errors.ts';
import type { ServerStatus } from '../../../server/protocol/chatBridge.ts';
import type { ServerCommand } from '../../../src/agentServer/binaryPath.ts';
import { AgentServer, type AgentServerOptions, type Fallback } from '../../../src/agentServer/client.ts';

const FAKE = join(import.meta.dirname, 'fakeServer.ts');

const command = (behaviour: string, source: ServerCommand['source'] = 'bundle'): ServerCommand => ({
  source,
  command: process.execPath,
  args: [FAKE, behaviour],
  env: {},
});

describe('agent server client', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bowline-client-'));
  const running: AgentServer[] = [];
  const logged: string[] = [];
  const lines = new EventEmitter();
  const log = Object.fromEntries(
    ['trace', 'debug', 'info', 'warn', 'error'].map((level) => [
      level,
      (text: string) => {
        logged.push(`${level} ${text}`);
        lines.emit('line');
      },
    ]),
  ) as unknown as AgentServerOptions['log'];
  const isLogged = async (line: string) => {
    while (!logged.includes(line)) await once(lines, 'line');
  };

  function build(options: Partial<AgentServerOptions> = {}) {
    const server = new AgentServer({
      commands: () => [command('good')],
      cwd: () => Promise.resolve(folder),
      env: { ...process.env, VSCODE_PID: '1' },
      clientVersion: '1.2.3',
      log,
      trace: { level: () => 'off', write: () => undefined },
      nowMs: () => 0,
      pause: () => Promise.resolve(),
      prepare: () => Promise.resolve(),
      ...options,
    });
    running.push(server);
    return server;
  }

  const statusOf = (server: AgentServer, type: ServerStatus['type']) =>
    new Promise<ServerStatus>((resolve) => {
      if (server.status.type === type) resolve(server.status);
      server.onDidChangeStatus((status) => status.type === type && resolve(status));
    });

  const pidOf = async (server: AgentServer) => (await server.request('thread/loaded/list', {})).data[0];

  beforeEach(() => logged.splice(0));
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.dispose()));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says in its own words what another server does not offer, and does not ask for it again', async () => {
    const sent: string[] = [];
    const server = build({ trace: { level: () => 'messages', write: (line) => void sent.push(line) } });
    server.start();
    for (const _ of [1, 2])
      await rejects(
        server.request('rule/list', { cwd: null }),
        /does not offer this \(rule\/list\)\. The one that comes/,
      );
    equal(sent.filter((line) => line.includes('rule/list')).length, 2, 'one request, one answer');
    equal(server.isOwn, false);
    equal(logged.filter((line) => line.includes('rule/list')).length, 1);
    equal(logged.filter((line) => line.includes('not Bowline’s own') || line.includes("not Bowline's own")).length, 1);
  });

  it('answers requests that were made before it was ready', async () => {
    const server = build();
    server.start();
    equal(server.status.type, 'starting');
    ok(Number(await pidOf(server)) > 0);
    equal(server.status.type, 'ready');
  });

  it('gives the process an environment without the editor’s own variables', async () => {
    const server = build();
    server.start();
    const { data } = await server.request('thread/loaded/list', {});
    deepEqual(data.slice(1), ['', '']);
  });

  it('writes what the process says with its level', async () => {
    const server = build();
    server.start();
    await isLogged('warn disk is nearly full');
  });

  it('does what must come first before anything else is sent', async () => {
    const order: string[] = [];
    const server = build({
      prepare: async (peer) => {
        await peer.request('account/read', {});
        order.push('prepared');
      },
    });
    server.start();
    await pidOf(server).then(() => order.push('answered'));
    deepEqual(order, ['prepared', 'answered']);
  });

  it('refuses at once when it was never started', async () => {
    await rejects(build().request('thread/loaded/list', {}), ConnectionLost);
  });

  it('starts again after a crash; what was under way is reported as lost', async () => {
    const server = build();
    server.start();
    const first = await pidOf(server);
    await rejects(server.request('thread/list', {}), ConnectionLost);
    const second = await pidOf(server);
    ok(second !== first);
    equal(server.status.type, 'ready');
  });

  it('never takes the requests of two processes for the same, though both number them from 0', async () => {
    const server = build();
    const asked: (string | number)[] = [];
    const resolved: (string | number)[] = [];
    let ends = 0;
    server.answerRequests(({ id }) => {
      asked.push(id);
      return Promise.reject(new ProtocolError('invalidRequest', 'not now'));
    });
    server.onDidNotify((said) => said.method === 'serverRequest/resolved' && resolved.push(said.params.requestId));
    server.onDidDisconnect(() => (ends += 1));
    server.start();
    await server.request('model/list', {});
    await rejects(server.request('thread/list', {}), ConnectionLost);
    await server.request('model/list', {});
    equal(new Set(asked).size, 2);
    deepEqual(resolved, asked);
    equal(ends, 1);
  });

  it('gives up after five crashes, says so, and can be started again by hand', async () => {
    const server = build();
    const failed = new Promise<string>((resolve) => server.onDidFail(resolve));
    server.start();
    for (let crash = 0; crash < 5; crash += 1) await rejects(server.request('thread/list', {}), ConnectionLost);
    match(await failed, /5 times within three minutes/);
    await rejects(server.request('thread/loaded/list', {}), /not running/);
    await server.restart();
    ok(await pidOf(server));
  });

  it('falls back to the next program, and says so', async () => {
    const server = build({ commands: () => [command('broken', 'binary'), command('good')] });
    const fellBack = new Promise<Fallback>((resolve) => server.onDidFallBack(resolve));
    server.start();
    const fallback = await fellBack;
    equal(fallback.failed, 'the bundled program');
    match(fallback.reason, /exit code 3.*cannot find my library/);
    ok(await pidOf(server));
  });

  it('keeps to a program that served and is killed while it starts again', async () => {
    const crashesOnce = [command('broken', 'binary'), command('good')];
    const starts = [[command('good', 'binary'), command('good')], crashesOnce, [command('good', 'binary')]];
    const server = build({ commands: () => starts.shift() ?? [] });
    const fallbacks: Fallback[] = [];
    server.onDidFallBack((fallback) => fallbacks.push(fallback));
    server.start();
    await rejects(server.request('thread/list', {}), ConnectionLost);
    ok(await pidOf(server));
    deepEqual(starts, []);
    deepEqual(fallbacks, []);
  });

  it('stops with the reason when no program can be started', async () => {
    const server = build({ commands: () => [{ ...command('good', 'setting'), command: join(folder, 'missing') }] });
    server.start();
    const status = await statusOf(server, 'stopped');
    match(status.type === 'stopped' ? status.detail : '', /bowline\.server\.path.*no such program/);
  });

  it('ends in order: its process sees the end of its input and goes by itself', async () => {
    const server = build();
    server.start();
    const pid = Number(await pidOf(server));
    await server.stop();
    await isLogged('info goodbye');
    ok(!isAlive(pid));
    equal(server.status.type, 'stopped');
  });

  it('can be ended while it starts, and leaves nothing behind', async () => {
    const server = build();
    server.start();
    await server.dispose();
    equal(server.status.type, 'stopped');
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // no such process
  }
}
