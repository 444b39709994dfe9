// Listeners outside of every sandbox that count who came.
import { chmodSync } from 'node:fs';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type ListenOptions, type NetConnectOpts } from 'node:net';
import type { Scene } from './scene.ts';

export interface Listener {
  /** 0 for a unix socket. */
  readonly port: number;
  /** Whether anybody came before this was asked. */
  wasReached(): Promise<boolean>;
}

/** Answers every connection with an HTTP answer, whatever it says. */
export async function listenTcp(scene: Scene, host = '127.0.0.1'): Promise<Listener> {
  return await listen(scene, { host, port: 0 });
}

/** On a path, or on an abstract name that begins with a zero byte. */
export async function listenUnix(scene: Scene, path: string): Promise<Listener> {
  const listener = await listen(scene, { path });
  if (!path.startsWith('\0')) {
    chmodSync(path, 0o777);
    scene.person.own(path);
  }
  return listener;
}

async function listen(scene: Scene, where: ListenOptions): Promise<Listener> {
  let reached = 0;
  const server = createServer((socket) => {
    reached += 1;
    socket.on('error', () => undefined); // whoever came is gone again: it counts all the same
    socket.resume();
    socket.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nyes');
  });
  server.listen(where);
  await once(server, 'listening');
  scene.atEnd(async () => {
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? (address satisfies AddressInfo).port : 0;
  const to: NetConnectOpts =
    where.path === undefined ? { host: where.host ?? '127.0.0.1', port } : { path: where.path };
  return {
    port,
    wasReached: async () => {
      const before = reached;
      // who came earlier is let in earlier: when we are in, they have been counted
      const own = connect(to);
      own.resume();
      await once(own, 'close');
      reached -= 1;
      return Math.max(before, reached) > 0;
    },
  };
}

export async function listenUdp(scene: Scene): Promise<Listener> {
  const socket = createSocket('udp4');
  const heard: string[] = [];
  socket.on('message', (message) => heard.push(message.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  scene.atEnd(async () => {
    socket.close();
    await once(socket, 'close');
  });
  const { port } = socket.address();
  return {
    port,
    wasReached: async () => {
      const own = createSocket('udp4');
      own.send('the end', port, '127.0.0.1');
      while (!heard.includes('the end')) await once(socket, 'message');
      own.close();
      return heard.some((message) => message !== 'the end');
    },
  };
}
