// Lets one process at a time repair a damaged database.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { ProtocolError } from '../../protocol/errors.ts';
import { errorCode } from './database.ts';
import type { Liveness } from './liveness.ts';

const SUFFIX = '-repairing';

/**
 * Runs `repair` while no other process does. Throws ProtocolError `storeUnavailable` while one is at it; the lock of a process that
 * died is taken over.
 */
export function underRepairLock<T>(path: string, liveness: Liveness, repair: () => T): T {
  const lock = path + SUFFIX;
  if (!take(lock) && isHeld(lock, liveness)) throw beingRepaired(path);
  writeFileSync(lock, String(process.pid));
  try {
    return repair();
  } finally {
    rmSync(lock, { force: true });
  }
}

function take(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function isHeld(lock: string, liveness: Liveness): boolean {
  const pid = Number(readFileSync(lock, 'utf8'));
  return Number.isSafeInteger(pid) && pid > 0 && liveness.check(liveness.mark(pid)) !== 'dead';
}

function beingRepaired(path: string): ProtocolError {
  const message = `Threads cannot be opened: another process is repairing ${path}. Try again in a moment.`;
  return new ProtocolError('internalError', message, { kind: 'storeUnavailable', data: { path } });
}
