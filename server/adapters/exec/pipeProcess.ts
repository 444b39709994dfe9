// Starts a process on pipes, in a process group of its own, with both outputs in one pipe so that their order is kept.
import { spawn } from 'node:child_process';
import type { ChildProcess, ProcessEnd, ProcessEvents, ProcessSpec } from './childProcess.ts';

export function startPipeProcess(spec: ProcessSpec, events: ProcessEvents): ChildProcess {
  const [program, ...args] = withMergedOutput(spec);
  const child = spawn(program, args, {
    cwd: spec.cwd,
    env: spec.env,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: [spec.hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const outputs = [child.stdout, child.stderr];
  let open = outputs.length;
  for (const output of outputs) {
    output?.on('data', (bytes: Uint8Array) => events.output(bytes));
    // a pipe that breaks has ended; `close` follows and says so
    output?.on('error', () => undefined);
    output?.on('close', () => {
      open -= 1;
      if (open === 0) events.outputEnded();
    });
  }
  // writing to a process that has gone is not an error of ours: its end is reported by `exit`
  child.stdin?.on('error', () => undefined);
  let isOver = false;
  const end = (reason: ProcessEnd): void => {
    if (!isOver) events.ended(reason);
    isOver = true;
  };
  child.on('error', (error) => {
    if (child.pid === undefined) end({ type: 'error', message: error.message });
  });
  child.on('exit', (code, signal) => {
    end(signal === null ? { type: 'exit', code: code ?? 1 } : { type: 'signal', signal });
  });
  return {
    pid: child.pid ?? null,
    isTerminal: false,
    write: (text) => void child.stdin?.write(text),
    closeStdin: () => void child.stdin?.end(),
    close() {
      child.stdin?.destroy();
      for (const output of outputs) output?.destroy();
    },
  };
}

/**
 * Two pipes are read in whatever order the event loop finds them, so a shell joins them before it becomes the program. It would
 * lose variables whose names are not shell names (exported bash functions): with those the two pipes stay.
 */
function withMergedOutput({ argv, env }: ProcessSpec): readonly [string, ...string[]] {
  const isSafe = process.platform !== 'win32' && Object.keys(env).every((name) => /^[A-Za-z_]\w*$/.test(name));
  return isSafe ? ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv] : argv;
}
