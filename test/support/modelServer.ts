// A scripted model behind real HTTP: streams Responses and Chat Completions in awkward chunks and records what it was asked.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chatSegments } from './chatEvents.ts';
import { chunked, frame, seeded } from './modelChunks.ts';
import { responseSegments, type Segment, type StreamReply } from './modelEvents.ts';
import { modeOf } from './modelModes.ts';
import type { ModelRequestRecord, Script, SentItem } from './modelRequest.ts';
import { answer, PACED, text, type Chunking } from './modelScript.ts';

/** After each write of a paced answer. */
const PACE_MS = 5;

export interface ModelServer {
  /** `http://127.0.0.1:PORT/v1`: the `base_url` of a provider. */
  readonly url: string;
  /** Every POST so far, in order of arrival. */
  readonly requests: readonly ModelRequestRecord[];
  /** Keeps none of them any longer: for tests that make very many. */
  forget(): void;
  /** The ids that GET /models tells; null answers 404. */
  models: readonly string[] | null;
  /** The answers to the next requests, in order. */
  script(...replies: Script[]): void;
  /** The answers to the next requests that `matches`, asked before the common script: for threads that run side by side. */
  when(matches: (request: ModelRequestRecord) => boolean, ...replies: Script[]): void;
  /** The answer when the script has run out; "default scripted answer" if never set. */
  otherwise(reply: Script): void;
  /** Resolves with request `n` (0 is the first), at once if it was already made. */
  request(n: number): Promise<ModelRequestRecord>;
  /** Resolves when a stream stands at this gate, at once if one already does. */
  reached(gateName: string): Promise<void>;
  /** Lets the stream through this gate, now and whenever it comes there. */
  open(gateName: string): void;
  /** How many sockets are open now. */
  connections(): Promise<number>;
  /** Cuts every connection and stops listening. */
  close(): Promise<void>;
}

interface State {
  readonly server: Server;
  readonly requests: ModelRequestRecord[];
  readonly queue: Script[];
  readonly matched: { matches: (request: ModelRequestRecord) => boolean; queue: Script[] }[];
  fallback: Script;
  models: readonly string[] | null;
  readonly waiting: { n: number; resolve: (request: ModelRequestRecord) => void }[];
  readonly gates: Map<string, Gate>;
  readonly onRequest: ModelServerOptions['onRequest'];
}

