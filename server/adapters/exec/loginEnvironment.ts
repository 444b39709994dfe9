// Asks a login shell once what environment it would give, so that commands need not pay for a login shell each.
import type { CommandRunner, Shell } from '../../core/ports.ts';

export type LoginEnvironment =
  | { readonly type: 'known'; readonly variables: Readonly<Record<string, string>> }
  | { readonly type: 'unknown'; readonly reason: string };

export interface LoginQuestion {
  readonly shell: Shell;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly timeoutMs: number;
  /** A word that no profile prints; it marks where the answer begins and ends. */
  readonly marker: string;
}

/** Variables that are about the asking shell itself. */
const OWN_NAMES = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD']);
/** A profile that prints without end is cut off here. */
const LONGEST_ANSWER = 4 * 1024 * 1024;

/** Runs the login shell, profile and all, at most for `timeoutMs`. */
export async function askLoginShell(runner: CommandRunner, question: LoginQuestion): Promise<LoginEnvironment> {
  const { shell, env, cwd, timeoutMs, marker } = question;
  const script = `printf %s ${marker}; command env -0; printf %s ${marker}`;
  const command = runner.start({ argv: shell.argv(script, true), cwd, env, tty: false, timeoutMs });
  let output = '';
  command.onOutput((chunk) => {
    if (output.length < LONGEST_ANSWER) output += chunk;
  });
  const exit = await command.exited;
  // a profile may end with a failed command, so the answer counts and not the exit code
  const answer = output
    .split(marker)
    .slice(1, -1)
    .find((part) => part.includes('\0'));
  if (answer !== undefined) return { type: 'known', variables: parseEnvironment(answer) };
  switch (exit.type) {
    case 'timedOut':
      return { type: 'unknown', reason: `the login shell ${shell.path} took longer than ${timeoutMs} ms` };
    case 'failedToStart':
      return { type: 'unknown', reason: exit.message };
    default:
      return { type: 'unknown', reason: `the login shell ${shell.path} ended with code ${exit.exitCode}` };
  }
}

/** `NAME=value` entries, each ended by a NUL. */
export function parseEnvironment(text: string): Record<string, string> {
  const entries = text.split('\0').flatMap((entry): [string, string][] => {
    const equals = entry.indexOf('=');
    const name = entry.slice(0, equals);
    return equals > 0 && !OWN_NAMES.has(name) ? [[name, entry.slice(equals + 1)]] : [];
  });
  return Object.fromEntries(entries);
}
