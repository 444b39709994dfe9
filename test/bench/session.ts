// One server process with a client that does as little as it can, so that what is measured is the server.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { Program } from './programs.ts';

export interface Notification {
  readonly method: string;
  readonly params: {
    readonly threadId?: string;
    readonly delta?: string;
    readonly item?: { readonly type: string; readonly [member: string]: unknown };
    readonly turn?: { readonly status: string; readonly error: unknown };
  };
}

/** An answer as it came, and how long it took to come: reading it is the client's work. */
export interface Answer {
  readonly ms: number;
  /** Characters of the line. */
  readonly length: number;
  read(): any;
}

/** What a turn did, as the client saw it. Times are milliseconds since `turn/start` was sent. */
export interface TurnFacts {
  readonly firstDeltaMs: number;
  readonly totalMs: number;
  /** All that the agent said. */
  readonly text: string;
  readonly deltas: number;
  /** As they were completed. */
  readonly items: readonly { readonly type: string; readonly [member: string]: unknown }[];
}

export interface TurnOptions {
  /** What the user says. */
  readonly text?: string;
  /** Hears each notification of the thread, before the turn's facts do. */
  readonly heard?: (notification: Notification) => void;
}

export class Session implements AsyncDisposable {
  /** From before the process was started until `initialize` was answered. */
  readonly initializeMs: number;
  readonly pid: number;
  /** As `performance.now()` tells it, before the process was started. */
  readonly startedAt: number;
  readonly #wire: Wire;
  readonly #workspace: string;

  private constructor(wire: Wire, program: Program, startedAt: number) {
    this.#wire = wire;
    this.#workspace = program.workspace;
    this.pid = wire.child.pid!;
    this.startedAt = startedAt;
    this.initializeMs = performance.now() - startedAt;
  }

  static async start(program: Program): Promise<Session> {
    const startedAt = performance.now();
    const child = spawn(program.path, ['app-server'], {
      env: program.env,
      cwd: program.workspace,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const wire = new Wire(child);
    const clientInfo = { name: 'bench', version: '1.0.0' };
    // the search is experimental
    await wire.request('initialize', { clientInfo, capabilities: { experimentalApi: true } });
    const session = new Session(wire, program, startedAt);
    wire.send({ method: 'initialized' });
    return session;
  }

  request(method: string, params: object): Promise<Answer> {
    return this.#wire.request(method, params);
  }

  async startThread(): Promise<string> {
    const answer = await this.request('thread/start', { cwd: this.#workspace });
    return answer.read().thread.id;
  }

  /** Runs one turn to its end; throws unless it completed. */
  async turn(threadId: string, options: TurnOptions = {}): Promise<TurnFacts> {
    const pieces: string[] = [];
    const items: { type: string }[] = [];
    const over = Promise.withResolvers<number>();
    let firstDeltaMs = Number.NaN;
    const startedAt = performance.now();
    this.#wire.hearers.set(threadId, (notification) => {
      options.heard?.(notification);
      const { method, params } = notification;
      if (method === 'item/agentMessage/delta') {
        if (pieces.push(params.delta ?? '') === 1) firstDeltaMs = performance.now() - startedAt;
      } else if (method === 'item/completed' && params.item !== undefined) {
        items.push(params.item);
      } else if (method === 'turn/completed') {
        if (params.turn?.status === 'completed') over.resolve(performance.now() - startedAt);
        else over.reject(new Error(`The turn did not complete: ${JSON.stringify(params)}`));
      }
    });
    const input = [{ type: 'text', text: options.text ?? 'go', text_elements: [] }];
    await this.request('turn/start', { threadId, input });
    const totalMs = await over.promise;
    return { firstDeltaMs, totalMs, text: pieces.join(''), deltas: pieces.length, items };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#wire.end();
  }
}

class Wire {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** By thread. */
  readonly hearers = new Map<string, (notification: Notification) => void>();
  readonly #answers = new Map<number, (line: string) => void>();
  readonly #exited: Promise<unknown>;
  #nextId = 1;
  /** The pieces of the line that is not yet whole. */
  #open: string[] = [];

  constructor(child: ChildProcessByStdio<Writable, Readable, null>) {
    this.child = child;
    this.#exited = once(child, 'exit');
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => this.#read(text));
  }

  send(message: object): void {
    this.child.stdin.write(`${JSON.stringify(message)}\n`);
  }

  async request(method: string, params: object): Promise<Answer> {
    const id = this.#nextId++;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#answers.set(id, resolve);
    const sentAt = performance.now();
    this.send({ id, method, params });
    const line = await promise;
    const ms = performance.now() - sentAt;
    // an error begins with its error, whoever writes it: a long answer is not read to learn that it is none
    if (line.slice(0, 200).includes('"error":')) {
      const { error } = JSON.parse(line);
      if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    }
    return { ms, length: line.length, read: () => JSON.parse(line).result };
  }

  async end(): Promise<void> {
    this.child.stdin.end();
    await this.#exited;
  }

  #read(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#open.push(text.slice(from, end));
      from = end + 1;
      const line = this.#open.join('');
      this.#open = [];
      this.#take(line);
    }
    if (from < text.length) this.#open.push(text.slice(from));
  }

  #take(line: string): void {
    const id = answeredBy(line);
    if (id !== undefined) {
      this.#answers.get(id)?.(line);
      this.#answers.delete(id);
      return;
    }
    const message = JSON.parse(line) as Notification;
    const { threadId } = message.params ?? {};
    if (threadId !== undefined) this.hearers.get(threadId)?.(message);
  }
}

/** The id of the request that a line answers. An id stands at one end of the line: Bowline writes it first or last, as the reference does. */
function answeredBy(line: string): number | undefined {
  if (line.startsWith('{"method"')) return undefined;
  const id = /^\{"id":(\d+),/.exec(line.slice(0, 40))?.[1] ?? /,"id":(\d+)\}$/.exec(line.slice(-40))?.[1];
  return id === undefined ? undefined : Number(id);
}
