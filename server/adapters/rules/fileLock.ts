// Lets one process at a time change a file, so that what two windows write into it is not lost.
import { mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../core/ports.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { errorCode } from '../fs/files.ts';
import { sleep } from '../sleep.ts';

const SUFFIX = '.lock';
const RETRY_MS = 20;
const PATIENCE_MS = 5_000;
/** A change takes milliseconds: who holds the lock for longer has died, or its clock is wrong. */
const STALE_MS = 10_000;

/** Runs `change` while nobody else changes the file. Throws a ProtocolError when that does not become possible in time. */
export async function underFileLock<T>(path: string, clock: Clock, change: () => Promise<T>): Promise<T> {
  const lock = path + SUFFIX;
  await mkdir(dirname(path), { recursive: true });
  const until = clock.nowMs() + PATIENCE_MS;
  while (!(await take(lock))) {
    if (await isAbandoned(lock, clock)) await rm(lock, { force: true });
    else if (clock.nowMs() < until) await sleep(clock, RETRY_MS, NEVER);
    else throw new ProtocolError('internalError', `${path} is being changed by another process (${lock}). Try again.`);
  }
  try {
    return await change();
  } finally {
    await rm(lock, { force: true });
  }
}

const NEVER = new AbortController().signal;

async function take(lock: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Its process is gone. A lock without a number was just made, or its process died while making it: its age tells. */
async function isAbandoned(lock: string, clock: Clock): Promise<boolean> {
  try {
    const pid = Number(await readFile(lock, 'utf8'));
    if (Number.isSafeInteger(pid) && pid > 0 && !isAlive(pid)) return true;
    return clock.nowMs() - (await stat(lock)).mtimeMs > STALE_MS;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
