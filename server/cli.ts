// The command line: what is asked for, or why it cannot be understood.
import { parseArgs } from 'node:util';
import { messageOf } from './protocol/errors.ts';

export type Command =
  | { readonly type: 'appServer'; readonly overrides: readonly string[] }
  | { readonly type: 'print'; readonly text: string }
  | { readonly type: 'refuse'; readonly text: string };

const HELP = `bowline: an open App Server for coding agents

Usage
  bowline app-server [-c key=value]...   serve one client on stdin and stdout, as JSON-RPC in JSON Lines
  bowline --version                      print the version
  bowline --help                         print this text

Options of app-server
  -c, --config key=value   override a value of config.toml; the key may be dotted, the value is TOML or plain text
  --listen stdio://        where to listen; stdio:// is the default and the only choice in this version

Environment
  BOWLINE_HOME             where configuration, key and threads live (default: ~/.bowline)
  BOWLINE_LOG              debug | warn | error: what is logged to stderr (default: warn)
`;

/** Exit code for a command line that cannot be understood (sysexits.h EX_USAGE). */
export const USAGE_ERROR = 64;

/** Reads the arguments after the program's name. */
export function parseCommandLine(args: readonly string[], version: string): Command {
  try {
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

function refuse(reason: string): Command {
  return { type: 'refuse', text: `${reason}\n\n${HELP}` };
}
