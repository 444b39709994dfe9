// What a client's request for a process means: limits, streams and terminal, or why it cannot be meant.
import { ProtocolError } from '../../protocol/errors.ts';
import type { CommandExecParams, ProcessSpawnParams, TerminalSize } from '../../protocol/schema/command.ts';

export interface ProcessPlan {
  /** What it is called in words. */
  readonly noun: 'command' | 'process';
  readonly argv: readonly string[];
  /** The client's own name for it; null when it has none. */
  readonly id: string | null;
  readonly terminal: TerminalSize | null;
  readonly hasInput: boolean;
  readonly isStreamed: boolean;
  /** Of each output, in bytes; null for no limit. */
  readonly mostBytes: number | null;
  readonly timeoutMs: number | null;
}

export const DEFAULT_MOST_BYTES = 1024 * 1024;
export const DEFAULT_TIMEOUT_MS = 10_000;
/** Longer than this a timer cannot wait. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const DEFAULT_SIZE: TerminalSize = { rows: 24, cols: 80 };

/** Throws ProtocolError invalidRequest or invalidParams, as the reference does, for what contradicts itself. */
export function planCommand(params: CommandExecParams): ProcessPlan {
  const { command, processId, tty, streamStdin, streamStdoutStderr } = params;
  refuseEmpty(command);
  if ((tty || streamStdin || streamStdoutStderr) && (processId ?? null) === null)
    throw invalid('command/exec tty or streaming requires a client-supplied processId');
  if (isGiven(params.timeoutMs) && params.disableTimeout)
    throw wrong('command/exec cannot set both timeoutMs and disableTimeout');
  if (isGiven(params.outputBytesCap) && params.disableOutputCap)
    throw wrong('command/exec cannot set both outputBytesCap and disableOutputCap');
  if (isGiven(params.sandboxPolicy) && isGiven(params.permissionProfile))
    throw invalid('`permissionProfile` cannot be combined with `sandboxPolicy`');
  return {
    noun: 'command',
    argv: command,
    id: processId ?? null,
    terminal: terminalOf('command/exec', params),
    hasInput: streamStdin || tty,
    isStreamed: streamStdoutStderr || tty,
    mostBytes: params.disableOutputCap ? null : (params.outputBytesCap ?? DEFAULT_MOST_BYTES),
    timeoutMs: params.disableTimeout ? null : limit('command/exec', params.timeoutMs ?? DEFAULT_TIMEOUT_MS),
  };
}

/** Throws like {@link planCommand}. Limits that are null are none; those that are left out are the usual ones. */
export function planProcess(params: ProcessSpawnParams): ProcessPlan {
  const { command, processHandle, outputBytesCap, timeoutMs } = params;
  refuseEmpty(command);
  if (processHandle === '') throw invalid('processHandle must not be empty');
  return {
    noun: 'process',
    argv: command,
    id: processHandle,
    terminal: terminalOf('process/spawn', params),
    hasInput: params.streamStdin || params.tty,
    isStreamed: params.streamStdoutStderr || params.tty,
    mostBytes: outputBytesCap === undefined ? DEFAULT_MOST_BYTES : outputBytesCap,
    timeoutMs: timeoutMs === undefined || timeoutMs === null ? usual(timeoutMs) : limit('process/spawn', timeoutMs),
  };
}

/** Throws ProtocolError invalidParams for a terminal without rows or columns. */
export function expectSize(method: string, size: TerminalSize): TerminalSize {
  if (size.rows > 0 && size.cols > 0) return size;
  throw wrong(`${method} size rows and cols must be greater than 0`);
}

export function failedToStart(noun: ProcessPlan['noun'], problem: string): ProtocolError {
  return new ProtocolError('internalError', `failed to spawn ${noun}: ${problem}`, { kind: 'failedToStart' });
}

function terminalOf(
  method: string,
  { tty, size }: { readonly tty: boolean; readonly size?: TerminalSize | null | undefined },
): TerminalSize | null {
  if (!isGiven(size)) return tty ? DEFAULT_SIZE : null;
  if (!tty) throw wrong(`${method} size requires tty: true`);
  return expectSize(method, size);
}

function usual(timeoutMs: null | undefined): number | null {
  return timeoutMs === null ? null : DEFAULT_TIMEOUT_MS;
}

function limit(method: string, timeoutMs: number): number {
  if (timeoutMs < 0) throw wrong(`${method} timeoutMs must be non-negative, got ${timeoutMs}`);
  return Math.min(timeoutMs, LONGEST_TIMEOUT_MS);
}

function refuseEmpty(command: readonly string[]): void {
  if (command.length === 0) throw invalid('command must not be empty');
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}

function invalid(message: string): ProtocolError {
  return new ProtocolError('invalidRequest', message);
}

function wrong(message: string): ProtocolError {
  return new ProtocolError('invalidParams', message);
}
