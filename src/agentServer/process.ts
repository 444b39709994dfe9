// Starts the server as a child process over stdio, and ends it in order.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { jsonlTransport } from '../../server/rpc/jsonlTransport.ts';
import type { Transport } from '../../server/rpc/transport.ts';
import type { ServerCommand } from './binaryPath.ts';
import { serverEnvironment } from './environment.ts';

/** How the process ended: exactly one of the two is given. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface ProcessOptions {
  /** Outside of any workspace: the server must not find a workspace's files where it stands. */
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** A line that the server wrote to its standard error. */
  readonly onLine: (line: string) => void;
}

/** A running server. */
export interface ServerProcess {
  readonly pid: number;
  readonly transport: Transport;
  /** Resolves when the process has ended, however that came about. */
  readonly exited: Promise<ProcessExit>;
  /** Resolves when it can write no more to its standard error. */
  readonly silent: Promise<void>;
  /** Closes its input, waits, and kills it only if it does not go. Resolves when it is gone. */
  stop(): Promise<ProcessExit>;
}

/** A server that is told to go has this long to put its running turns away. */
const GOODBYE_MS = 3_000;
const TERMINATE_MS = 1_000;

/** Starts the command; rejects when the system cannot run it. */
export async function startProcess(command: ServerCommand, options: ProcessOptions): Promise<ServerProcess> {
  const child = spawn(command.command, command.args, {
    cwd: options.cwd,
    env: serverEnvironment(options.env, command.env),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  // a signal that could not be sent, or a pipe to a process that has gone: `exited` tells what there is to know
  child.on('error', (error) => options.onLine(`ERROR ${error.message}`));
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stderr }).on('line', options.onLine);
  const silent = new Promise<void>((resolve) => void lines.once('close', resolve));

  const isGone = async (limitMs: number): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), limitMs);
    void exited.then(() => resolve(true));
    return await promise.finally(() => clearTimeout(timer));
  };
  const transport = jsonlTransport(child.stdout, child.stdin);
  return {
    pid: child.pid ?? 0,
    transport,
    exited,
    silent,
    stop: async () => {
      child.stdin.end();
      if (!(await isGone(GOODBYE_MS))) child.kill('SIGTERM');
      if (!(await isGone(TERMINATE_MS))) child.kill('SIGKILL');
      return await exited;
    },
  };
}

/** The end of a process in words. */
export function wordsOfExit({ code, signal }: ProcessExit): string {
  return signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
}
