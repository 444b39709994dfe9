// A stage for contract stories: a home, a workspace, a scripted model, and servers in this process or as the built binary.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { AppServer } from '../../server/app/appServer.ts';
import { compose } from '../../server/composition.ts';
import { stderrLog } from '../../server/adapters/log.ts';
import { jsonlTransport } from '../../server/rpc/jsonlTransport.ts';
import { linkedPair } from '../../server/rpc/linkedPair.ts';
import { startModelServer } from './modelServer.ts';
import { WireClient } from './wireClient.ts';

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

export interface Stage {
  readonly home: string;
  readonly workspace: string;
  readonly model: Awaited<ReturnType<typeof startModelServer>>;
  /** Starts a server on this stage's home. */
  start(kind: ServerKind, env?: Record<string, string>): Promise<RunningServer>;
  /** Starts a server and gives its first, initialised client. */
  open(kind: ServerKind, env?: Record<string, string>): Promise<WireClient>;
  write(path: string, text: string): void;
  read(path: string): string;
  exists(path: string): boolean;
  /** Ends everything and removes the folders. */
  close(): Promise<void>;
}

const SETTINGS = `sandbox_mode = "workspace-write"\napproval_policy = "on-request"\n`;

/** Sets the stage; `config` is added to a config.toml that names the scripted model as provider. */
export async function setStage(config = SETTINGS): Promise<Stage> {
  const base = mkdtempSync(join(tmpdir(), 'bowline-story-'));
  const home = join(base, 'home');
  const workspace = join(base, 'work');
  mkdirSync(home);
  mkdirSync(workspace);
  const model = await startModelServer();
  writeFileSync(
    join(home, 'config.toml'),
    `${providerConfig(model.url)}\n`.replace('[model_providers', `${config}\n[model_providers`),
  );
  const running: RunningServer[] = [];
  const stage: Stage = {
    home,
    workspace,
    model,
    async start(kind, env = {}) {
      const server = kind === 'binary' ? startBinary(home, env) : startLinked(home, env);
      running.push(server);
      return server;
    },
    async open(kind, env) {
      const client = await (await stage.start(kind, env)).connect();
      await client.initialize();
      return client;
    },
    write(path, text) {
      const file = resolve(workspace, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    },
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

function startLinked(home: string, env: Record<string, string>): RunningServer {
  const composed = compose({
    home,
    env: { ...process.env, ...env },
    overrides: [],
    log: stderrLog(process.env.BOWLINE_LOG ?? 'error'),
    demoWordDelayMs: 0,
  });
  const server = new AppServer(composed.app);
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
      return client;
    },
    stop: () => (stopped ??= end()),
  };
}

function startBinary(home: string, env: Record<string, string>): RunningServer {
  assert.ok(existsSync(BINARY), `There is no ${BINARY}: run \`npm run build\` first.`);
  const child = spawn(BINARY, ['app-server'], {
    stdio: ['pipe', 'pipe', process.env.BOWLINE_LOG === undefined ? 'ignore' : 'inherit'],
    env: { ...process.env, BOWLINE_HOME: home, ...env },
    cwd: home,
  });
  const exited = once(child, 'exit');
  const client = new WireClient(jsonlTransport(child.stdout!, child.stdin!));
  return {
    process: child,
    connect: async () => client,
    stop: async () => {
      child.stdin!.end();
      await exited;
    },
  };
}
