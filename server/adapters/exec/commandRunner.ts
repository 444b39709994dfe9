// Runs commands: starts them in process groups of their own, streams their output, sees them ended.
import type { ProcessRequest, ProcessRunner, RunningProcess } from '../../core/client/process.ts';
import type { CommandRunner } from '../../core/ports.ts';
import type { ChildProcess, ProcessSpec } from './childProcess.ts';
import { asText } from './commandText.ts';
import { startPipeProcess } from './pipeProcess.ts';
import { createGroupGuard } from './groupGuard.ts';
import { endGroup, isGroupKnown } from './processGroup.ts';
import { checkStart } from './startCheck.ts';
import { supervise, type Launch } from './supervise.ts';
import { startTerminalProcess, terminalRuntime } from './terminalProcess.ts';

export interface CommandRunnerOptions {
  /** From SIGTERM to SIGKILL. */
  readonly killGraceMs?: number;
  /** The same at `dispose`, when the server wants to be gone. */
  readonly disposeGraceMs?: number;
  /** How long the output must be silent after the exit of a command whose children hold it open. */
  readonly silenceMs?: number;
}

export interface OwnedCommandRunner extends CommandRunner, ProcessRunner {
  /** Kills everything that was started and is left, children in the background included. Nothing starts afterwards. */
  dispose(): Promise<void>;
}

export function createCommandRunner(options: CommandRunnerOptions = {}): OwnedCommandRunner {
  const { killGraceMs = 2000, disposeGraceMs = 300, silenceMs = 50 } = options;
  const groups = new Map<number, ChildProcess>();
  const guard = createGroupGuard();
  let isDisposed = false;
  /** Forgets ended groups early: later the system may give their numbers to strangers. */
  const forgetEnded = (): void => {
    for (const [group, child] of groups) {
      if (isGroupKnown(group)) continue;
      child.close();
      groups.delete(group);
      guard.remove(group);
    }
  };
  const startProcess = (request: ProcessRequest, mergesOutput: boolean): RunningProcess => {
    if (isDisposed) return notStarted('The server is shutting down.');
    const check = checkStart(request);
    if (check.type === 'impossible') return notStarted(check.message);
    forgetEnded();
    guard.prepare();
    const { cwd, env, terminal, hasInput, timeoutMs } = request;
    const spec: ProcessSpec = { argv: check.argv, cwd, env, hasInput, mergesOutput, size: terminal ?? NO_SIZE };
    const launch = launcher(spec, terminal !== null);
    const supervised = supervise(launch, { timeoutMs, killGraceMs, silenceMs, ended: forgetEnded });
    if (supervised.type === 'failed') return notStarted(supervised.message);
    const { child, running } = supervised;
    if (child.pid !== null) {
      groups.set(child.pid, child);
      guard.add(child.pid);
      child.release();
    }
    return running;
  };
  return {
    start({ argv, cwd, env, tty, timeoutMs }) {
      const terminal = tty ? SIZE_FOR_MODELS : null;
      return asText(startProcess({ argv, cwd, env, terminal, hasInput: tty, timeoutMs }, true));
    },
    startProcess: (request) => startProcess(request, false),
    problemOf(request) {
      const check = checkStart(request);
      return check.type === 'impossible' ? check.message : null;
    },
    async dispose() {
      isDisposed = true;
      await Promise.all([...groups.keys()].map((group) => endGroup(group, disposeGraceMs)));
      for (const child of groups.values()) child.close();
      for (const group of groups.keys()) guard.remove(group);
      groups.clear();
      guard.close();
    },
  };
}

const SIZE_FOR_MODELS = { rows: 40, cols: 120 };
const NO_SIZE = SIZE_FOR_MODELS;

/** A terminal for those who want one and where the runtime has it, else pipes. */
function launcher(spec: ProcessSpec, wantsTerminal: boolean): Launch {
  const runtime = wantsTerminal ? terminalRuntime() : null;
  return (events) => (runtime === null ? startPipeProcess(spec, events) : startTerminalProcess(runtime, spec, events));
}

function notStarted(message: string): RunningProcess {
  return {
    pid: null,
    isTerminal: false,
    inputBacklogBytes: 0,
    onOutput: () => undefined,
    write: () => undefined,
    closeStdin: () => undefined,
    resize: () => false,
    pause: () => undefined,
    resume: () => undefined,
    kill: () => Promise.resolve(),
    exited: Promise.resolve({ how: { type: 'failedToStart', message }, isOutputComplete: true }),
  };
}
