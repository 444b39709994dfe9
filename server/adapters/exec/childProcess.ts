// What the runner needs of a started process, whether it runs on pipes or in a terminal.
import type { OutputStream } from '../../core/client/process.ts';
import type { TerminalSize } from '../../protocol/schema/command.ts';

/** How a process ended: an exit code, or the signal that killed it. */
export type ProcessEnd =
  | { readonly type: 'exit'; readonly code: number }
  | { readonly type: 'signal'; readonly signal: string }
  | { readonly type: 'error'; readonly message: string };

/** Set before the first turn of the event loop after the start. Each is called from the event loop, `ended` once. */
export interface ProcessEvents {
  output(bytes: Uint8Array, stream: OutputStream): void;
  /** No more output can come. */
  outputEnded(): void;
  ended(end: ProcessEnd): void;
}

export interface ChildProcess {
  /** Also the id of the process group; null when the process never started. */
  readonly pid: number | null;
  readonly isTerminal: boolean;
  /** Lets the program begin. Until then it waits, and ends when the server does: so its guard can be told of it first. */
  release(): void;
  write(data: string | Uint8Array): void;
  closeStdin(): void;
  /** Bytes written that it has not taken yet. */
  readonly inputBacklogBytes: number;
  /** False where there is no terminal. */
  resize(size: TerminalSize): boolean;
  /** Stops reading its output, where that can be done, and goes on. */
  pause(): void;
  resume(): void;
  /** Stops reading and lets go of pipes and terminals. */
  close(): void;
}

export interface ProcessSpec {
  /** The program is an absolute path that exists. */
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether somebody will write to it; without, its standard input is empty. */
  readonly hasInput: boolean;
  /** Both outputs come as stdout, in the order in which they were written. */
  readonly mergesOutput: boolean;
  /** Of its terminal, if it gets one. */
  readonly size: TerminalSize;
}
