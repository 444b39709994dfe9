// Sees one started process to its end: hands on its output, keeps its time limit, kills its group, and tells when all is over.
import { constants } from 'node:os';
import type { OutputStream, ProcessExit, RunningProcess } from '../../core/client/process.ts';
import type { CommandExit } from '../../core/ports.ts';
import { timerMs } from '../clock.ts';
import type { ChildProcess, ProcessEnd, ProcessEvents } from './childProcess.ts';
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
  | { readonly type: 'started'; readonly child: ChildProcess; readonly running: RunningProcess }
  | { readonly type: 'failed'; readonly message: string };

/** The exit code of a command killed at its time limit, as of the `timeout` program. */
const TIMEOUT_EXIT_CODE = 124;

export function supervise(launch: Launch, options: SuperviseOptions): Supervised {
  const listeners: ((bytes: Uint8Array, stream: OutputStream) => void)[] = [];
  const { promise: exited, resolve } = Promise.withResolvers<ProcessExit>();
  let isTimedOut = false;
  let limit: NodeJS.Timeout | undefined;
  let isPaused = false;
  const drain = createDrain({
    silenceMs: options.silenceMs,
    isHeld: () => isPaused,
    over(end, isOutputComplete) {
      clearTimeout(limit);
      resolve({ how: exitOf(end, isTimedOut), isOutputComplete });
      options.ended();
    },
  });
  let child: ChildProcess;
  try {
    child = launch({
      output(bytes, stream) {
        if (drain.output()) for (const listener of listeners) listener(bytes, stream);
      },
      outputEnded: drain.outputEnded,
      ended: drain.processEnded,
    });
  } catch (error) {
    return { type: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
  const { pid } = child;
  const setPaused = (isWanted: boolean): void => {
    isPaused = isWanted;
    if (isWanted) child.pause();
    else child.resume();
  };
  const kill = async (): Promise<void> => {
    if (pid === null) return;
    // what is not read would keep the end of its output from being seen
    setPaused(false);
    await endGroup(pid, options.killGraceMs);
    await exited;
    options.ended();
  };
  if (options.timeoutMs !== null) {
    limit = setTimeout(() => {
      isTimedOut = true;
      void kill();
    }, timerMs(options.timeoutMs));
  }
  const onOutput: RunningProcess['onOutput'] = (listener) => void listeners.push(listener);
  return { type: 'started', child, running: controls(child, { onOutput, setPaused, kill, exited }) };
}

interface Supervision extends Pick<RunningProcess, 'onOutput' | 'kill' | 'exited'> {
  setPaused(isWanted: boolean): void;
}

function controls(child: ChildProcess, { setPaused, ...supervised }: Supervision): RunningProcess {
  const { pid, isTerminal, write, closeStdin, resize } = child;
  return {
    ...supervised,
    pid,
    isTerminal,
    write,
    closeStdin,
    resize,
    get inputBacklogBytes() {
      return child.inputBacklogBytes;
    },
    pause: () => setPaused(true),
    resume: () => setPaused(false),
  };
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

interface DrainOptions {
  readonly silenceMs: number;
  /** Nobody reads the output just now: its silence says nothing. */
  isHeld(): boolean;
  over(end: ProcessEnd, isOutputComplete: boolean): void;
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
function createDrain({ silenceMs, isHeld, over }: DrainOptions): Drain {
  let state: DrainState = { type: 'running', isOutputOpen: true };
  let silence: NodeJS.Timeout | undefined;
  let check: NodeJS.Immediate | undefined;
  const finish = (end: ProcessEnd, isOutputComplete: boolean): void => {
    state = { type: 'over' };
    clearTimeout(silence);
    clearImmediate(check);
    over(end, isOutputComplete);
  };
  const awaitSilence = (end: ProcessEnd): void => {
    clearTimeout(silence);
    clearImmediate(check);
    silence = setTimeout(() => {
      if (isHeld()) {
        state = { type: 'draining', end, sinceMs: performance.now() };
        return awaitSilence(end);
      }
      check = setImmediate(finish, end, false);
    }, silenceMs);
  };
  return {
    output() {
      if (state.type === 'draining' && performance.now() - state.sinceMs < LONGEST_DRAIN_MS) awaitSilence(state.end);
      return state.type !== 'over';
    },
    outputEnded() {
      if (state.type === 'draining') finish(state.end, true);
      else if (state.type === 'running') state = { type: 'running', isOutputOpen: false };
    },
    processEnded(end) {
      if (state.type !== 'running') return;
      if (!state.isOutputOpen || end.type === 'error') return finish(end, true);
      state = { type: 'draining', end, sinceMs: performance.now() };
      awaitSilence(end);
    },
  };
}
