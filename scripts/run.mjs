// Starts other programs, keeps what matters of what they said, and leaves none of them behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

const KEPT_FIRST_LINES = 15;
const KEPT_LAST_LINES = 30;
const KILL_AFTER_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let isGuarding = false;

/** A program that ended badly: its command line, its exit code or signal, and the first and last lines it wrote. */
export class CommandFailed extends Error {
  /**
   * @param {string} commandLine
   * @param {string} how such as "exit code 1"
   * @param {string} output the first and the last lines of stdout and stderr
   */
  constructor(commandLine, how, output) {
    super(`${commandLine}: ${how}\n${output}`);
    this.output = output;
  }
}

/**
 * Starts a program in a process group of its own, so that it can be stopped with everything it started. It is stopped when this process exits.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function start(command, args, options = {}) {
  guard();
  const child = spawn(command, args, { ...options, detached: process.platform !== 'win32' });
  running.add(child);
  const forget = () => running.delete(child);
  child.once('exit', forget);
  child.once('error', forget);
  return child;
}

/**
 * Stops a program started by {@link start} and everything in its process group; resolves when all of it has ended.
 * @param {import('node:child_process').ChildProcess} child
 */
export async function stop(child) {
  if (child.pid === undefined) return;
  signalGroup(child, 'SIGTERM');
  const limit = performance.now() + KILL_AFTER_MS;
  while (performance.now() < limit && (await isGroupAlive(child))) await delay(LOOK_AGAIN_MS);
  signalGroup(child, 'SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/**
 * Runs a program to its end.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
 * @returns {Promise<string>} its stdout
 * @throws {CommandFailed} if it cannot be started or does not end with exit code 0
 */
export async function run(command, args, options = {}) {
  const child = start(command, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const commandLine = [command, ...args].join(' ');
  /** @type {string[]} */
  const lines = [];
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ text) => (stdout += text));
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', keep);
  }
  /** @param {string} line */
  function keep(line) {
    if (line.trim() === '') return;
    options.onLine?.(line.trim());
    lines.push(line);
    if (lines.length > KEPT_FIRST_LINES + KEPT_LAST_LINES) lines.splice(KEPT_FIRST_LINES, 1);
  }
  return await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CommandFailed(commandLine, error.message, '')));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(stdout);
      else
        reject(
          new CommandFailed(
            commandLine,
            signal === null ? `exit code ${code}` : `killed by ${signal}`,
            lines.join('\n'),
          ),
        );
    });
  });
}

/**
 * Runs a program with this terminal as its own; answers its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export async function runVisibly(command, args, options = {}) {
  const child = start(command, args, { ...options, stdio: 'inherit' });
  return await new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new CommandFailed([command, ...args].join(' '), error.message, '')));
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/**
 * Finds a program on PATH.
 * @param {string} name
 * @returns {string | undefined} its absolute path
 */
export function findProgram(name) {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`] : [name];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const candidate of names) {
      const path = join(folder, candidate);
      if (folder !== '' && isExecutable(path)) return path;
    }
  }
  return undefined;
}

/**
 * How to call npm: the one that runs us if there is one, else the one beside this Node, else the one on PATH.
 * @returns {[command: string, firstArgs: string[]]}
 */
export function npm() {
  const besideNode = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const cli = process.env.npm_execpath ?? besideNode;
  if (cli.endsWith('npm-cli.js') && isReadable(cli)) return [process.execPath, [cli]];
  return [findProgram('npm') ?? 'npm', []];
}

/** @param {string} path */
function isExecutable(path) {
  return can(path, constants.X_OK);
}

/** @param {string} path */
function isReadable(path) {
  return can(path, constants.R_OK);
}

/** @param {string} path @param {number} mode */
function can(path, mode) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false; // the answer is the point: no such file, or not for us
  }
}

/**
 * Whether a program or one that it started still runs.
 * @param {import('node:child_process').ChildProcess} child
 */
async function isGroupAlive(child) {
  if (child.pid === undefined) return false;
  if (child.exitCode === null && child.signalCode === null) return true;
  if (process.platform === 'linux') return await hasLivingMember(child.pid);
  return process.platform !== 'win32' && signalGroup(child, 0);
}

/**
 * In containers nobody may collect the ended processes (zombies) of a group, so that the group can still be signalled: their state tells.
 * @param {number} group
 */
async function hasLivingMember(group) {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // it has just ended
    const [state, , processGroup] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(processGroup) === group && state !== 'Z') return true;
  }
  return false;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals | 0} signal
 * @returns {boolean} whether there was anybody to get it
 */
function signalGroup(child, signal) {
  if (child.pid === undefined) return false;
  try {
    return process.platform === 'win32' ? child.kill(signal) : process.kill(-child.pid, signal);
  } catch {
    return false; // the whole group has already ended
  }
}

/** Stops what still runs when this process ends, on its own or by a signal. */
function guard() {
  if (isGuarding) return;
  isGuarding = true;
  process.on('exit', () => running.forEach((child) => signalGroup(child, 'SIGKILL')));
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.once(signal, () => void Promise.all([...running].map(stop)).finally(() => process.exit(code)));
  }
}
