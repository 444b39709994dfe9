// The command line: what is asked for, or why it cannot be understood.
import { parseArgs } from 'node:util';
import { parseAppServer, type AppServerRun, type GenerateRun } from './appServerArguments.ts';
import { HELP } from './commandHelp.ts';
import { messageOf } from './protocol/errors.ts';
import type { SandboxMode } from './protocol/schema/common.ts';

/** What `bowline sandbox` is to run. */
export interface SandboxRun {
  readonly type: 'sandbox';
  readonly argv: readonly string[];
  /** Null: as configured. */
  readonly mode: SandboxMode | null;
  readonly network: boolean | null;
  /** As it was written; null for the current folder. */
  readonly cwd: string | null;
}

/** Files are as they were written; `out` is null for the standard output. */
export type ThreadRun =
  | { readonly type: 'exportThread'; readonly threadId: string; readonly out: string | null }
  | { readonly type: 'importThread'; readonly file: string }
  /** Those of the reference server, from its home; null for the usual one. */
  | { readonly type: 'importThreads'; readonly folder: string | null };

export type Command =
  | AppServerRun
  | GenerateRun
  | SandboxRun
  | { readonly type: 'probeSandbox' }
  | { readonly type: 'doctor'; readonly fix: boolean }
  | ThreadRun
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'refuse'; readonly text: string };

/** Reads the arguments after the program's name. */
export function parseCommandLine(args: readonly string[], version: string): Command {
  try {
    if (args[0] === 'sandbox') return sandbox(args.slice(1));
    if (args[0] === 'doctor') return doctor(args.slice(1));
    if (args[0] === 'thread') return thread(args.slice(1));
    if (args.includes('app-server')) return appServer(args, version);
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { version: { type: 'boolean', short: 'V' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return { type: 'print', text: HELP.program };
    if (values.version === true) return { type: 'print', text: versionLine(version) };
    return refuse(positionals.length === 0 ? 'Say what to do.' : `Unknown command: ${positionals.join(' ')}`);
  } catch (error) {
    return refuse(messageOf(error));
  }
}

function versionLine(version: string): string {
  return `bowline ${version}\n`;
}

function appServer(args: readonly string[], version: string): Command {
  try {
    const command = parseAppServer(args);
    if (command.type === 'version') return { type: 'print', text: versionLine(version) };
    return command.type === 'help' ? { type: 'print', text: HELP[command.of] } : command;
  } catch (error) {
    return refuse(messageOf(error), 'app-server');
  }
}

function sandbox(args: readonly string[]): Command {
  try {
    return parseSandbox(args);
  } catch (error) {
    return refuse(messageOf(error), 'sandbox');
  }
}

function doctor(args: readonly string[]): Command {
  try {
    const options = { fix: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    const { values } = parseArgs({ args: [...args], options });
    if (values.help === true) return { type: 'print', text: HELP.doctor };
    return { type: 'doctor', fix: values.fix === true };
  } catch (error) {
    return refuse(messageOf(error), 'doctor');
  }
}

function thread(args: readonly string[]): Command {
  try {
    const options = {
      out: { type: 'string', short: 'o' },
      codex: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    if (values.help === true) return { type: 'print', text: HELP.thread };
    const [verb, subject] = positionals;
    if (values.codex === true) {
      if (verb !== 'import' || positionals.length > 2 || values.out !== undefined)
        return refuse('Say bowline thread import --codex [FOLDER].', 'thread');
      return { type: 'importThreads', folder: subject ?? null };
    }
    if (subject === undefined || positionals.length > 2) return refuse('Say which thread, or which file.', 'thread');
    if (verb === 'export') return { type: 'exportThread', threadId: subject, out: values.out ?? null };
    if (verb === 'import' && values.out === undefined) return { type: 'importThread', file: subject };
    return refuse('Say export or import.', 'thread');
  } catch (error) {
    return refuse(messageOf(error), 'thread');
  }
}

const MODES = ['read-only', 'workspace-write', 'danger-full-access'] as const;

/** What follows `--` is the command's own. */
function parseSandbox(args: readonly string[]): Command {
  const end = args.indexOf('--');
  const argv = end < 0 ? [] : args.slice(end + 1);
  const { values, positionals } = parseArgs({
    args: end < 0 ? [...args] : args.slice(0, end),
    allowPositionals: true,
    options: {
      probe: { type: 'boolean' },
      mode: { type: 'string' },
      network: { type: 'string' },
      cwd: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return { type: 'print', text: HELP.sandbox };
  if (positionals.length > 0)
    return refuse('Put -- before the command: bowline sandbox [options] -- COMMAND', 'sandbox');
  if (values.probe === true) return { type: 'probeSandbox' };
  if (argv.length === 0) return refuse('Say what to run: bowline sandbox [options] -- COMMAND', 'sandbox');
  const mode = MODES.find((name) => name === values.mode) ?? null;
  if (values.mode !== undefined && mode === null) return refuse(`Unknown mode: ${values.mode}`, 'sandbox');
  if (values.network !== undefined && values.network !== 'on' && values.network !== 'off')
    return refuse('Say --network on or --network off.', 'sandbox');
  const network = values.network === undefined ? null : values.network === 'on';
  return { type: 'sandbox', argv, mode, network, cwd: values.cwd ?? null };
}

function refuse(reason: string, command: keyof typeof HELP = 'program'): Command {
  return { type: 'refuse', text: `${reason}\n\n${HELP[command]}` };
}
