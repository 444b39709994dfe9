// Takes a git command apart: its subcommand and what follows it.
import { argumentsOf, programOf, type ShellCommand } from '../shell/shellScript.ts';

export interface GitCall {
  readonly subcommand: string;
  readonly args: readonly string[];
}

const VALUED = ['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--exec-path', '--config-env', '--attr-source'];

/** Null when the command is not git. */
export function gitCall(command: ShellCommand): GitCall | null {
  if (programOf(command) !== 'git') return null;
  const args = argumentsOf(command);
  let at = 0;
  while (at < args.length && (args[at] ?? '').startsWith('-')) at += VALUED.includes(args[at] ?? '') ? 2 : 1;
  return { subcommand: args[at] ?? '', args: args.slice(at + 1) };
}
