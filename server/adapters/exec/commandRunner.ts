// Runs commands: starts them in process groups of their own, streams their output, sees them ended.
import type { CommandRunner, RunningCommand } from '../../core/ports.ts';
import type { ChildProcess, ProcessSpec } from './childProcess.ts';
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

export interface OwnedCommandRunner extends CommandRunner {
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
  return {
    start(spec) {
      if (isDisposed) return notStarted('The server is shutting down.');
      const check = checkStart(spec);
      if (check.type === 'impossible') return notStarted(check.message);
      forgetEnded();
      guard.prepare();
      const launch = launcher({ argv: check.argv, cwd: spec.cwd, env: spec.env, hasInput: spec.tty });
      const supervised = supervise(launch, { timeoutMs: spec.timeoutMs, killGraceMs, silenceMs, ended: forgetEnded });
      if (supervised.type === 'failed') return notStarted(supervised.message);
      const { child, command } = supervised;
      if (child.pid !== null) {
        groups.set(child.pid, child);
        guard.add(child.pid);
        child.release();
      }
      return command;
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

/** A terminal for those who want one and where the runtime has it, else pipes. */
function launcher(spec: ProcessSpec): Launch {
  const runtime = spec.hasInput ? terminalRuntime() : null;
  return (events) => (runtime === null ? startPipeProcess(spec, events) : startTerminalProcess(runtime, spec, events));
}

function notStarted(message: string): RunningCommand {
  return {
    pid: null,
    isTerminal: false,
    onOutput: () => undefined,
    write: () => undefined,
    closeStdin: () => undefined,
    kill: () => Promise.resolve(),
    exited: Promise.resolve({ type: 'failedToStart', message }),
  };
}
