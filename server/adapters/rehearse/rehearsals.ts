// Tries commands in scratch copies of the workspace, which stand at the workspace's own place where the system can do that.
import { realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { createOutputBuffer } from '../../core/command/outputBuffer.ts';
import type { Clock, CommandRunner, CommandSandbox, Log, WrappedCommand } from '../../core/ports.ts';
import type { Rehearsals, TriedCommand } from '../../core/rehearse/rehearsals.ts';
import { findPrograms } from '../sandbox/programs.ts';
import { copyTree, createScratchFolders } from './scratchFolders.ts';
import { readTree, type TreeBudget } from './tree.ts';
import { trialOf } from './trial.ts';

export interface RehearsalOptions {
  /** Bowline's own. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The server's own program. */
  readonly executable: string;
  readonly sandbox: CommandSandbox;
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly log: Log;
  readonly budget?: TreeBudget;
  readonly timeLimitMs?: number;
}

const BUDGET: TreeBudget = { maxEntries: 60_000, maxBytes: 1024 * 1024 * 1024 };
const TIME_LIMIT_MS = 60_000;
const OUTPUT_LIMIT_BYTES = 64 * 1024;

/** The copy alone may be written to, and there is no network. */
const POLICY = {
  type: 'workspaceWrite',
  writableRoots: [],
  networkAccess: false,
  excludeTmpdirEnvVar: true,
  excludeSlashTmp: true,
} as const;

export function createRehearsals(options: RehearsalOptions): Rehearsals {
  const folder = scratchFolder(options.home);
  const folders = createScratchFolders(folder, options.log);
  return {
    async canTry({ workspace, cwd }) {
      if (!isWithin(cwd, workspace) || isWithin(folder, workspace)) return false;
      return (await options.sandbox.probe()).type === 'available';
    },
    async tryOut(command, signal) {
      const scratch = folders.make();
      try {
        return await tryIn(scratch, { command, signal, options });
      } finally {
        await folders.remove(scratch);
      }
    },
  };
}

/**
 * On Linux in Bowline's home, which is often on the disk of the workspaces, so that blocks can be shared; it is put in the workspace's place.
 * Elsewhere the command runs where the copy lies, and what lies in the home is closed to it.
 */
function scratchFolder(home: string): string {
  return process.platform === 'linux' ? join(home, 'rehearsals') : join(tmpdir(), 'bowline-rehearsals');
}

/** The program that puts a folder in the place of another for one command; null where there is none. */
function bwrapOf(options: RehearsalOptions): string | null {
  if (process.platform !== 'linux') return null;
  const found = findPrograms(options);
  return found.type === 'found' ? found.programs.bwrap : null;
}

interface Trying {
  readonly command: TriedCommand;
  readonly signal: AbortSignal;
  readonly options: RehearsalOptions;
}

async function tryIn(scratch: string, { command, signal, options }: Trying): ReturnType<Rehearsals['tryOut']> {
  const { sandbox, budget = BUDGET } = options;
  const bwrap = bwrapOf(options);
  const { workspace } = command;
  const realWorkspace = await realpath(workspace);
  const original = await readTree(realWorkspace, budget, signal);
  const isInPlace = bwrap !== null;
  const place = isInPlace ? realWorkspace : scratch;
  const cwd = join(place, relative(workspace, command.cwd));
  const policy = { ...POLICY, writableRoots: [...POLICY.writableRoots] };
  const { argv, env } = command;
  // before the copy: what the sandbox needs to stand in the workspace stands in the copy too
  const wrapped = await sandbox.wrap({ argv, env, cwd, workspace: place, policy, network: null });
  let run: Run | null = null;
  try {
    await copyTree(realWorkspace, scratch, signal);
    const start = await readTree(scratch, budget, signal);
    run = await runWrapped(
      { wrapped, cwd, over: isInPlace ? { bwrap, scratch, realWorkspace } : null },
      options,
      signal,
    );
    signal.throwIfAborted();
    const end = await readTree(scratch, budget, signal);
    const limitation = limitationOf(run, isInPlace ? null : scratch);
    return await trialOf({ workspace, realWorkspace, scratch, original, start, end, budget, ...run, limitation });
  } finally {
    await sandbox.after(wrapped, run === null || run.isStopped);
  }
}

interface Run {
  readonly exitCode: number;
  readonly output: string;
  readonly durationMs: number;
  readonly isStopped: boolean;
  readonly timeLimitMs: number;
}

interface Running {
  readonly wrapped: WrappedCommand;
  readonly cwd: string;
  /** Puts the scratch copy over the workspace, for this command alone; null: it runs in the copy where that lies. */
  readonly over: { readonly bwrap: string; readonly scratch: string; readonly realWorkspace: string } | null;
}

async function runWrapped(
  { wrapped, cwd, over }: Running,
  options: RehearsalOptions,
  signal: AbortSignal,
): Promise<Run> {
  const { runner, clock, timeLimitMs = TIME_LIMIT_MS } = options;
  const mount =
    over === null
      ? []
      : [
          over.bwrap,
          '--die-with-parent',
          '--dev-bind',
          '/',
          '/',
          '--bind',
          over.scratch,
          over.realWorkspace,
          '--chdir',
          cwd,
          '--',
        ];
  const output = createOutputBuffer(OUTPUT_LIMIT_BYTES);
  const startedAtMs = clock.nowMs();
  signal.throwIfAborted();
  const running = runner.start({
    argv: [...mount, ...wrapped.argv],
    cwd,
    env: wrapped.env,
    tty: false,
    timeoutMs: timeLimitMs,
  });
  running.onOutput((chunk) => output.append(chunk));
  running.closeStdin();
  const kill = (): void => void running.kill();
  signal.addEventListener('abort', kill, { once: true });
  const exit = await running.exited;
  signal.removeEventListener('abort', kill);
  if (exit.type === 'failedToStart') throw new Error(`It could not be started: ${exit.message}`);
  const isStopped = exit.type === 'timedOut' || signal.aborted;
  const durationMs = clock.nowMs() - startedAtMs;
  return { exitCode: exit.exitCode, output: output.text(), durationMs, isStopped, timeLimitMs };
}

function limitationOf({ isStopped, timeLimitMs }: Run, elsewhere: string | null): string {
  const sentences = ['The network was off, and nothing outside of the workspace could be written.'];
  if (isStopped) sentences.push(`It was stopped after ${timeLimitMs / 1000} seconds.`);
  if (elsewhere !== null) sentences.push(`It ran in a copy of the workspace, at ${elsewhere}.`);
  return sentences.join(' ');
}

function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith('../'));
}
