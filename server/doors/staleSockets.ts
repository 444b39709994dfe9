// Removes the sockets that killed processes left.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Looks through the folder of `<pid>-….sock` files; one is removed when its process does not run here and nobody listens at it. */
export async function removeStaleSockets(folder: string): Promise<void> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sock') && !runs(Number.parseInt(name, 10)));
  await Promise.all(names.map((name) => removeUnheard(join(folder, name))));
}

/** A process of another container may have the number of none here: only that nobody listens proves that it has ended. */
function removeUnheard(path: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = process.getBuiltinModule('node:net').connect({ path });
    socket.once('connect', () => socket.destroy());
    socket.once('error', (error) => {
      if ('code' in error && error.code === 'ECONNREFUSED') rmSync(path, { force: true });
    });
    socket.once('close', () => resolve());
  });
}

function runs(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // a process of another user exists all the same
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
