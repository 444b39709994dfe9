// Finds out whether commands can be contained here: by what is installed, and by running one that tries to get out.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { checkLinuxDependencies } from '@anthropic-ai/sandbox-runtime/dist/sandbox/linux-sandbox-utils.js';
import { quoteArgv } from '../../core/command/shellQuote.ts';
import type { SandboxState } from '../../core/ports.ts';
import type { Backend } from './backend.ts';
import type { PrivateFolders } from './privateFolders.ts';
import type { SandboxPrograms } from './programs.ts';

type Unavailable = Extract<SandboxState, { type: 'unavailable' }>;

const TRIAL_MS = 15_000;
/** Exit codes of the trial. */
const WROTE_OUTSIDE = 71;
const REACHED_SOCKET = 72;
const NO_TEMPORARY_FOLDER = 73;
const USER_NAMESPACES =
  'Allow unprivileged user namespaces: "sudo sysctl -w kernel.unprivileged_userns_clone=1", and on Ubuntu 24.04 and later an AppArmor profile for bwrap (see the README of bubblewrap). In a container, start it with user namespaces allowed.';

/** What the library itself misses; a warning of it means that it would contain less than it should, so it counts as well. */
export function missingForLinux(programs: SandboxPrograms): Unavailable | null {
  const { errors, warnings } = checkLinuxDependencies({
    bwrapPath: programs.bwrap,
    socatPath: programs.socat,
    seccompConfig: { applyPath: programs.seccomp },
  });
  const found = [...errors, ...warnings];
  return found.length === 0 ? null : unavailable(`The sandbox cannot be trusted here: ${found.join('; ')}.`, null);
}

export interface Trial {
  readonly backend: Backend;
  readonly folders: PrivateFolders;
  /** Absolute path; opens a unix socket, if that can be done. Null where the system has another way to close them. */
  readonly socat: string | null;
}

/** Runs a command that tries to write outside and to open a socket of the host, and looks from outside at what came of it. */
export async function tryToEscape(trial: Trial): Promise<Unavailable | null> {
  const { folders, backend, socat } = trial;
  const socket = join(folders.own, 'trial.sock');
  const outside = join(folders.own, 'trial');
  const listener = socat === null ? null : await listen(socket);
  try {
    const script = trialScript({ outside, socket, socat, temporary: folders.temporary });
    const containment = { writable: [folders.temporary], readOnly: [folders.base], hidden: [] };
    const argv = await backend.wrap({
      script,
      id: 'trial-of-the-sandbox-itself',
      containment,
      hasTerminal: false,
      door: null,
    });
    const end = await run(argv, folders.own);
    backend.after();
    return judge(end, existsSync(outside), listener?.wasReached() ?? false);
  } finally {
    listener?.close();
    rmSync(socket, { force: true });
    rmSync(outside, { force: true });
  }
}

interface Attempt {
  readonly outside: string;
  readonly socket: string;
  readonly socat: string | null;
  readonly temporary: string;
}

function trialScript({ outside, socket, socat, temporary }: Attempt): string {
  const touch = (path: string): string => `(: > ${quoteArgv([path])}) 2>/dev/null`;
  const inside = join(temporary, 'trial');
  return [
    `${touch(outside)} && exit ${WROTE_OUTSIDE}`,
    ...(socat === null
      ? []
      : [
          `${quoteArgv([socat, '-u', 'OPEN:/dev/null', `UNIX-CONNECT:${socket}`])} 2>/dev/null && exit ${REACHED_SOCKET}`,
        ]),
    `${touch(inside)} || exit ${NO_TEMPORARY_FOLDER}`,
    `rm -f ${quoteArgv([inside])}`,
    'exit 0',
  ].join('\n');
}

interface End {
  readonly code: number | null;
  readonly said: string;
}

function judge({ code, said }: End, hasWritten: boolean, wasReached: boolean): Unavailable | null {
  if (hasWritten || code === WROTE_OUTSIDE)
    return unavailable('A command in the sandbox could write outside of it.', null);
  if (wasReached || code === REACHED_SOCKET)
    return unavailable('A command in the sandbox could open a unix socket of this machine.', null);
  if (code === 0) return null;
  const why = code === NO_TEMPORARY_FOLDER ? 'its temporary folder cannot be written to' : said.trim().slice(0, 300);
  const isNamespace = /namespace|uid map|Operation not permitted|Permission denied/i.test(said);
  return unavailable(
    `A command could not be started in the sandbox: ${why === '' ? `exit code ${code ?? 'unknown'}` : why}.`,
    isNamespace ? USER_NAMESPACES : null,
  );
}

function run(argv: readonly string[], cwd: string): Promise<End> {
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: TRIAL_MS,
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.setEncoding('utf8');
    child.stderr.on('data', (text: string) => (said += text));
    child.on('error', (error) => resolve({ code: null, said: error.message }));
    child.on('close', (code) => resolve({ code, said }));
  });
}

interface Listener {
  wasReached(): boolean;
  close(): void;
}

function listen(path: string): Promise<Listener> {
  let isReached = false;
  const server: Server = createServer((connection) => {
    isReached = true;
    connection.destroy();
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(path, () => resolve({ wasReached: () => isReached, close: () => void server.close() }));
  });
}

export function unavailable(reason: string, remedy: string | null): Unavailable {
  return { type: 'unavailable', reason, remedy, isRoot: false };
}
