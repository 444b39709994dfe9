// The local door: a socket by which other processes of the same home speak to this one, for those who know its secret.
import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { messageOf } from '../protocol/errors.ts';
import type { Transport } from '../rpc/transport.ts';
import { removeStaleSockets } from './staleSockets.ts';
import { endSoon, socketTransport } from './socketTransport.ts';

/** Where the door is, and what to say there. */
export interface DoorAddress {
  /** Path of a socket; on Windows the name of a pipe. */
  readonly address: string;
  readonly secret: string;
}

export type Reached =
  | { readonly type: 'connected'; readonly transport: Transport }
  /** Nobody listens there. */
  | { readonly type: 'closed' }
  | { readonly type: 'failed'; readonly reason: string };

export interface LocalDoorOptions {
  /** Absolute path of the home; its folder `run` is made when the door opens. */
  readonly home: string;
  warn(message: string, details: Record<string, unknown>): void;
}

/** What a socket's path may have, in bytes, on every system (macOS: 104 with the end mark). */
const LONGEST_PATH = 100;
/** How long who comes in may take to say the secret. */
const LONGEST_KNOCK_MS = 5_000;
const NEWLINE = 10;

/** Loaded late: who lists threads needs no socket. */
const net = (): typeof import('node:net') => process.getBuiltinModule('node:net');

export class LocalDoor {
  readonly #options: LocalDoorOptions;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #address: DoorAddress | null | undefined;

  constructor(options: LocalDoorOptions) {
    this.#options = options;
  }

  /** Opens it at the first call: it takes connections when this returns. Null where that is not possible; then nobody is let in. */
  open(serve: (transport: Transport) => Promise<void>): DoorAddress | null {
    if (this.#address !== undefined) return this.#address;
    const secret = crypto.getRandomValues(Buffer.alloc(32)).toString('hex');
    try {
      const address = freeAddress(this.#options.home);
      this.#server = this.#listen(address, (socket) => this.#let(socket, secret, serve));
      this.#address = { address, secret };
      if (process.platform !== 'win32')
        removeStaleSockets(dirname(address)).catch((error: unknown) => this.#warnOf(error));
    } catch (error) {
      this.#options.warn('Other processes cannot follow what runs here.', { reason: messageOf(error) });
      this.#address = null;
    }
    return this.#address;
  }

  /** Goes to another process's door. */
  async reach(door: DoorAddress | null): Promise<Reached> {
    if (door === null) return { type: 'failed', reason: 'it has no local socket' };
    const { address, secret } = door;
    const { promise, resolve } = Promise.withResolvers<Reached>();
    const socket = net().connect({ path: address });
    this.#keep(socket);
    socket.once('error', (error) => {
      const code = 'code' in error ? error.code : undefined;
      const isClosed = code === 'ECONNREFUSED' || code === 'ENOENT';
      resolve(isClosed ? { type: 'closed' } : { type: 'failed', reason: messageOf(error) });
    });
    socket.once('connect', () => {
      socket.write(`${secret}\n`);
      resolve({ type: 'connected', transport: socketTransport(socket) });
    });
    return await promise;
  }

  /** Closes every connection, both ways; what was sent before still arrives. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const address = this.#address ?? null;
    this.#address = null;
    const sockets = [...this.#sockets];
    const gone = sockets.map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())));
    for (const socket of sockets) endSoon(socket);
    await Promise.all(gone);
    server?.close();
    if (address !== null && process.platform !== 'win32') rmSync(address.address, { force: true });
  }

  #listen(address: string, met: (socket: Socket) => void): Server {
    const server = net().createServer(met);
    server.on('error', (error) => this.#warnOf(error));
    server.listen({ path: address });
    // the folder is the wall; this is a second one, and fails where nothing listens
    if (process.platform !== 'win32') chmodSync(address, 0o600);
    return server;
  }

  #warnOf(error: unknown): void {
    this.#options.warn('The local socket failed.', { reason: messageOf(error) });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    // its readers and writers hear of the end by `close`
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** The first line must be the secret; the rest belongs to the protocol. */
  #let(socket: Socket, secret: string, serve: (transport: Transport) => Promise<void>): void {
    this.#keep(socket);
    const late = setTimeout(() => socket.destroy(), LONGEST_KNOCK_MS);
    socket.once('close', () => clearTimeout(late));
    const expected = Buffer.from(secret);
    let said = Buffer.alloc(0);
    const hear = (chunk: Buffer): void => {
      said = Buffer.concat([said, chunk]);
      const end = said.indexOf(NEWLINE);
      if (end < 0 && said.length <= expected.length) return;
      socket.off('data', hear);
      clearTimeout(late);
      const word = said.subarray(0, Math.max(end, 0));
      if (word.length !== expected.length || !process.getBuiltinModule('node:crypto').timingSafeEqual(word, expected)) {
        socket.destroy();
        return;
      }
      socket.pause();
      const rest = said.subarray(end + 1);
      if (rest.length > 0) socket.unshift(rest);
      const transport = socketTransport(socket);
      void serve(transport).finally(() => transport.close());
      socket.resume();
    };
    socket.on('data', hear);
  }
}

/** A name that nobody has: in the home's folder `run`, or where paths are too long for that, in a folder of the user beside other temporary files. */
function freeAddress(home: string): string {
  const name = `${process.pid}-${crypto.getRandomValues(Buffer.alloc(6)).toString('hex')}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\bowline-${name}`;
  const near = join(home, 'run', `${name}.sock`);
  if (Buffer.byteLength(near) <= LONGEST_PATH) return inPrivate(join(home, 'run'), near);
  const folder = join(tmpdir(), `bowline-${userInfo().uid}`);
  const far = join(folder, `${name}.sock`);
  if (Buffer.byteLength(far) > LONGEST_PATH) throw new Error(`The path of a socket would be too long: ${far}`);
  return inPrivate(folder, far);
}

/** Makes the folder; throws when it is not the user's alone. */
function inPrivate(folder: string, path: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  if (!lstatSync(folder).isDirectory() || uid !== userInfo().uid) throw new Error(`${folder} is not yours.`);
  if ((mode & 0o077) !== 0) chmodSync(folder, 0o700);
  return path;
}
