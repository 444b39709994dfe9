// Chooses the shell for commands and makes their environment from the server's, the login shell's and the policy.
import { commandVariables } from '../../core/command/environmentPolicy.ts';
import { isScriptShell, shellAt } from '../../core/command/shell.ts';
import type { CommandRunner, Log, Shell, ShellEnvironment } from '../../core/ports.ts';
import { askLoginShell } from './loginEnvironment.ts';
import { isProgram } from './startCheck.ts';

export interface ShellEnvironmentOptions {
  readonly runner: CommandRunner;
  readonly log: Log;
  /** The server's own environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Names that never reach a command by inheritance: the keys of the configured providers, as they are now. */
  readonly hiddenNames: () => readonly string[];
  /** Where the login shell is asked; the user's home folder. */
  readonly home: string;
  /** How long the login shell may take; 5 s unless told. */
  readonly loginTimeoutMs?: number;
}

const LOGIN_TIMEOUT_MS = 5000;
/** How the server itself was started; a command that inherits these would take an editor for Node, or a pipe for its own. */
const SERVER_NAMES = ['ELECTRON_RUN_AS_NODE', 'NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'];
const POSIX_SHELLS = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash', '/bin/zsh', '/bin/sh'];

export function createShellEnvironment(options: ShellEnvironmentOptions): ShellEnvironment {
  const shell = chooseShell(options.env);
  const server = serverVariables(options.env);
  let login: Promise<Readonly<Record<string, string>>> | null = null;
  const loginVariables = (): Promise<Readonly<Record<string, string>>> => (login ??= askOnce(shell, server, options));
  const made = new Map<string, Record<string, string>>();
  return {
    shell: () => shell,
    async variables({ shellEnvironment: policy }) {
      // with nothing inherited there is nothing that a profile could add
      const asks = policy.useLoginPath && policy.inherit !== 'none' && isScriptShell(shell.path);
      const source = asks ? { ...server, ...(await loginVariables()) } : server;
      const hidden = options.hiddenNames();
      const key = JSON.stringify([policy, hidden]);
      const variables = made.get(key) ?? commandVariables(source, policy, hidden);
      made.set(key, variables);
      return { ...variables };
    },
  };
}

async function askOnce(
  shell: Shell,
  server: Readonly<Record<string, string>>,
  options: ShellEnvironmentOptions,
): Promise<Readonly<Record<string, string>>> {
  const hidden = new Set(options.hiddenNames());
  const answer = await askLoginShell(options.runner, {
    shell,
    env: Object.fromEntries(Object.entries(server).filter(([name]) => !hidden.has(name))),
    cwd: options.home,
    timeoutMs: options.loginTimeoutMs ?? LOGIN_TIMEOUT_MS,
    marker: `bowline-${crypto.randomUUID()}`,
  });
  if (answer.type === 'known') return answer.variables;
  options.log.warn(`Commands get the server's own PATH, not the login shell's: ${answer.reason}.`);
  return {};
}

/** The user's shell if it reads the scripts models write, else the first POSIX shell there is; PowerShell on Windows. */
function chooseShell(env: Readonly<Record<string, string | undefined>>): Shell {
  if (process.platform === 'win32') return shellAt('powershell.exe');
  const own = env['SHELL'] ?? '';
  if (own.startsWith('/') && isScriptShell(own) && isProgram(own)) return shellAt(own);
  return shellAt(POSIX_SHELLS.find(isProgram) ?? '/bin/sh');
}

function serverVariables(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined || SERVER_NAMES.includes(name) ? [] : [[name, value]],
  );
  return Object.fromEntries(entries);
}
