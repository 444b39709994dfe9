// The plain user as whom everything is tried: made for the purpose when the tests run as root, else whoever runs them.
import { execFileSync, spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, lchownSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a program did: how it ended, and all that it said. */
export interface Run {
  readonly exitCode: number | null;
  readonly output: string;
}

export interface StartOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Kills it after this long; 60 s if not given. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;

export class Person {
  readonly uid: number;
  readonly gid: number;
  /** A folder of theirs for homes, outside of every temporary folder. */
  readonly base: string;
  /** The account that was made; null when nobody was. */
  readonly #account: string | null;

  private constructor(uid: number, gid: number, place: { base: string; account: string | null }) {
    this.uid = uid;
    this.gid = gid;
    this.base = place.base;
    this.#account = place.account;
  }

  static make(): Person {
    const uid = process.getuid?.() ?? 0;
    if (uid !== 0) {
      const base = mkdtempSync(join(homedir(), '.bowline-proof-'));
      return new Person(uid, process.getgid?.() ?? 0, { base, account: null });
    }
    const account = `bowline-proof-${randomBytes(3).toString('hex')}`;
    const base = join('/home', account);
    execFileSync('useradd', ['--create-home', '--home-dir', base, '--shell', '/bin/bash', account]);
    const { uid: made, gid } = statSync(base);
    return new Person(made, gid, { base, account });
  }

  /** Ends whatever they still run and removes what was made for them. */
  dispose(): void {
    if (this.#account === null) {
      rmSync(this.base, { recursive: true, force: true });
      return;
    }
    for (const pid of processesOf(this.uid)) endProcess(pid);
    execFileSync('userdel', ['--force', this.#account], { stdio: 'ignore' });
    rmSync(this.base, { recursive: true, force: true });
    // what an attempt left in the places that everybody may write to
    for (const place of ['/tmp', '/var/tmp', '/dev/shm']) removeTheirs(place, this.uid);
  }

  /** Gives them files that this process made. */
  own(...paths: readonly string[]): void {
    if (this.#account === null) return;
    for (const path of paths) lchownSync(path, this.uid, this.gid);
  }

  /** Starts a program of theirs in a process group of its own. The caller ends it. */
  start(argv: readonly string[], options: StartOptions & { stdio: StdioOptions }): ChildProcess {
    const [program = '', ...args] = argv;
    const as = this.#account === null ? {} : { uid: this.uid, gid: this.gid };
    return spawn(program, args, {
      ...as,
      cwd: options.cwd,
      env: { ...options.env },
      stdio: options.stdio,
      detached: true,
    });
  }

  /** Runs a program of theirs to its end. What it leaves running is left running. */
  async run(argv: readonly string[], options: StartOptions): Promise<Run> {
    // into a file: a process that is left behind holds a pipe open, and nobody could tell when the output is over
    const folder = mkdtempSync(join(tmpdir(), 'bowline-run-'));
    const file = join(folder, 'output');
    const output = openSync(file, 'a');
    try {
      const child = this.start(argv, { ...options, stdio: ['ignore', output, output] });
      const timer = setTimeout(() => endGroup(child), options.timeoutMs ?? TIMEOUT_MS);
      const exitCode = await once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
      clearTimeout(timer);
      return { exitCode, output: readFileSync(file, 'utf8') };
    } finally {
      closeSync(output);
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  endProcess(-child.pid);
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself
  }
}

/** Processes whose command line or environment has the mark in it, from outside of every sandbox. */
export function processesWith(mark: string): number[] {
  return allProcesses().filter(
    (pid) => textOf(`/proc/${pid}/cmdline`).includes(mark) || textOf(`/proc/${pid}/environ`).includes(mark),
  );
}

/** Whether a process runs, and is not merely waiting to be buried. */
export function isAlive(pid: number): boolean {
  const state = /^State:\s+(\S)/m.exec(textOf(`/proc/${pid}/status`))?.[1];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function processesOf(uid: number): number[] {
  return allProcesses().filter((pid) => new RegExp(`^Uid:\\s+${uid}\\s`, 'm').test(textOf(`/proc/${pid}/status`)));
}

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // the process has ended, or is not ours to look at
  }
}

function removeTheirs(place: string, uid: number): void {
  for (const name of readdirSync(place)) {
    const path = join(place, name);
    try {
      if (statSync(path).uid === uid) rmSync(path, { recursive: true, force: true });
    } catch {
      // somebody else has removed it
    }
  }
}
