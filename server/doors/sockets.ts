// The doors for several clients at once: WebSockets over TCP, and over a unix socket.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { dirname, join, resolve } from 'node:path';
import { DoorRefused, onceToldToEnd, type DoorServer } from './door.ts';
import { isLoopback, urlOf, type ListenAddress } from './listenAddress.ts';
import { listenAtFile, makePrivateFolder } from './socketFile.ts';
import { openAuthorizer, type WebSocketAuth } from './webSocketAuth.ts';
import { WebSocketListener } from './webSocketListener.ts';

export type SocketAddress = Extract<ListenAddress, { type: 'unix' | 'webSocket' }>;

export interface SocketDoor {
  readonly listen: SocketAddress;
  /** Null: none. Only for TCP; a unix socket is this user's by its file. */
  readonly auth: WebSocketAuth | null;
  /** Absolute; the default socket lies below it. */
  readonly home: string;
  /** Where the program was started: relative paths are relative to it. */
  readonly cwd: string;
}

/** Serves every client that connects; resolves when the process was told to end and all has been ended in order. Throws DoorRefused. */
export async function serveSockets(server: DoorServer, door: SocketDoor): Promise<void> {
  const told = Promise.withResolvers<void>();
  onceToldToEnd(() => told.resolve());
  const { listen, auth } = door;
  if (listen.type === 'webSocket' && auth === null && !isLoopback(listen.host)) throw unprotected(listen.host);
  const authorize = auth === null ? null : await openAuthorizer(auth, (path) => resolve(door.cwd, path));
  const listener = new WebSocketListener((transport) => server.serve(transport), authorize);
  const takeAway =
    listen.type === 'unix'
      ? await openUnix(listener.http, resolve(door.cwd, listen.path ?? defaultSocket(door.home)))
      : await openTcp(listener.http, listen);
  await told.promise;
  takeAway();
  await listener.end();
  await server.close();
}

/** Serves nobody until the process is told to end. */
export async function serveNobody(server: DoorServer): Promise<void> {
  const told = Promise.withResolvers<void>();
  onceToldToEnd(() => told.resolve());
  // a promise alone keeps no process alive
  const alive = setInterval(() => undefined, 2 ** 30);
  announce(['listening on: off']);
  await told.promise;
  clearInterval(alive);
  await server.close();
}

/** Where clients look for the socket when they are told nothing: the reference server's name for it, below this home. */
export function defaultSocket(home: string): string {
  return join(home, 'app-server-control', 'app-server-control.sock');
}

async function openUnix(http: Server, path: string): Promise<() => void> {
  if (process.platform === 'win32')
    throw new DoorRefused('There is no unix:// on Windows; listen on ws://127.0.0.1:PORT.');
  makePrivateFolder(dirname(path));
  const takeAway = await listenAtFile(http, path);
  announce([`listening on: unix://${path}`]);
  return takeAway;
}

async function openTcp(http: Server, { host, port }: { host: string; port: number }): Promise<() => void> {
  http.listen(port, host);
  await once(http, 'listening').catch((error: unknown) => {
    throw new DoorRefused(`Cannot listen on ${urlOf('ws', host, port)}: ${String(error)}`);
  });
  const bound = http.address();
  const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
  const web = urlOf('http', host, actual);
  announce([`listening on: ${urlOf('ws', host, actual)}`, `readyz: ${web}/readyz`, `healthz: ${web}/healthz`]);
  return () => undefined;
}

function unprotected(host: string): DoorRefused {
  return new DoorRefused(
    `Refused to listen on ${host}: other machines could connect, and nothing asks who they are. ` +
      'Say --ws-auth capability-token or --ws-auth signed-bearer-token, or listen on 127.0.0.1 and forward the port with SSH.',
  );
}

function announce(lines: readonly string[]): void {
  process.stderr.write(`bowline app-server\n${lines.map((line) => `  ${line}\n`).join('')}`);
}
