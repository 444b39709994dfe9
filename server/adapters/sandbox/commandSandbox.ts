// The command sandbox: finds out once whether it works here, wraps each command with what it may touch, and cleans up after it.
import { join } from 'node:path';
import { quoteArgv } from '../../core/command/shellQuote.ts';
import type { Clock, CommandSandbox, Log, SandboxedCommand, SandboxState, WrappedCommand } from '../../core/ports.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { OpenSandbox } from './openSandbox.ts';
import { unsupportedPlatform } from './platform.ts';
import { findPrograms } from './programs.ts';
import { lookAround, type Surroundings } from './surroundings.ts';

export interface CommandSandboxOptions {
  /** Bowline's home; no command reads there. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly executable: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The user's own configuration says that root of a bare machine may use it. */
  allowsRoot(): boolean;
  /** For tests. */
  readonly surroundings?: () => Surroundings;
}

export interface OwnedCommandSandbox extends CommandSandbox {
  dispose(): Promise<void>;
}

type Opened =
  | { readonly state: Extract<SandboxState, { type: 'unavailable' }>; readonly sandbox: null }
  | { readonly state: Extract<SandboxState, { type: 'available' }>; readonly sandbox: OpenSandbox };

/** Someone may install what is missing while the server runs; so a no is not for ever. */
const NO_HOLDS_MS = 10_000;

interface Answer {
  readonly atMs: number;
  readonly opened: Promise<Opened>;
}

export function createCommandSandbox(options: CommandSandboxOptions): OwnedCommandSandbox {
  const { clock } = options;
  let answer: Answer | null = null;
  let isDisposed = false;
  const ask = (): Promise<Opened> => (answer = { atMs: clock.nowMs(), opened: open(options) }).opened;
  const opened = async (): Promise<Opened> => {
    if (answer === null) return ask();
    const known = answer;
    const result = await known.opened;
    const holds = result.sandbox !== null || isDisposed || clock.nowMs() - known.atMs < NO_HOLDS_MS;
    if (holds) return result;
    return answer === known ? ask() : answer.opened;
  };
  return {
    probe: async () => (await opened()).state,
    async wrap(command) {
      const { state, sandbox } = await opened();
      if (sandbox === null) throw new Error(`Commands cannot be sandboxed here. ${state.reason}`);
      if (isDisposed) throw new Error('The server is shutting down.');
      return wrapWith(sandbox, command);
    },
    after: async (wrapped, wasKilled) => (await answer?.opened)?.sandbox?.after(wrapped.id, wasKilled),
    async dispose() {
      isDisposed = true;
      await (await answer?.opened)?.sandbox?.close();
    },
  };
}

async function wrapWith(sandbox: OpenSandbox, command: SandboxedCommand): Promise<WrappedCommand> {
  // the name by which its connections are known must not be guessed by another command
  const id = crypto.getRandomValues(Buffer.alloc(24)).toString('base64url');
  const argv = await sandbox.wrap(id, { command, script: scriptOf(command, sandbox.temporary) });
  const kept = Object.entries(command.env).filter(([name]) => !LOADER_NAMES.test(name));
  return { argv, env: { ...Object.fromEntries(kept), ...longWords(command.argv) }, id };
}

/** In UTF-16 units. What contains a command quotes it several times over, and the system limits one argument to 128 KiB. */
const LONGEST_WORD = 8 * 1024;
const wordName = (index: number): string => `BOWLINE_WORD_${index}`;
const isLong = (word: string): boolean => word.length > LONGEST_WORD;

/** A long script goes beside the command, unquoted, in the environment; inside it is taken out before the command begins. */
function longWords(argv: readonly string[]): Record<string, string> {
  return Object.fromEntries(argv.flatMap((word, index) => (isLong(word) ? [[wordName(index), word]] : [])));
}

/** The command for a shell inside, with what must come before it. */
function commandLine(argv: readonly string[]): { readonly before: readonly string[]; readonly line: string } {
  const long = argv.flatMap((word, index) => (isLong(word) ? [index] : []));
  return {
    before: long.map((index) => `word_${index}=$${wordName(index)}; unset ${wordName(index)}`),
    line: argv.map((word, index) => (isLong(word) ? `"$word_${index}"` : quoteArgv([word]))).join(' '),
  };
}

