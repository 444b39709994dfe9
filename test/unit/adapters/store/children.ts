// Starts writer processes for the store's tests and reads what they say.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { join } from 'node:path';

const WRITER = join(import.meta.dirname, 'writerProcess.ts');

export class Writer {
  readonly lines: string[] = [];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #output: Interface;
  readonly #errors: string[] = [];
  readonly #exited: Promise<unknown>;

  constructor(home: string, mode: 'hold' | 'write' | 'takeover' | 'revert') {
    this.#child = spawn(process.execPath, [WRITER, home, mode]);
    this.#exited = once(this.#child, 'exit');
    this.#child.stderr.on('data', (text) => this.#errors.push(String(text)));
    this.#output = createInterface(this.#child.stdout);
    this.#output.on('line', (line) => this.lines.push(line));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the first line that is there or comes that fits; rejects when the process ends without it. */
  async said(fits: (line: string) => boolean): Promise<string> {
    for (;;) {
      const line = this.lines.find(fits);
      if (line !== undefined) return line;
      if (this.#child.exitCode !== null) throw new Error(`the writer ended: ${this.#errors.join('')}`);
      await Promise.race([once(this.#output, 'line'), this.#exited]);
    }
  }

  /** SIGKILL, and all of what it had said before. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const closed = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await closed;
  }

  async close(): Promise<void> {
    const closed = once(this.#child, 'close');
    this.#child.stdin.write('close\n');
    await closed;
  }
}
