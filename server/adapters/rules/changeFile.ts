// Changes a text file whole or not at all, one process after the other, so that what two windows write is not lost.
import { chmod, mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../core/ports.ts';
import { isProcessRunning } from '../isProcessRunning.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { errorCode } from '../fs/files.ts';
import { sleep } from '../sleep.ts';

const LOCK = '.lock';
const RETRY_MS = 20;
const PATIENCE_MS = 5_000;
/** A change takes milliseconds: who holds the lock for longer has died. */
const STALE_MS = 10_000;
/** Of a new file: it tells what runs unasked, which is its user's business. */
const NEW_FILE_MODE = 0o600;
const PERMISSIONS = 0o7777;
const NEVER = new AbortController().signal;

/** `edit` gets the text as it is by then; a file that is not there is empty. The same text is not written again. */
export async function changeFile(path: string, clock: Clock, edit: (text: string) => string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  // a rename onto a symbolic link would replace the link
  const file = (await orNull(realpath(path))) ?? path;
  const lock = file + LOCK;
  await take(lock, clock);
  try {
    const text = (await orNull(readFile(file, 'utf8'))) ?? '';
    const edited = edit(text);
    if (edited !== text) await replace(file, edited);
  } finally {
    await rm(lock, { force: true });
  }
}

async function replace(file: string, text: string): Promise<void> {
  const existing = await orNull(stat(file));
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text, { mode: NEW_FILE_MODE });
    if (existing !== null) await chmod(temporary, existing.mode & PERMISSIONS);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function take(lock: string, clock: Clock): Promise<void> {
  const until = clock.nowMs() + PATIENCE_MS;
  while (!(await isTaken(lock))) {
    if (await isAbandoned(lock, clock)) await rm(lock, { force: true });
    // a lock file tells nobody that it is gone: it has to be tried again
    else if (clock.nowMs() < until) await sleep(clock, RETRY_MS, NEVER);
    else
      throw new ProtocolError(
        'internalError',
        `Another process is changing the file (${lock}). Try again in a moment.`,
      );
  }
}

async function isTaken(lock: string): Promise<boolean> {
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

/** Its process is gone, or it is older than any change takes. */
async function isAbandoned(lock: string, clock: Clock): Promise<boolean> {
  const [pid, found] = await Promise.all([orNull(readFile(lock, 'utf8')), orNull(stat(lock))]);
  if (pid === null || found === null) return false;
  return (Number(pid) > 0 && !isProcessRunning(Number(pid))) || clock.nowMs() - found.mtimeMs > STALE_MS;
}

/** Null when there is no such file. */
async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
