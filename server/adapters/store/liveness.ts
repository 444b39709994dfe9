// Tells whether the process that wrote a lease still lives, as far as it can be told from here.
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isProcessRunning } from '../isProcessRunning.ts';

/** Enough of a process to recognise it later. */
export interface ProcessMark {
  readonly pid: number;
  /** Names the boot and the pid namespace in which `pid` means something. */
  readonly machine: string;
  /** When the process began, in the kernel's words; null where the kernel does not say. */
  readonly start: string | null;
}

export interface Liveness {
  mark(pid: number): ProcessMark;
  /** `unknown`: it runs, or ran, where we cannot look. */
  check(mark: ProcessMark): 'alive' | 'dead' | 'unknown';
  /** Whether a process that is alive is known to be stopped: it does nothing until it is told to go on. */
  isStopped?(mark: ProcessMark): boolean;
}

/**
 * A pid together with the start time of its process is never used twice within a boot, so on Linux a lease needs no heartbeat, and an
 * idle server writes nothing. Elsewhere a pid may have been given to another process: there the heartbeat decides.
 */
export const processLiveness: Liveness = {
  mark: (pid) => ({ pid, machine: machineName(), start: startOf(pid) }),
  check(mark) {
    if (mark.machine !== machineName()) return 'unknown';
    if (mark.start !== null) return startOf(mark.pid) === mark.start ? 'alive' : 'dead';
    return isProcessRunning(mark.pid) ? 'unknown' : 'dead';
  },
  isStopped: (mark) => fieldsOf(mark.pid)[0] === 'T',
};

let machine: string | undefined;

function machineName(): string {
  return (machine ??= [hostname(), firstLine('/proc/sys/kernel/random/boot_id'), linkOf('/proc/self/ns/pid')]
    .join(' ')
    .trim());
}

/** Field 22 of /proc/PID/stat. A zombie is dead. */
function startOf(pid: number): string | null {
  const fields = fieldsOf(pid);
  return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

/** The fields of /proc/PID/stat from the third, the state, on; the command's name before it may hold spaces and brackets. */
function fieldsOf(pid: number): string[] {
  const stat = firstLine(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function firstLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n', 1)[0] ?? '';
  } catch {
    // not Linux, or no such process
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    // not Linux
    return '';
  }
}
