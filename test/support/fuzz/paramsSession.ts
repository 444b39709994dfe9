// A server in this process that is asked made-up requests, and what must hold of its answers whatever was asked.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppServer } from '../../../server/app/appServer.ts';
import { compose } from '../../../server/composition.ts';
import { ERROR_CODES } from '../../../server/protocol/errors.ts';
import type { JsonRpcMessage } from '../../../server/protocol/jsonrpc.ts';
import { clientRequests, serverNotifications, serverRequests } from '../../../server/protocol/methods.ts';
import { linkedPair } from '../../../server/rpc/linkedPair.ts';
import type { Transport } from '../../../server/rpc/transport.ts';
import { BUNDLED_RIPGREP } from '../bundledRipgrep.ts';
import { startModelServer } from '../modelServer.ts';
import { answer, command, hang, text } from '../modelScript.ts';
import type { SchemaOracle } from '../schemaOracle.ts';
import { providerConfig } from '../story.ts';
import type { Line } from '../wireClient.ts';
import { confined } from './confine.ts';
import { Seen } from './seen.ts';

export interface MadeUp {
  readonly method: string;
  readonly params: unknown;
  /** Of a client that has not introduced itself. */
  readonly isStranger: boolean;
}

/** Failures of the world outside that are told under the internal code, as the reference tells them; each names its kind. */
const TOLD_AS_INTERNAL = new Set([
  'ioFailure',
  'failedToStart',
  'mcpServerNotFound',
  'configInvalid',
  'activeTurnNotSteerable',
]);
const KNOWN_CODES = new Set<number>(Object.values(ERROR_CODES));
const ANSWER_WITHIN_MS = 60_000;
const WORDS = 'The answer of the scripted model, with a few words in it.';

interface Pending {
  readonly method: string;
  readonly settle: (message: JsonRpcMessage) => void;
}

/** Of all connections together: the oracle knows by it what an answer answers. */
let nextId = 1;

/** One connection that checks whatever it is sent. */
class CheckingClient {
  readonly #transport: Transport;
  readonly #pending = new Map<number, Pending>();
  readonly #faults: string[];
  readonly #tell: (line: Line) => void;
  #asked = 0;

  constructor(transport: Transport, faults: string[], tell: (line: Line) => void) {
    this.#transport = transport;
    this.#faults = faults;
    this.#tell = tell;
    transport.listen({
      message: (message) => this.#receive(message),
      fault: ({ message }) => void faults.push(`the server sent no message: ${message}`),
      closed: () => undefined,
    });
  }

  async ask(method: string, params: unknown): Promise<JsonRpcMessage> {
    const id = nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<JsonRpcMessage>();
    this.#pending.set(id, { method, settle: resolve });
    const late = setTimeout(() => reject(new Error(`${method} is not answered: ${brief(params)}`)), ANSWER_WITHIN_MS);
    const message = { id, method, params };
    this.#tell({ direction: '>', message });
    this.#transport.send(message);
    try {
      return await promise;
    } finally {
      clearTimeout(late);
    }
  }

  close(): void {
    this.#transport.close();
  }

  #receive(message: JsonRpcMessage): void {
    this.#tell({ direction: '<', message });
    if ('method' in message) {
      if ('id' in message) this.#answerServer(message.id, message.method);
      return;
    }
    const pending = typeof message.id === 'number' ? this.#pending.get(message.id) : undefined;
    if (pending === undefined || typeof message.id !== 'number') {
      this.#faults.push(`an answer to nothing that is open: ${brief(message)}`);
      return;
    }
    this.#pending.delete(message.id);
    pending.settle(message);
  }

  /** Yes, no, nonsense and an error, in turn. */
  #answerServer(id: string | number, method: string): void {
    const fault = Object.hasOwn(serverRequests, method) ? null : `asked with ${method}, which is no request`;
    if (fault !== null) this.#faults.push(fault);
    const turn = this.#asked++ % 4;
    if (turn === 3) this.#transport.send({ id, error: { code: -32_000, message: 'no' } });
    else this.#transport.send({ id, result: [{ decision: 'decline' }, { decision: 'accept' }, { nonsense: 1 }][turn] });
  }
}

