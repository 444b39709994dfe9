// What Linux tells of a process: its memory, its processor time, what it wrote to disk.
import { readdirSync, readFileSync } from 'node:fs';

export interface Memory {
  /** Resident pages in MiB, shared ones counted whole. */
  readonly rssMib: number;
  /** The same with shared pages counted by their share. */
  readonly pssMib: number;
}

const KIB_PER_MIB = 1024;
/** Linux counts processor time in these on every machine that Bowline runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** The memory of a process with all its descendants. */
export function memoryOf(pid: number): Memory {
  const members = familyOf(pid);
  const sum = (of: (member: number) => number): number => members.reduce((total, member) => total + of(member), 0);
  return {
    rssMib: sum((member) => kibOf(`/proc/${member}/status`, 'VmRSS')) / KIB_PER_MIB,
    pssMib: sum((member) => kibOf(`/proc/${member}/smaps_rollup`, 'Pss')) / KIB_PER_MIB,
  };
}

/** Processor time used so far, in seconds, user and system. */
export function processorSeconds(pid: number): number {
  // the name, in parentheses, may contain spaces
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Bytes that the process had written to disk so far. */
export function bytesWritten(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** The processes with this word in their command line that were started with this home of Bowline. */
export function processesOf(bowlineHome: string, word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readOr(`/proc/${pid}/cmdline`, '').includes(word))
    .filter((pid) => readOr(`/proc/${pid}/environ`, '').includes(`BOWLINE_HOME=${bowlineHome}\0`));
}

/** The process and its descendants. */
export function familyOf(pid: number): number[] {
  const children = readOr(`/proc/${pid}/task/${pid}/children`, '').split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

function kibOf(file: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readOr(file, ''))?.[1] ?? 0);
}

/** A process may end between two looks at it. */
function readOr(file: string, fallback: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return fallback; // it has ended: nothing of it remains to be counted
  }
}
