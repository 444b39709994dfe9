// Starts a process in a real terminal where the runtime has one: `Bun.Terminal`, found at run time.
import type { ChildProcess, ProcessEvents, ProcessSpec } from './childProcess.ts';

interface TerminalOptions {
  readonly cols: number;
  readonly rows: number;
  data(terminal: unknown, bytes: Uint8Array): void;
  /** Nothing holds the terminal any more; its codes say nothing about the process. */
  exit(terminal: unknown): void;
}

interface SpawnOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Options and not a terminal object: that one would stay open on its own and never report its end. */
  readonly terminal: TerminalOptions;
  /** Leads a session of its own, so that the terminal controls it and its group can be signalled. */
  readonly detached: boolean;
  onExit(subprocess: unknown, code: number | null, signal: number | string | null): void;
}

interface Subprocess {
  readonly pid: number;
  readonly signalCode: string | null;
  readonly terminal?: {
    write(data: string | Uint8Array): void;
    resize(cols: number, rows: number): void;
    close(): void;
  };
}

/** The part of Bun that a terminal needs (Bun 1.3.5 and newer). */
export interface TerminalRuntime {
  spawn(argv: string[], options: SpawnOptions): Subprocess;
}

/** Ctrl-D: what a terminal's line reader takes for the end of input. */
const END_OF_INPUT = '\u0004';

/** Bun's own terminals, or null in another runtime and on systems where Bun has none. */
export function terminalRuntime(): TerminalRuntime | null {
  const candidate: unknown = Reflect.get(globalThis, 'Bun');
  return process.platform !== 'win32' && isTerminalRuntime(candidate) ? candidate : null;
}

function isTerminalRuntime(value: unknown): value is TerminalRuntime {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof Reflect.get(value, 'Terminal') === 'function' &&
    typeof Reflect.get(value, 'spawn') === 'function'
  );
}

/** Throws when the terminal or the process cannot be started. */
export function startTerminalProcess(runtime: TerminalRuntime, spec: ProcessSpec, events: ProcessEvents): ChildProcess {
  let isClosed = false;
  const child = runtime.spawn([...spec.argv], {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    terminal: {
      ...spec.size,
      data: (_terminal, bytes) => events.output(bytes, 'stdout'),
      exit: () => events.outputEnded(),
    },
    onExit: (_subprocess, code, signal) =>
      events.ended(
        signal === null
          ? { type: 'exit', code: code ?? 1 }
          : { type: 'signal', signal: child.signalCode ?? String(signal) },
      ),
  });
  const write = (data: string | Uint8Array): void => {
    if (!isClosed) child.terminal?.write(data);
  };
  return {
    pid: child.pid,
    isTerminal: true,
    // it begins at once: when the server dies its terminal hangs up, and needs no guard for that
    release: () => undefined,
    write,
    closeStdin: () => write(END_OF_INPUT),
    // the system's own buffer of a terminal is small, and what is over it the runtime keeps without telling
    inputBacklogBytes: 0,
    resize({ cols, rows }) {
      if (!isClosed) child.terminal?.resize(cols, rows);
      return !isClosed;
    },
    // the runtime reads a terminal whenever there is something
    pause: () => undefined,
    resume: () => undefined,
    close() {
      if (!isClosed) child.terminal?.close();
      isClosed = true;
    },
  };
}
