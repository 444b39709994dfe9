// Starts other programs, keeps the end of what they said, and leaves none of them behind.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

const KEPT_LINES = 40;
const KILL_AFTER_MS = 5_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
let isGuarding = false;

/** A program that ended badly: its command line, its exit code or signal, and the last lines it wrote. */
export class CommandFailed extends Error {
  /**
   * @param {string} commandLine
   * @param {string} how such as "exit code 1"
   * @param {string} output the last lines of stdout and stderr
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
 * Stops a program started by {@link start} and everything in its process group; resolves when it has ended.
 * @param {import('node:child_process').ChildProcess} child
 */
export async function stop(child) {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    signalGroup(child, 'SIGTERM');
    const insist = setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_AFTER_MS);
    await ended;
    clearTimeout(insist);
  }
  signalGroup(child, 'SIGKILL');
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
  const lastLines = [];
  let stdout = '';
  child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    stdout += text;
    keep(text);
  });
  child.stderr?.setEncoding('utf8').on('data', keep);
  /** @param {string} text */
  function keep(text) {
    for (const line of text.split('\n')) {
      if (line.trim() === '') continue;
      lastLines.push(line);
      options.onLine?.(line.trim());
    }
    lastLines.splice(0, lastLines.length - KEPT_LINES);
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
            lastLines.join('\n'),
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

/** @param {import('node:child_process').ChildProcess} child @param {NodeJS.Signals} signal */
function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // the whole group has already ended
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
