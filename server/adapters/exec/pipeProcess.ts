// Starts a process on pipes, in a process group of its own; with both outputs in one pipe where their order is to be kept.
import type { ChildProcess as SpawnedProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ChildProcess, ProcessEnd, ProcessEvents, ProcessSpec } from './childProcess.ts';

export function startPipeProcess(spec: ProcessSpec, events: ProcessEvents): ChildProcess {
  const isWrapped = canBeWrapped(spec);
  const [program, ...args] = isWrapped ? wrapped(spec) : spec.argv;
  // loaded late, here and elsewhere: who lists threads runs nothing
  const { spawn } = process.getBuiltinModule('node:child_process');
  const child = spawn(program, args, {
    cwd: spec.cwd,
    env: spec.env,
    detached: process.platform !== 'win32',
    windowsHide: true,
    stdio: [isWrapped || spec.hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  });
  const outputs = readOutputs(child, events);
  let isPaused = false;
  // Node lets them flow again when the process has ended
  for (const output of outputs) output.on('resume', () => isPaused && output.pause());
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
    release() {
      if (!isWrapped) return;
      if (spec.hasInput) child.stdin?.write(GO);
      else child.stdin?.end(GO);
    },
    write: (data) => void child.stdin?.write(data),
    closeStdin: () => void child.stdin?.end(),
    get inputBacklogBytes() {
      return child.stdin?.writableLength ?? 0;
    },
    resize: () => false,
    pause() {
      isPaused = true;
      for (const output of outputs) output.pause();
    },
    resume() {
      isPaused = false;
      for (const output of outputs) output.resume();
    },
    close() {
      child.stdin?.destroy();
      for (const output of outputs) output.destroy();
    },
  };
}

function readOutputs({ stdout, stderr }: SpawnedProcess, events: ProcessEvents): readonly Readable[] {
  const outputs = [
    { stream: 'stdout', output: stdout },
    { stream: 'stderr', output: stderr },
  ] as const;
  let open = outputs.length;
  return outputs.flatMap(({ stream, output }) => {
    output?.on('data', (bytes: Uint8Array) => events.output(bytes, stream));
    // a pipe that breaks has ended; `close` follows and says so
    output?.on('error', () => undefined);
    output?.on('close', () => {
      open -= 1;
      if (open === 0) events.outputEnded();
    });
    return output ?? [];
  });
}

const GO = 'go\n';

/** A shell in front of the program would lose variables whose names are not shell names (exported bash functions). */
function canBeWrapped({ env }: ProcessSpec): boolean {
  return process.platform !== 'win32' && Object.keys(env).every((name) => /^[A-Za-z_]\w*$/.test(name));
}

/**
 * A shell that becomes the program. First it joins the outputs if they are to be one: two pipes are read in whatever order the event loop
 * finds them. And it waits for the word to begin, the first line of its input: a server that dies before it has told its guard leaves nothing behind.
 */
function wrapped({ argv, hasInput, mergesOutput }: ProcessSpec): readonly [string, ...string[]] {
  const redirections = `${mergesOutput ? ' 2>&1' : ''}${hasInput ? '' : ' </dev/null'}`;
  return ['/bin/sh', '-c', `read -r go || exit 125; unset go; exec "$@"${redirections}`, 'sh', ...argv];
}