export class ParamsSession {
  readonly #scratch: string;
  readonly #oracle: SchemaOracle;
  readonly #faults: string[] = [];
  readonly #model: Awaited<ReturnType<typeof startModelServer>>;
  readonly #server: AppServer;
  readonly #composed: ReturnType<typeof compose>;
  readonly #seen: Seen;
  #lines: Line[] = [];
  #client: CheckingClient | null = null;
  #second: CheckingClient | null = null;
  /** How often each method was answered well, and how often refused. */
  readonly tally = new Map<string, { good: number; refused: number }>();

  private constructor(scratch: string, oracle: SchemaOracle, model: Awaited<ReturnType<typeof startModelServer>>) {
    this.#scratch = scratch;
    this.#oracle = oracle;
    this.#model = model;
    const nothing = (): void => undefined;
    const env = { ...process.env, ...BUNDLED_RIPGREP, HOME: scratch, CODEX_HOME: join(scratch, 'codex') };
    this.#composed = compose({
      home: this.#home,
      env,
      overrides: [],
      cwd: this.#workspace,
      log: { debug: nothing, warn: nothing, error: nothing },
      demoWordDelayMs: 0,
    });
    this.#server = new AppServer(this.#composed.app);
    const paths = ['', 'x/y/z', 'folder/new', 'b.txt', 'folder/c.txt', 'new', 'folder', 'a.txt'];
    this.#seen = new Seen(paths.map((path) => join(this.#workspace, path)));
  }

  /** `scratch` is the one folder below which anything may happen. */
  static async open(scratch: string, oracle: SchemaOracle): Promise<ParamsSession> {
    const model = await startModelServer();
    let asked = 0;
    model.otherwise(() => {
      asked += 1;
      if (asked % 6 === 2) return hang;
      return answer(asked % 6 === 4 ? command('true') : text(WORDS), { chunking: 'whole' });
    });
    const session = new ParamsSession(scratch, oracle, model);
    await session.beginAnew();
    return session;
  }

  get #home(): string {
    return join(this.#scratch, 'home');
  }

  get #workspace(): string {
    return join(this.#scratch, 'work');
  }

  /** Asks all at once, then looks whether everything is as it must be. Throws when it is not. */
  async ask(requests: readonly MadeUp[]): Promise<void> {
    this.#lines = [];
    const answers = await Promise.all(requests.map((request) => this.#askOne(request)));
    answers.forEach((message, index) => this.#judge(requests[index]?.method ?? '', message));
    const loaded = await this.#main.ask('thread/loaded/list', {});
    if (!('result' in loaded)) this.#faults.push(`thread/loaded/list: ${brief(loaded)}`);
    for (const { direction, message } of this.#lines)
      if (direction === '<' && 'method' in message && !('id' in message)) this.#judgeNotice(message);
    this.#faults.push(...firstOfEach(this.#oracle.violations(this.#lines)));
    this.throwFaults();
  }

  /** Also for what was thrown where nobody waits. */
  blame(fault: string): void {
    this.#faults.push(fault);
  }

  throwFaults(): void {
    if (this.#faults.length > 0) assert.fail(this.#faults.splice(0).join('\n'));
  }

  /** Other connections, an empty home as far as a client can empty it, and the same files as at first. */
  async beginAnew(): Promise<void> {
    this.#second?.close();
    this.#prepareFiles();
    if (this.#client !== null) await this.#deleteThreads();
    this.#client?.close();
    this.#client = await this.#introduced();
    this.#second = await this.#introduced();
    this.#model.forget();
    this.#lines = [];
    this.#seen.forget();
    for (const archived of [false, false, true]) {
      const started = await this.#main.ask('thread/start', { cwd: this.#workspace });
      const id = 'result' in started ? Reflect.get(Object(started.result).thread, 'id') : null;
      await this.#main.ask('turn/start', { threadId: id, input: [{ type: 'text', text: 'hello' }] });
      if (archived) await this.#main.ask('thread/archive', { threadId: id });
    }
  }

  async close(): Promise<void> {
    this.#client?.close();
    this.#second?.close();
    await this.#server.close();
    await this.#composed.dispose();
    await this.#model.close();
  }

  get #main(): CheckingClient {
    assert.ok(this.#client);
    return this.#client;
  }

  #prepareFiles(): void {
    rmSync(this.#workspace, { recursive: true, force: true });
    mkdirSync(join(this.#workspace, 'folder'), { recursive: true });
    mkdirSync(this.#home, { recursive: true });
    for (const name of ['a.txt', 'b.txt', 'folder/c.txt']) writeFileSync(join(this.#workspace, name), `${name}\n`);
    const settings = 'sandbox_mode = "danger-full-access"\napproval_policy = "untrusted"\n';
    const config = providerConfig(this.#model.url).replace('[model_providers', `${settings}\n[model_providers`);
    const file = join(this.#home, 'config.toml');
    if (currentText(file) !== config) writeFileSync(file, config);
    rmSync(join(this.#home, 'auth.json'), { force: true });
  }

  /** A fork goes before what it was forked from, and may be archived while that is not. */
  async #deleteThreads(): Promise<void> {
    for (;;) {
      const ids = [...(await this.#listed(false)), ...(await this.#listed(true))];
      if (ids.length === 0) return;
      const gone = await Promise.all(ids.map((threadId) => this.#main.ask('thread/delete', { threadId })));
      assert.ok(
        gone.some((message) => 'result' in message),
        brief(gone),
      );
    }
  }

  async #listed(archived: boolean): Promise<readonly string[]> {
    const params = { archived, limit: 100, sourceKinds: [], modelProviders: [] };
    const listed = await this.#main.ask('thread/list', params);
    assert.ok('result' in listed, brief(listed));
    const data: { id: string }[] = Reflect.get(Object(listed.result), 'data');
    return data.map(({ id }) => id);
  }

  #connect(): CheckingClient {
    const [ours, theirs] = linkedPair();
    this.#server.serve(theirs).catch((error: unknown) => this.blame(`a connection failed: ${String(error)}`));
    return new CheckingClient(ours, this.#faults, (line) => {
      this.#lines.push(line);
      if (line.direction === '<') this.#seen.learn(line.message);
    });
  }

  async #introduced(): Promise<CheckingClient> {
    const client = this.#connect();
    await client.ask('initialize', {
      clientInfo: { name: 'fuzz', version: '1' },
      capabilities: { experimentalApi: true },
    });
    return client;
  }

  async #askOne({ method, params, isStranger }: MadeUp): Promise<JsonRpcMessage> {
    const sent = confined(method, this.#seen.resolved(params), this.#workspace);
    if (!isStranger) return await this.#main.ask(method, sent);
    const stranger = this.#connect();
    try {
      return await stranger.ask(method, sent);
    } finally {
      stranger.close();
    }
  }

  #judge(method: string, message: JsonRpcMessage): void {
    const tally = this.tally.get(method) ?? { good: 0, refused: 0 };
    this.tally.set(method, tally);
    if ('result' in message) {
      tally.good += 1;
      const line = Object.entries(clientRequests).find(([name]) => name === method)?.[1];
      const parsed = line?.result().safeParse(message.result);
      if (parsed?.success === false) this.#faults.push(`the result of ${method}: ${parsed.error.message}`);
      return;
    }
    tally.refused += 1;
    if (!('error' in message)) return void this.#faults.push(`${method}: no answer but ${brief(message)}`);
    const { code, message: words } = message.error;
    const kind: unknown = Reflect.get(Object(message.error.data), 'kind');
    const isTold = code !== ERROR_CODES.internalError || (typeof kind === 'string' && TOLD_AS_INTERNAL.has(kind));
    if (!KNOWN_CODES.has(code) || !isTold)
      this.#faults.push(`${method}: ${code} ${String(kind)} ${words.slice(0, 500)}`);
    if (/\n\s+at .+:\d+:\d+/.test(words)) this.#faults.push(`${method}: a stack in ${words.slice(0, 500)}`);
  }

  #judgeNotice({ method, params }: { readonly method: string; readonly params?: unknown }): void {
    const line = Object.entries(serverNotifications).find(([name]) => name === method)?.[1];
    if (line === undefined) return void this.#faults.push(`told ${method}, which is no notification`);
    const parsed = line.params().safeParse(params ?? {});
    if (!parsed.success) this.#faults.push(`${method}: ${parsed.error.message}`);
  }
}

/** Of what the server sent. A value that fits no branch of a union gives a problem for each. */
function firstOfEach(violations: readonly string[]): string[] {
  const told = violations.filter((problem) => problem.startsWith('<'));
  const labels = new Map(told.toReversed().map((problem) => [problem.slice(0, problem.indexOf(':')), problem]));
  return [...labels.values()];
}

function currentText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null; // not made yet
  }
}

function brief(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 600) ?? 'undefined';
}
