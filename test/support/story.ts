// A stage for contract stories: a home, a workspace, a scripted model, and servers in this process or as the built binary.
import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppServer } from '../../server/app/appServer.ts';
import { compose } from '../../server/composition.ts';
import { stderrLog } from '../../server/adapters/log.ts';
import type { Log } from '../../server/core/ports.ts';
import { jsonlTransport } from '../../server/rpc/jsonlTransport.ts';
import { linkedPair } from '../../server/rpc/linkedPair.ts';
import type { OutboxLimits } from '../../server/rpc/outbox.ts';
import { BUNDLED_RIPGREP } from './bundledRipgrep.ts';
import { startModelServer } from './modelServer.ts';
import { openSchemaOracle } from './schemaOracle.ts';
import { countTraffic } from './trafficCount.ts';
import { WireClient, type Incoming } from './wireClient.ts';

/** `linked`: the server in this process over an in-memory pair. `binary`: the built program over its standard streams. */
export type ServerKind = 'linked' | 'binary';

export const BOTH_KINDS: readonly ServerKind[] = ['linked', 'binary'];

export const BINARY = resolve(
  import.meta.dirname,
  '../../dist/bin',
  process.platform === 'win32' ? 'bowline.exe' : 'bowline',
);

export interface RunningServer {
  /** A new connection; the binary has exactly one. */
  connect(): Promise<WireClient>;
  /** Ends the server as a client that closes its connection does. */
  stop(): Promise<void>;
  /** The process of the binary, for those who kill it. */
  readonly process: ChildProcess | null;
}

/** What a server is started with, beside the stage's home. */
export interface StartOptions {
  readonly env?: Record<string, string>;
  /** `-c key=value` */
  readonly overrides?: readonly string[];
  /** Another program than the built one. */
  readonly program?: string;
  /** Another home than the stage's own. */
  readonly home?: string;
  /** How much may wait for a slow client; `linked` only. */
  readonly limits?: OutboxLimits;
}

export interface Stage {
  readonly home: string;
  readonly workspace: string;
  /** Every client of every server of this stage. */
  readonly clients: readonly WireClient[];
  readonly model: Awaited<ReturnType<typeof startModelServer>>;
  /** Starts a server on this stage's home. */
  start(kind: ServerKind, options?: StartOptions): Promise<RunningServer>;
  /** Starts a server and gives its first, initialised client. */
  open(kind: ServerKind, options?: StartOptions): Promise<WireClient>;
  write(path: string, text: string): void;
  /** A named pipe: a command that reads it waits until the test writes. */
  makePipe(path: string): void;
  read(path: string): string;
  exists(path: string): boolean;
  /** Ends everything and removes the folders. */
  close(): Promise<void>;
}

const SETTINGS = `sandbox_mode = "workspace-write"\napproval_policy = "on-request"\n`;

/** Tests run as root on bare machines too, where the server would sandbox nothing and ask about every command. */
export const ROOT_MAY_SANDBOX = '[sandbox]\nallow_root = true\n';