/**
 * They have a program run code of other files before its own. What contains the command is a program too, and runs outside: a relative
 * folder in LD_LIBRARY_PATH would have it load what the last command left in the workspace. So they are set inside.
 */
const LOADER_NAMES = /^(LD_|DYLD_|GLIBC_|GCONV_PATH$|BASH_ENV$|ENV$|SHELLOPTS$|BASHOPTS$|PS4$)/;
/** Read-only in a shell, and wanted by nobody. */
const NOT_EXPORTED = new Set(['SHELLOPTS', 'BASHOPTS']);

/** Caches of package managers lie in the user's home, where nothing may be written: here they get others. */
const CACHES: readonly (readonly [string, string])[] = [
  ['npm_config_cache', 'npm'],
  ['YARN_CACHE_FOLDER', 'yarn'],
  ['PIP_CACHE_DIR', 'pip'],
  ['UV_CACHE_DIR', 'uv'],
  ['GOCACHE', 'go'],
];

function scriptOf({ argv, env, hasTerminal }: SandboxedCommand, temporary: string): string {
  const caches = CACHES.filter(([name]) => env[name] === undefined).map(
    ([name, folder]) => [name, join(temporary, 'caches', folder)] as const,
  );
  const places = ['TMPDIR', 'TMP', 'TEMP'].map((name) => [name, temporary] as const);
  const loaders = Object.entries(env).filter(([name]) => LOADER_NAMES.test(name) && !NOT_EXPORTED.has(name));
  const exported = [...places, ...caches, ...loaders].map(([name, value]) => `${name}=${quoteArgv([value])}`);
  const { before, line } = commandLine(argv);
  const start = [`export ${exported.join(' ')}`, ...before];
  return hasTerminal === true ? asJob(start, line) : [...start, `exec ${line}`].join('\n');
}

/**
 * As a job it has the terminal for itself: Ctrl-C is for it, and not for what contains it. The shell that keeps the job cannot give the
 * terminal back to a group that is outside, and ends with an error for that; so another one hands on how the job ended.
 */
function asJob(start: readonly string[], line: string): string {
  const keeper = ['set -m 2>/dev/null', ...start, `${line} 3>&-`, 'echo $? >&3', 'exec 2>/dev/null'].join('\n');
  return `exec 4>&1\ncode=$(${quoteArgv(['/bin/sh', '-c', keeper])} 3>&1 >&4 4>&-)\nexit "\${code:-1}"`;
}

async function open(options: CommandSandboxOptions): Promise<Opened> {
  const refused = refusal(options);
  if (refused !== null) return { state: refused, sandbox: null };
  try {
    const module = await import('./openSandbox.ts');
    const found = process.platform === 'linux' ? findPrograms(options) : null;
    if (found?.type === 'missing')
      return {
        state: { type: 'unavailable', reason: found.reason, remedy: found.remedy, isRoot: false },
        sandbox: null,
      };
    const result = await module.openSandbox(options, found?.programs ?? null);
    return result.type === 'unavailable'
      ? { state: result, sandbox: null }
      : { state: { type: 'available', backend: result.sandbox.backend }, sandbox: result.sandbox };
  } catch (error) {
    const reason = `The sandbox could not be opened: ${messageOf(error)}`;
    return { state: { type: 'unavailable', reason, remedy: null, isRoot: false }, sandbox: null };
  }
}

/** Why it is not even tried. */
function refusal(options: CommandSandboxOptions): Extract<SandboxState, { type: 'unavailable' }> | null {
  const unsupported = unsupportedPlatform(process.platform);
  if (unsupported !== null) return { type: 'unavailable', ...unsupported, isRoot: false };
  const { isRoot, isContainer } = (options.surroundings ?? lookAround)();
  if (!isRoot || isContainer || options.allowsRoot()) return null;
  return {
    type: 'unavailable',
    reason: 'The server runs as root outside of a container: root can get out of every sandbox.',
    remedy:
      'Start it as another user. If this machine is there for nothing else, set allow_root = true under [sandbox] in config.toml of the home folder.',
    isRoot: true,
  };
}
