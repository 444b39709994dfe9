// The command line: what is asked for, or why it cannot be understood.
import { parseArgs } from 'node:util';
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

export type Command =
  | { readonly type: 'appServer'; readonly overrides: readonly string[] }
  | SandboxRun
  | { readonly type: 'probeSandbox' }
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'refuse'; readonly text: string };

const HELP = `bowline: an open App Server for coding agents

Usage
  bowline app-server [-c key=value]...   serve one client on stdin and stdout, as JSON-RPC in JSON Lines
  bowline sandbox [options] -- COMMAND   run a command exactly as the agent would
  bowline sandbox --probe                say whether commands can be sandboxed here, and what is missing
  bowline --version                      print the version
  bowline --help                         print this text

Options of app-server
  -c, --config key=value   override a value of config.toml; the key may be dotted, the value is TOML or plain text
  --listen stdio://        where to listen; stdio:// is the default and the only choice in this version

Options of sandbox
  --mode MODE              read-only, workspace-write or danger-full-access (default: as configured)
  --network on|off         on: through a proxy, to the hosts that rules allow (default: as configured)
  --cwd DIR                the workspace (default: the current folder)

Environment
  BOWLINE_HOME             where configuration, key and threads live (default: ~/.bowline)
  BOWLINE_LOG              debug | warn | error: what is logged to stderr (default: warn)
`;

/** Exit code for a command line that cannot be understood (sysexits.h EX_USAGE). */
export const USAGE_ERROR = 64;

/** Reads the arguments after the program's name. */
export function parseCommandLine(args: readonly string[], version: string): Command {
  try {
    if (args[0] === 'sandbox') return parseSandbox(args.slice(1));
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c', multiple: true },
        listen: { type: 'string' },
        version: { type: 'boolean', short: 'V' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) return { type: 'print', text: HELP };
    if (values.version === true) return { type: 'print', text: `bowline ${version}\n` };
    const [command, ...rest] = positionals;
    if (command === undefined) return refuse('Say what to do.');
    if (command !== 'app-server' || rest.length > 0) return refuse(`Unknown command: ${positionals.join(' ')}`);
    if (values.listen !== undefined && values.listen !== 'stdio://')
      return refuse(`Cannot listen on ${values.listen}; this version serves stdio:// only.`);
    return { type: 'appServer', overrides: values.config ?? [] };
  } catch (error) {
    return refuse(messageOf(error));
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
  if (values.help === true) return { type: 'print', text: HELP };
  if (positionals.length > 0) return refuse('Put -- before the command: bowline sandbox [options] -- COMMAND');
  if (values.probe === true) return { type: 'probeSandbox' };
  if (argv.length === 0) return refuse('Say what to run: bowline sandbox [options] -- COMMAND');
  const mode = MODES.find((name) => name === values.mode) ?? null;
  if (values.mode !== undefined && mode === null) return refuse(`Unknown mode: ${values.mode}`);
  if (values.network !== undefined && values.network !== 'on' && values.network !== 'off')
    return refuse('Say --network on or --network off.');
  const network = values.network === undefined ? null : values.network === 'on';
  return { type: 'sandbox', argv, mode, network, cwd: values.cwd ?? null };
}

function refuse(reason: string): Command {
  return { type: 'refuse', text: `${reason}\n\n${HELP}` };
}
