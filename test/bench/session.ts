// One server process with a client that does as little as it can, so that what is measured is the server.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Program } from './programs.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly delta?: string; readonly turn?: { readonly status: string; readonly error: unknown } };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** What a turn did, as the client saw it. Times are milliseconds since `turn/start` was sent. */
export interface TurnFacts {
  readonly firstDeltaMs: number;
  readonly totalMs: number;
  /** All that the agent said. */
  readonly text: string;
  readonly deltas: number;
  readonly commands: number;
}

export class Session implements AsyncDisposable {
  /** From before the process was started until `initialize` was answered. */
  readonly initializeMs: number;
  readonly pid: number;
  readonly #wire: Wire;
  readonly #workspace: string;

  private constructor(wire: Wire, program: Program, initializeMs: number) {
    this.#wire = wire;
    this.#workspace = program.workspace;
    this.pid = wire.child.pid!;
    this.initializeMs = initializeMs;
  }

  static async start(program: Program): Promise<Session> {
    const startedAt = performance.now();
    const child = spawn(program.path, ['app-server'], {
      env: program.env,
      cwd: program.workspace,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const wire = new Wire(child);
    await wire.request('initialize', { clientInfo: { name: 'bench', version: '1.0.0' }, capabilities: null });
    const initializeMs = performance.now() - startedAt;
    wire.send({ method: 'initialized' });
    return new Session(wire, program, initializeMs);
  }

  async startThread(): Promise<string> {
    const result = await this.#wire.request('thread/start', { cwd: this.#workspace });
    return (result as { thread: { id: string } }).thread.id;
  }

  /** Runs one turn to its end; throws unless it completed. */
  async turn(threadId: string): Promise<TurnFacts> {
    const pieces: string[] = [];
    const over = Promise.withResolvers<number>();
    let firstDeltaMs = Number.NaN;
    let commands = 0;
    const startedAt = performance.now();
    this.#wire.onNotification = ({ method, params }) => {
      if (method === 'item/agentMessage/delta') {
        if (pieces.push(params?.delta ?? '') === 1) firstDeltaMs = performance.now() - startedAt;
      } else if (method === 'item/completed' && JSON.stringify(params).includes('"commandExecution"')) {
        commands += 1;
      } else if (method === 'turn/completed') {
        if (params?.turn?.status === 'completed') over.resolve(performance.now() - startedAt);
        else over.reject(new Error(`The turn did not complete: ${JSON.stringify(params)}`));
      }
    };
    await this.#wire.request('turn/start', { threadId, input: [{ type: 'text', text: 'go', text_elements: [] }] });
    const totalMs = await over.promise;
    return { firstDeltaMs, totalMs, text: pieces.join(''), deltas: pieces.length, commands };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire.end();
  }
}

class Wire {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  onNotification: (message: Message) => void = () => undefined;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #exited: Promise<unknown>;
  #nextId = 1;
  #rest = '';

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.child = child;
    this.#exited = once(child, 'exit');
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => this.#read(text));
  }

  send(message: object): void {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  async request(method: string, params: object): Promise<unknown> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<Message>();
    this.#answers.set(id, resolve);
    this.send({ id, method, params });
    const answer = await promise;
    if (answer.error !== undefined) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result;
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    await this.#exited;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = JSON.parse(line) as Message;
      if (message.method !== undefined) this.onNotification(message);
      else if (message.id !== undefined) this.#answers.get(message.id)?.(message);
    }
  }
}
