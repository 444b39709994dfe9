// The port behind `command/exec` and `process/*`: processes that a client starts, with their outputs apart and as bytes.
import type { CommandExit } from '../ports.ts';
import type { TerminalSize } from '../../protocol/schema/command.ts';

export type OutputStream = 'stdout' | 'stderr';

export interface ProcessRequest {
  /** Program and arguments; no shell is added. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Wants a terminal of this size; where the runtime has none, pipes stand in. */
  readonly terminal: TerminalSize | null;
  /** Whether somebody will write to it; without, its standard input is empty. A terminal always has input. */
  readonly hasInput: boolean;
  /** Kills the process group after this long; null for no limit. */
  readonly timeoutMs: number | null;
}

/** A started process. Whoever started it owns it and must see it ended: `kill` ends its whole process group. */
export interface RunningProcess {
  readonly pid: number | null;
  readonly isTerminal: boolean;
  /** A terminal has one output, which counts as stdout. */
  onOutput(listener: (bytes: Uint8Array, stream: OutputStream) => void): void;
  write(data: string | Uint8Array): void;
  closeStdin(): void;
  /** Bytes written to it that it has not taken yet. */
  readonly inputBacklogBytes: number;
  /** False where there is no terminal. */
  resize(size: TerminalSize): boolean;
  /** Stops reading its output, so that it has to wait, and goes on. A terminal is always read. */
  pause(): void;
  resume(): void;
  /** SIGTERM to the group, SIGKILL after a grace period; resolves when the group is gone. */
  kill(): Promise<void>;
  /** Resolves when the process has ended and its output has been delivered; never rejects. */
  readonly exited: Promise<ProcessExit>;
}

export interface ProcessExit {
  readonly how: CommandExit;
  /** False: children in the background still hold the output open. */
  readonly isOutputComplete: boolean;
}

export interface ProcessRunner {
  /** What would keep it from being started, in words; null when nothing is known. */
  problemOf(request: ProcessRequest): string | null;
  startProcess(request: ProcessRequest): RunningProcess;
}
