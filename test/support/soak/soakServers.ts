// The server programs of the soak: one at a socket that lives through it, others that are killed and begun anew; and how much memory each takes.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { webSocketTransport } from '../../../server/doors/webSocketTransport.ts';
import { jsonlTransport } from '../../../server/rpc/jsonlTransport.ts';
import { PROGRAMS, startSocketServer, type SocketServer } from '../socketServer.ts';
import { BINARY } from '../story.ts';
import type { Ledger } from './ledger.ts';
import { SoakClient } from './soakClient.ts';

/** How much memory a server had when it was so old. */
export interface Sample {
  readonly server: string;
  readonly atMs: number;
  readonly ageMs: number;
  readonly bytes: number;
}

interface Running {
  readonly name: string;
  readonly process: ChildProcess;
  readonly sinceMs: number;
}

export interface ServerOptions {
  readonly home: string;
  readonly socketFolder: string;
  readonly ledger: Ledger;
  readonly random: () => number;
}

export class SoakServers {
  readonly #options: ServerOptions;
  readonly #running = new Set<Running>();
  readonly samples: Sample[] = [];
  readonly clients: SoakClient[] = [];
  #anchor: SocketServer | null = null;
  #isOver = false;
  started = 0;
  killed = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** The one that lives through it all. */
  async startAnchor(): Promise<void> {
    const program = PROGRAMS[0];
    if (program === undefined) throw new Error('There is no program.');
    const url = `unix://${join(this.#options.socketFolder, 'anchor.sock')}`;
    this.#anchor = await startSocketServer(program, { home: this.#options.home, args: ['--listen', url] });
    this.#watch({ name: 'anchor', process: this.#anchor.process, sinceMs: Date.now() });
  }

  /** A client at the socket; several may come and go. */
  async joinAnchor(): Promise<SoakClient> {
    if (this.#anchor === null) throw new Error('The server at the socket is not started.');
    const client = new SoakClient('at_socket', webSocketTransport(await this.#anchor.open()), this.#options);
    return await this.#welcome(client);
  }

  /** A server with one client, that dies and comes again until the soak is over. `kill` ends this one. */
  async startMortal(): Promise<{ readonly client: SoakClient; kill(): void }> {
    const { home } = this.#options;
    const child = spawn(BINARY, ['app-server'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, BOWLINE_HOME: home },
    });
    // a write to one that was killed
    child.stdin.on('error', () => undefined);
    this.started += 1;
    this.#watch({ name: `mortal ${this.started}`, process: child, sinceMs: Date.now() });
    const client = new SoakClient(`mortal_${this.started}`, jsonlTransport(child.stdout, child.stdin), this.#options);
    const kill = (): void => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      this.killed += 1;
      child.kill('SIGKILL');
    };
    return { client: await this.#welcome(client), kill };
  }

  drop(client: SoakClient): void {
    client.close();
    const at = this.clients.indexOf(client);
    if (at >= 0) this.clients.splice(at, 1);
  }

  sample(): void {
    const atMs = Date.now();
    for (const { name, process: child, sinceMs } of this.#running) {
      const bytes = memoryOf(child.pid);
      if (bytes !== null) this.samples.push({ server: name, atMs, ageMs: atMs - sinceMs, bytes });
    }
  }

  /** Half of those that are left end as when their client goes, the others by SIGKILL; the one at the socket by SIGTERM. */
  async end(): Promise<void> {
    this.#isOver = true;
    const exits = [...this.#running].map(({ process: child }) => once(child, 'exit'));
    [...this.#running]
      .filter(({ name }) => name !== 'anchor')
      .forEach(({ process: child }, index) => (index % 2 === 0 ? child.stdin?.end() : child.kill('SIGKILL')));
    const code = this.#anchor === null ? 0 : await this.#anchor.stop();
    if (code !== 0) this.#options.ledger.fault(`the server at the socket ended with ${String(code)}`);
    await Promise.all(exits);
  }

  async #welcome(client: SoakClient): Promise<SoakClient> {
    await client.initialize();
    this.clients.push(client);
    client.closed.then(
      () => this.drop(client),
      () => this.drop(client),
    );
    return client;
  }

  #watch(running: Running): void {
    this.#running.add(running);
    running.process.once('exit', (code, signal) => {
      this.#running.delete(running);
      if (!this.#isOver && signal !== 'SIGKILL')
        this.#options.ledger.fault(`${running.name} ended by itself: ${String(code ?? signal)}`);
    });
  }
}

function memoryOf(pid: number | undefined): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    // what has ended and is not waited for yet has no memory
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null; // it has just ended
  }
}
