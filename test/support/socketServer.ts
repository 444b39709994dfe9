// The built program at a door for several clients: started, connected to, and ended.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import WebSocket from '@websockets/ws';
import { ROOT } from '../../scripts/folders.mjs';
import { webSocketTransport } from '../../server/doors/webSocketTransport.ts';
import { BINARY } from './story.ts';
import { WireClient } from './wireClient.ts';

export interface Program {
  readonly name: string;
  readonly path: string;
  /** What comes before the arguments of `bowline`. */
  readonly first: readonly string[];
}

/** Both forms of the program: Bun's binary, and the plain bundle in Node. */
export const PROGRAMS: readonly Program[] = [
  { name: 'the binary', path: BINARY, first: [] },
  { name: 'the plain bundle', path: process.execPath, first: [join(ROOT, 'dist/server/bowline.mjs')] },
];

export interface SocketServer {
  readonly process: ChildProcess;
  /** As it said where it listens: `ws://…` or `unix://…`. */
  readonly url: string;
  /** Everything on stderr so far. */
  log(): string;
  /** An open WebSocket. */
  open(headers?: Record<string, string>): Promise<WebSocket>;
  /** A client that has said hello. */
  client(): Promise<WireClient>;
  /** Ends it by SIGTERM; resolves with its exit code. */
  stop(): Promise<number | null>;
}

export interface SocketServerOptions {
  readonly home: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the program; resolves when it says where it listens. */
export async function startSocketServer(program: Program, options: SocketServerOptions): Promise<SocketServer> {
  const child = spawn(program.path, [...program.first, 'app-server', ...options.args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BOWLINE_HOME: options.home, ...options.env },
  });
  const exited = once(child, 'exit');
  let told = '';
  const heard = Promise.withResolvers<string>();
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    told += chunk;
    const url = /listening on: (\S+)\n/.exec(told)?.[1];
    if (url !== undefined) heard.resolve(url);
  });
  child.once('exit', () => heard.reject(new Error(`The server ended before it listened: ${told}`)));
  const url = await heard.promise;
  return {
    process: child,
    url,
    log: () => told,
    open: (headers) => openSocket(url, headers),
    client: async () => {
      const client = new WireClient(webSocketTransport(await openSocket(url)));
      await client.initialize();
      return client;
    },
    stop: async () => {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

/** Connects; rejects with the server's refusal, status and text. */
export async function openSocket(url: string, headers: Record<string, string> = {}): Promise<WebSocket> {
  const address = url.startsWith('unix://') ? `ws+unix:${url.slice('unix://'.length)}:/` : url;
  const socket = new WebSocket(address, { headers, perMessageDeflate: false });
  const opened = Promise.withResolvers<WebSocket>();
  socket.on('open', () => opened.resolve(socket));
  socket.on('unexpected-response', (_request, response) => {
    let text = '';
    response.on('data', (chunk) => (text += String(chunk)));
    response.on('end', () => opened.reject(new Error(`${response.statusCode} ${text.trim()}`)));
  });
  socket.on('error', (error) => opened.reject(error));
  return await opened.promise;
}

/** Runs the program to its end. */
export async function runProgram(
  program: Program,
  { home, args }: SocketServerOptions,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(program.path, [...program.first, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, BOWLINE_HOME: home },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const [code] = await once(child, 'close');
  assert.ok(code === null || typeof code === 'number');
  return { code, stdout, stderr };
}
