// The two servers that hold the same conversations: Bowline's program and the reference, each with a home and a workspace of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../../scripts/folders.mjs';
import { jsonlTransport } from '../../server/rpc/jsonlTransport.ts';
import { startModelServer, type ModelServer } from '../support/modelServer.ts';
import { referenceServer } from '../support/referenceServer.ts';
import { BINARY, providerConfig } from '../support/story.ts';
import { WireClient } from '../support/wireClient.ts';

export type Side = 'bowline' | 'reference';

/** One of the two, with what surrounds it. */
export interface Peer {
  readonly side: Side;
  readonly model: ModelServer;
  /** Everything of this peer is in here; conversations never name it in what is compared. */
  readonly base: string;
  readonly home: string;
  readonly workspace: string;
  /** Starts the server, again if it ran before, and gives a client that is not initialised. */
  start(): Promise<WireClient>;
  /** Ends the server as a client that closes its connection does. */
  stop(): Promise<void>;
  /** Ends everything and removes the folders. */
  close(): Promise<void>;
}

/** `config` is added to a config.toml that names the scripted model as provider. */
export async function openPeer(side: Side, config: string): Promise<Peer> {
  const program = side === 'bowline' ? BINARY : await referenceServer();
  mkdirSync(CACHE, { recursive: true });
  // the reference refuses to work with a home among the temporary files
  const base = mkdtempSync(join(CACHE, 'peer-'));
  const home = join(base, 'home');
  const workspace = join(base, 'work');
  mkdirSync(home);
  mkdirSync(workspace);
  const model = await startModelServer();
  writeFileSync(
    join(home, 'config.toml'),
    providerConfig(model.url).replace('[model_providers', `${config}\n[model_providers`),
  );
  let child: ChildProcess | null = null;
  const stop = async (): Promise<void> => {
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.stdin?.end();
    await exited;
  };
  return {
    side,
    model,
    base,
    home,
    workspace,
    stop,
    start: async () => {
      await stop();
      // a login shell reads no profile there
      const env = { ...process.env, HOME: base, BOWLINE_HOME: home, CODEX_HOME: home };
      const started = spawn(program, ['app-server'], { stdio: ['pipe', 'pipe', 'ignore'], env, cwd: workspace });
      child = started;
      return new WireClient(jsonlTransport(started.stdout, started.stdin));
    },
    close: async () => {
      await stop();
      await model.close();
      // what the reference still does in the background may write for a moment
      rmSync(base, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
