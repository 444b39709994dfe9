// Sees one started process to its end: decodes its output, keeps its time limit, kills its group, and tells when all is over.
import { constants } from 'node:os';
import type { CommandExit, RunningCommand } from '../../core/ports.ts';
import type { ChildProcess, ProcessEnd, ProcessEvents } from './childProcess.ts';
import { createOutputDecoder } from './outputDecoder.ts';
import { endGroup } from './processGroup.ts';

export type Launch = (events: ProcessEvents) => ChildProcess;

export interface SuperviseOptions {
  readonly timeoutMs: number | null;
  readonly killGraceMs: number;
  readonly silenceMs: number;
  /** The process is over and its output delivered; children of it may be left. */
  ended(): void;
}

export type Supervised =
  | { readonly type: 'started'; readonly child: ChildProcess; readonly command: RunningCommand }
  | { readonly type: 'failed'; readonly message: string };

/** The exit code of a command killed at its time limit, as of the `timeout` program. */
const TIMEOUT_EXIT_CODE = 124;

export function supervise(launch: Launch, options: SuperviseOptions): Supervised {
  const decoder = createOutputDecoder();
  const listeners: ((chunk: string) => void)[] = [];
  const deliver = (chunks: readonly string[]): void => {
    for (const chunk of chunks) for (const listener of listeners) listener(chunk);
  };
  const { promise: exited, resolve } = Promise.withResolvers<CommandExit>();
  let isTimedOut = false;
  let limit: NodeJS.Timeout | undefined;
  const drain = createDrain(options.silenceMs, (end) => {
    clearTimeout(limit);
    deliver(decoder.end());
    resolve(exitOf(end, isTimedOut));
    options.ended();
  });
  let child: ChildProcess;
  try {
    child = launch({
      output(bytes) {
        if (drain.output()) deliver(decoder.push(bytes));
      },
      outputEnded: drain.outputEnded,
      ended: drain.processEnded,
    });
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  const { pid } = child;
  const kill = async (): Promise<void> => {
    if (pid === null) return;
    await endGroup(pid, options.killGraceMs);
    await exited;
    options.ended();
  };
  if (options.timeoutMs !== null) {
    limit = setTimeout(() => {
      isTimedOut = true;
      void kill();
    }, options.timeoutMs);
  }
  const { isTerminal, write, closeStdin } = child;
  const onOutput = (listener: (chunk: string) => void): void => void listeners.push(listener);
  return { type: 'started', child, command: { pid, isTerminal, onOutput, write, closeStdin, kill, exited } };
}

function exitOf(end: ProcessEnd, isTimedOut: boolean): CommandExit {
  if (isTimedOut) return { type: 'timedOut', exitCode: TIMEOUT_EXIT_CODE };
  switch (end.type) {
    case 'exit':
      return { type: 'exited', exitCode: end.code };
    case 'signal':
      return { type: 'signalled', signal: end.signal, exitCode: 128 + signalNumber(end.signal) };
    case 'error':
      return { type: 'failedToStart', message: end.message };
  }
}

function signalNumber(name: string): number {
  return Object.entries(constants.signals).find(([signal]) => signal === name)?.[1] ?? 0;
}

interface Drain {
  /** Some output came; false when it is too late to count. */
  output(): boolean;
  outputEnded(): void;
  processEnded(end: ProcessEnd): void;
}

type DrainState =
  | { readonly type: 'running'; readonly isOutputOpen: boolean }
  | { readonly type: 'draining'; readonly end: ProcessEnd; readonly sinceMs: number }
  | { readonly type: 'over' };

/** Children that never stop writing must not keep a finished command open for longer than this. */
const LONGEST_DRAIN_MS = 1000;

/**
 * Decides when the output of an ended process is complete. Nearly always its pipe ends and that is that. But children in the
 * background may hold the pipe for days: then the output counts as complete when it has been silent for `silenceMs`. What the
 * process itself wrote lay in the pipe when it ended, so one more turn of the event loop, which reads what is there, makes sure.
 */
function createDrain(silenceMs: number, over: (end: ProcessEnd) => void): Drain {
  let state: DrainState = { type: 'running', isOutputOpen: true };
  let silence: NodeJS.Timeout | undefined;
  let check: NodeJS.Immediate | undefined;
  const finish = (end: ProcessEnd): void => {
    state = { type: 'over' };
    clearTimeout(silence);
    clearImmediate(check);
    over(end);
  };
  const awaitSilence = (end: ProcessEnd): void => {
    clearTimeout(silence);
    clearImmediate(check);
    silence = setTimeout(() => {
      check = setImmediate(finish, end);
    }, silenceMs);
  };
  return {
    output() {
      if (state.type === 'draining' && performance.now() - state.sinceMs < LONGEST_DRAIN_MS) awaitSilence(state.end);
      return state.type !== 'over';
    },
    outputEnded() {
      if (state.type === 'draining') finish(state.end);
      else if (state.type === 'running') state = { type: 'running', isOutputOpen: false };
    },
    processEnded(end) {
      if (state.type !== 'running') return;
      if (!state.isOutputOpen || end.type === 'error') return finish(end);
      state = { type: 'draining', end, sinceMs: performance.now() };
      awaitSilence(end);
    },
  };
}
