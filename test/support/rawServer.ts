// The built server as bytes: whatever is written arrives as it is, and every line of the answer is kept as it came.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { BINARY } from './story.ts';

interface Waiter {
  readonly fits: (message: any) => boolean;
  readonly resolve: (message: any) => void;
}

export class RawServer {
  readonly process: ChildProcess;
  readonly messages: any[] = [];
  #waiters: Waiter[] = [];
  #nextId = 1;

  constructor(home: string) {
    this.process = spawn(BINARY, ['app-server'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, BOWLINE_HOME: home },
    });
    createInterface({ input: this.process.stdout! }).on('line', (line) => this.#take(JSON.parse(line)));
  }

  /** Writes bytes; resolves when they have been handed over. */
  async write(bytes: string | Uint8Array): Promise<void> {
    if (!this.process.stdin!.write(bytes)) await once(this.process.stdin!, 'drain');
  }

  /** Sends a request and resolves with the whole answer. */
  async ask(method: string, params: unknown = {}): Promise<any> {
    const id = `raw-${this.#nextId++}`;
    const answer = this.find((message) => message.id === id);
    await this.write(`${JSON.stringify({ id, method, params })}\n`);
    return await answer;
  }

  async initialize(): Promise<void> {
    await this.ask('initialize', { clientInfo: { name: 'raw', version: '1' } });
  }

  /** The first message that fits, of those that came and those to come. */
  find(fits: (message: any) => boolean): Promise<any> {
    const found = this.messages.find(fits);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiters.push({ fits, resolve }));
  }

  /** The most memory that the process has had, in bytes. */
  peakMemory(): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.stdin!.end();
    await exited;
  }

  #take(message: unknown): void {
    this.messages.push(message);
    this.#waiters = this.#waiters.filter((waiter) => {
      if (!waiter.fits(message)) return true;
      waiter.resolve(message);
      return false;
    });
  }
}