/** Sets the stage; `config` is added to a config.toml that names the scripted model as provider. */
export async function setStage(config = SETTINGS): Promise<Stage> {
  const base = mkdtempSync(join(tmpdir(), 'bowline-story-'));
  const home = join(base, 'home');
  const workspace = join(base, 'work');
  mkdirSync(home);
  mkdirSync(workspace);
  const model = await startModelServer();
  // a story with a `[sandbox]` of its own says there what it wants
  const tables = config.includes('[sandbox]') ? config : `${config}\n${ROOT_MAY_SANDBOX}`;
  writeFileSync(
    join(home, 'config.toml'),
    `${providerConfig(model.url)}\n`.replace('[model_providers', `${tables}\n[model_providers`),
  );
  const running: RunningServer[] = [];
  const clients: WireClient[] = [];
  const stage: Stage = {
    home,
    workspace,
    clients,
    model,
    async start(kind, options = {}) {
      const met = (client: WireClient): void => void clients.push(client);
      const server =
        kind === 'binary'
          ? startBinary(options.home ?? home, options, met)
          : startLinked(options.home ?? home, options, met);
      running.push(server);
      return server;
    },
    async open(kind, options) {
      const client = await (await stage.start(kind, options)).connect();
      await client.initialize();
      return client;
    },
    write(path, text) {
      const file = resolve(workspace, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
    makePipe: (path) => void execFileSync('mkfifo', [resolve(workspace, path)]),
    read: (path) => readFileSync(resolve(workspace, path), 'utf8'),
    exists: (path) => existsSync(resolve(workspace, path)),
    async close() {
      for (const server of running) await server.stop();
      await model.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
  return stage;
}

/** A config.toml whose only provider is the scripted model. */
export function providerConfig(url: string): string {
  return [
    'model = "scripted-model"',
    'model_provider = "scripted"',
    '[model_providers.scripted]',
    'name = "Scripted"',
    `base_url = "${url}"`,
    'wire_api = "responses"',
    'requires_openai_auth = false',
    'request_max_retries = 1',
    'stream_max_retries = 2',
  ].join('\n');
}

const SILENT: Log = { debug: () => undefined, warn: () => undefined, error: () => undefined };

type Met = (client: WireClient) => void;

function startLinked(home: string, { env, overrides = [], limits }: StartOptions, met: Met): RunningServer {
  const composed = compose({
    home,
    env: { ...process.env, ...BUNDLED_RIPGREP, ...env },
    overrides,
    log: process.env.BOWLINE_LOG === undefined ? SILENT : stderrLog(process.env.BOWLINE_LOG),
    demoWordDelayMs: 0,
  });
  const server = new AppServer(composed.app, limits);
  const clients: WireClient[] = [];
  const served: Promise<void>[] = [];
  let stopped: Promise<void> | null = null;
  const end = async (): Promise<void> => {
    for (const client of clients) client.close();
    await Promise.all(served);
    await server.close();
    await composed.dispose();
  };
  return {
    process: null,
    connect: async () => {
      const [ours, theirs] = linkedPair();
      served.push(server.serve(theirs));
      const client = new WireClient(ours);
      clients.push(client);
      met(client);
      return client;
    },
    stop: () => (stopped ??= end()),
  };
}

function startBinary(home: string, options: StartOptions, met: Met): RunningServer {
  const { env, overrides = [], program = BINARY } = options;
  assert.ok(existsSync(program), `There is no ${program}: run \`npm run build\` first.`);
  const child = spawn(program, ['app-server', ...overrides.flatMap((override) => ['-c', override])], {
    stdio: ['pipe', 'pipe', process.env.BOWLINE_LOG === undefined ? 'ignore' : 'inherit'],
    env: { ...process.env, BOWLINE_HOME: home, ...env },
    cwd: tmpdir(),
  });
  const exited = once(child, 'exit');
  const client = new WireClient(jsonlTransport(child.stdout, child.stdin));
  met(client);
  return {
    process: child,
    connect: async () => client,
    stop: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

/**
 * Tells a story with each kind of server. Afterwards everything is ended, and every message that was sent, either way, must fit
 * the published schema.
 */
export function story(
  title: string,
  tell: (stage: Stage, kind: ServerKind) => Promise<void>,
  options: { readonly config?: string; readonly kinds?: readonly ServerKind[] } = {},
): void {
  for (const kind of options.kinds ?? BOTH_KINDS) {
    it(`${title} (${kind})`, async function () {
      this.timeout(30_000);
      const stage = await setStage(options.config);
      try {
        await tell(stage, kind);
      } finally {
        await stage.close();
      }
      const oracle = await openSchemaOracle();
      const violations = stage.clients.flatMap(({ lines }) => oracle.violations(lines));
      countTraffic({ messages: stage.clients.reduce((sum, { lines }) => sum + lines.length, 0), violations });
      assert.deepEqual(violations, []);
    });
  }
}

/** Starts a thread in the stage's workspace and returns its id. */
export async function startThread(client: WireClient, stage: Stage, params: object = {}): Promise<string> {
  const { thread } = await client.request('thread/start', { cwd: stage.workspace, ...params });
  return thread.id;
}

/** Starts a turn with a text and returns its id. */
export async function startTurn(
  client: WireClient,
  threadId: string,
  text: string,
  params: object = {},
): Promise<string> {
  const { turn } = await client.request('turn/start', { threadId, input: [{ type: 'text', text }], ...params });
  return turn.id;
}

/** A whole turn; returns its `turn/completed`. */
export async function playTurn(
  client: WireClient,
  threadId: string,
  text: string,
  params: object = {},
): Promise<Incoming> {
  await startTurn(client, threadId, text, params);
  return await client.turnCompleted(threadId);
}
