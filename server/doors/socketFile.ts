// The file of a unix socket: it appears only when it is private and answers, replaces one that nobody answers, and goes with its server.
import { chmodSync, linkSync, lstatSync, mkdirSync, renameSync, rmSync, type Stats } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import type { Server } from 'node:http';
import { once } from 'node:events';
import { DoorRefused } from './door.ts';

/** What a socket's address holds (sun_path) without its final zero: 104 bytes on a Mac, 108 on Linux. */
const LONGEST_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** How often a file that appears and disappears meanwhile is looked at again. */
const ATTEMPTS = 5;

/**
 * Has `server` listen at `path`, for this user alone. Throws DoorRefused when a living server has the path, or when there is
 * something else. Resolves with what takes the file away again.
 */
export async function listenAtFile(server: Server, path: string): Promise<() => void> {
  const folder = dirname(path);
  const fresh = join(folder, `.${process.pid}.sock`);
  for (const name of [path, fresh])
    if (Buffer.byteLength(name) > LONGEST_PATH_BYTES)
      throw new DoorRefused(`The path is too long for a socket (${LONGEST_PATH_BYTES} bytes at most): ${name}`);
  rmSync(fresh, { force: true });
  server.listen(fresh);
  await once(server, 'listening').catch((error: unknown) => {
    throw new DoorRefused(`There can be no socket in ${folder}: ${String(error)}`);
  });
  try {
    chmodSync(fresh, 0o600);
    const own = lstatSync(fresh);
    await publish(fresh, path);
    return () => {
      if (isSame(statOf(path), own)) rmSync(path, { force: true });
    };
  } catch (error) {
    server.close();
    throw error;
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Makes the folder of the default socket, for this user alone. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Gives the socket its name. A link is made or not made as a whole: of two servers that start at once, one gets the name. */
async function publish(fresh: string, path: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      linkSync(fresh, path);
      return;
    } catch (error) {
      if (!isExisting(error)) throw new DoorRefused(`There can be no socket at ${path}: ${String(error)}`);
    }
    await setAside(path);
  }
  throw new DoorRefused(`Other servers start at ${path} at the same time.`);
}

/** Removes a socket that nobody answers. It is renamed first: what is then removed is what was looked at. */
async function setAside(path: string): Promise<void> {
  const found = statOf(path);
  if (found === null) return;
  if (!found.isSocket()) throw new DoorRefused(`${path} exists and is no socket; remove it, or choose another path.`);
  if (await isAnswered(path)) throw taken(path);
  const aside = `${path}.${process.pid}`;
  renameSync(path, aside);
  if (await isAnswered(aside)) {
    // another server came between; it gets its name back
    linkSync(aside, path);
    rmSync(aside);
    throw taken(path);
  }
  rmSync(aside, { force: true });
}

function taken(path: string): DoorRefused {
  return new DoorRefused(`A server is listening at ${path} already. Connect to it, end it, or choose another path.`);
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function statOf(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function isSame(found: Stats | null, own: Stats): boolean {
  return found !== null && found.ino === own.ino && found.dev === own.dev;
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}
