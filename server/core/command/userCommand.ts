// A command that the user runs in a thread: what the model is told of it.
import type { CommandExit } from '../ports.ts';
import { truncateMiddle } from './commandOutput.ts';

export interface UserCommand {
  /** For the user's shell, as it was typed. */
  readonly script: string;
  /** It is killed after this long. */
  readonly timeoutMs: number;
}

export interface UserCommandEnd {
  readonly script: string;
  /** Null: the turn was interrupted before it began. */
  readonly exit: CommandExit | null;
  readonly isKilled: boolean;
  readonly durationMs: number;
  readonly output: string;
}

/** In bytes. */
const LONGEST_OUTPUT = 40_000;

/** The message that tells the model about it. */
export function userCommandText({ script, exit, isKilled, durationMs, output }: UserCommandEnd): string {
  return [
    '<user_shell_command>',
    '<command>',
    script,
    '</command>',
    '<result>',
    exit === null || isKilled ? 'aborted by user' : exitLine(exit),
    `Duration: ${(durationMs / 1000).toFixed(4)} seconds`,
    'Output:',
    truncateMiddle(output, LONGEST_OUTPUT),
    '</result>',
    '</user_shell_command>',
  ].join('\n');
}

function exitLine(exit: CommandExit): string {
  switch (exit.type) {
    case 'exited':
      return `Exit code: ${exit.exitCode}`;
    case 'signalled':
      return `Exit code: ${exit.exitCode} (killed by ${exit.signal})`;
    case 'timedOut':
      return `Exit code: ${exit.exitCode} (killed at its time limit)`;
    case 'failedToStart':
      return `It could not be started: ${exit.message}`;
  }
}