interface Gate {
  readonly reached: Promise<void>;
  readonly arrive: () => void;
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export interface ModelServerOptions {
  /** 0 (the default) takes a free port. */
  readonly port?: number;
  readonly otherwise?: Script;
  readonly onRequest?: (request: ModelRequestRecord) => void;
}

/** Starts it on 127.0.0.1. Whoever starts it closes it. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const server = createServer((request, response) => {
    serve(state, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.keepAliveTimeout = 60_000;
  const state: State = {
    server,
    requests: [],
    queue: [],
    matched: [],
    fallback: options.otherwise ?? answer(text('default scripted answer')),
    models: ['scripted-model'],
    waiting: [],
    gates: new Map(),
    onRequest: options.onRequest,
  };
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  return face(state, (server.address() as AddressInfo).port);
}

function face(state: State, port: number): ModelServer {
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests: state.requests,
    forget: () => void state.requests.splice(0),
    get models() {
      return state.models;
    },
    set models(ids) {
      state.models = ids;
    },
    script: (...replies) => void state.queue.push(...replies),
    when: (matches, ...replies) => void state.matched.push({ matches, queue: replies }),
    otherwise: (reply) => {
      state.fallback = reply;
    },
    request: (n) => {
      const made = state.requests[n];
      return made === undefined ? new Promise((resolve) => state.waiting.push({ n, resolve })) : Promise.resolve(made);
    },
    reached: (name) => gateOf(state, name).reached,
    open: (name) => gateOf(state, name).open(),
    connections: () =>
      new Promise((resolve, reject) =>
        state.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
      ),
    close: async () => {
      const closed = once(state.server, 'close');
      state.server.close();
      state.server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(state: State, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(message.url ?? '/', 'http://127.0.0.1');
  if (message.method === 'GET' && url.pathname.endsWith('/models')) return listModels(state, response);
  const isChat = url.pathname.endsWith('/chat/completions');
  if (message.method !== 'POST' || !(isChat || url.pathname.endsWith('/responses'))) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"no such path"}}');
    return;
  }
  const request = await recordRequest(state, { message, response, url });
  state.onRequest?.(request);
  const script = nextScript(state, request);
  const reply = typeof script === 'function' ? script(request) : script;
  switch (reply.reply) {
    case 'status':
      response.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    case 'drop':
      message.socket.destroy();
      return;
    case 'hang':
      return;
    case 'stream':
      await stream(state, { reply, request, isChat, response });
  }
}

function listModels(state: State, response: ServerResponse): void {
  if (state.models === null) {
    response.writeHead(404).end();
    return;
  }
  const data = state.models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'bowline' }));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ object: 'list', data }));
}

async function recordRequest(
  state: State,
  { message, response, url }: { message: IncomingMessage; response: ServerResponse; url: URL },
): Promise<ModelRequestRecord> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece as Buffer);
  const body = JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>;
  const request: ModelRequestRecord = {
    n: state.requests.length,
    atMs: Date.now(),
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
    body,
    input: (body['input'] ?? body['messages'] ?? []) as readonly SentItem[],
    over: new Promise((resolve) =>
      response.on('close', () => resolve(response.writableFinished ? 'finished' : 'closed')),
    ),
  };
  state.requests.push(request);
  for (const waiter of state.waiting.filter(({ n }) => n === request.n)) waiter.resolve(request);
  return request;
}

function nextScript(state: State, request: ModelRequestRecord): Script {
  const matched = state.matched.find(({ matches, queue }) => queue.length > 0 && matches(request));
  return matched?.queue.shift() ?? state.queue.shift() ?? state.fallback;
}

interface Exchange {
  readonly reply: StreamReply;
  readonly request: ModelRequestRecord;
  readonly isChat: boolean;
  readonly response: ServerResponse;
}

async function stream(state: State, { reply, request, isChat, response }: Exchange): Promise<void> {
  const about = { n: request.n, model: String(request.body['model']) };
  const segments = isChat ? chatSegments(reply, about) : responseSegments(reply, about);
  const random = seeded(request.n + 1);
  const gone = once(response, 'close');
  response.socket?.setNoDelay(true);
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...reply.headers });
  response.flushHeaders();
  for (const run of runsBetweenGates(segments)) {
    const frames = run.segments.map((segment) => frameOf(segment, reply.chunking === 'awkward' ? random : null));
    for (const bytes of chunked(frames, reply.chunking, random)) {
      if (response.destroyed) return;
      if (!response.write(reply.chunking === 'paced' ? stamped(bytes) : bytes))
        await Promise.race([once(response, 'drain'), gone]);
      else if (reply.chunking === 'paced') await delay(PACE_MS);
      else if (reply.chunking === 'awkward') await new Promise(setImmediate); // lets the bytes leave as a packet of their own
    }
    if (run.gate === null) continue;
    const gate = gateOf(state, run.gate);
    gate.arrive();
    await Promise.race([gate.opened, gone]);
  }
  if (reply.ending.type === 'drop') response.destroy();
  else if (reply.ending.type !== 'hang') response.end();
}

/** With the moment in the place of `PACED`. */
function stamped(bytes: Uint8Array): string {
  const moment = String(process.hrtime.bigint()).padStart(PACED.length);
  return Buffer.from(bytes).toString().replaceAll(PACED, moment);
}

function frameOf(segment: Exclude<Segment, { segment: 'gate' }>, random: (() => number) | null): string {
  if (segment.segment === 'raw') return segment.text;
  const name = typeof segment.event.type === 'string' ? segment.event.type : null;
  return frame(name, JSON.stringify(segment.event), random);
}

interface Run {
  readonly segments: Exclude<Segment, { segment: 'gate' }>[];
  gate: string | null;
}

function runsBetweenGates(segments: readonly Segment[]): Run[] {
  const runs: Run[] = [{ segments: [], gate: null }];
  for (const segment of segments) {
    const last = runs.at(-1)!;
    if (segment.segment !== 'gate') {
      last.segments.push(segment);
      continue;
    }
    last.gate = segment.name;
    runs.push({ segments: [], gate: null });
  }
  return runs;
}

function gateOf(state: State, name: string): Gate {
  const known = state.gates.get(name);
  if (known !== undefined) return known;
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const gate = {
    reached: reached.promise,
    arrive: reached.resolve,
    opened: opened.promise,
    open: opened.resolve,
  };
  state.gates.set(name, gate);
  return gate;
}

/**
 * As a program: `node test/support/modelServer.ts --script deltas:20000 [--chunking whole] [--port 0]`. Prints `{"url":…}` as its
 * first line and `{"request":n,"atMs":…}` for each request; ends when its stdin does.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      script: { type: 'string', default: 'text' },
      chunking: { type: 'string', default: 'whole' },
      port: { type: 'string', default: '0' },
    },
  });
  const server = await startModelServer({
    port: Number(values.port),
    otherwise: modeOf(values.script, values.chunking as Chunking),
    onRequest: ({ n, atMs }) => process.stdout.write(`${JSON.stringify({ request: n, atMs })}\n`),
  });
  process.stdout.write(`${JSON.stringify({ url: server.url })}\n`);
  process.stdin.resume();
  await once(process.stdin, 'end');
  await server.close();
}

if (import.meta.main) await main();
