// What `--help` prints: for the program, and for each of its commands.

const USAGE = `bowline: an open App Server for coding agents

Usage
  bowline app-server [options]             serve clients: one on stdin and stdout, or many on a socket
  bowline app-server generate-json-schema  write the protocol as JSON Schema
  bowline app-server generate-ts           write the protocol as TypeScript
  bowline sandbox [options] -- COMMAND     run a command exactly as the agent would
  bowline sandbox --probe                  say whether commands can be sandboxed here, and what is missing
  bowline doctor [--fix]                   look through the stored threads for damage, and mend it
  bowline thread export ID [--out FILE]    write a thread as a portable bundle
  bowline thread import FILE               read such a bundle
  bowline thread import --codex [FOLDER]   import the threads of Codex
  bowline COMMAND --help                   tell all options of a command
  bowline --version                        print the version
  bowline --help                           print this text
`;

const ENVIRONMENT = `
Environment
  BOWLINE_HOME             where configuration, key and threads live (default: ~/.bowline)
  CODEX_HOME               the same where BOWLINE_HOME is unset and use_codex_home = true stands in ~/.bowline/config.toml or
                           is said with -c; never a folder that Codex itself uses
  BOWLINE_LOG              debug | warn | error: what is logged to stderr (default: warn)
`;

const APP_SERVER = `bowline app-server: serves clients

Usage
  bowline app-server [-c key=value]... [--listen URL]
  bowline app-server generate-json-schema --out DIR [--experimental]
  bowline app-server generate-ts --out DIR [--experimental]

Options
  -c, --config key=value   override a value of config.toml; the key may be dotted, the value is TOML or plain text
  --enable FEATURE         the same as -c features.FEATURE=true
  --disable FEATURE        the same as -c features.FEATURE=false
  --listen URL             where to listen (default: stdio://)
      stdio://             one client on stdin and stdout, in JSON Lines; ends with it
      unix://[PATH]        WebSockets on a socket of this user; without PATH app-server-control/app-server-control.sock
                           in the home folder
      ws://IP:PORT         WebSockets on TCP; also answers GET /readyz and /healthz. Port 0: any that is free
      off                  nowhere
  --stdio                  the same as --listen stdio://

Who may connect to ws://IP:PORT (needed unless the address is of the loopback)
  --ws-auth capability-token       who sends a secret token as "Authorization: Bearer TOKEN"
      --ws-token-file PATH         the file with the token
      --ws-token-sha256 HEX        or its SHA-256
  --ws-auth signed-bearer-token    who sends a JWT (HS256) that has not expired
      --ws-shared-secret-file PATH the file with the secret that signs it, 32 bytes or more
      --ws-issuer ISSUER           its "iss"
      --ws-audience AUDIENCE       its "aud"
      --ws-max-clock-skew-seconds N  how far clocks may differ (default: 30)

  Both are secrets that travel in the clear: away from this machine, put TLS or an SSH tunnel in front.
`;

const JSON_SCHEMA = `bowline app-server generate-json-schema: writes the protocol as JSON Schema (draft 2020-12)

Usage
  bowline app-server generate-json-schema --out DIR [--experimental]

Options
  -o, --out DIR            where to write; the folder is made if there is none
  --experimental           with the methods that clients get only if they ask for capabilities.experimentalApi
`;

const TYPESCRIPT = `bowline app-server generate-ts: writes the protocol as TypeScript declarations

Usage
  bowline app-server generate-ts --out DIR [--experimental]

Options
  -o, --out DIR            where to write; the folder is made if there is none
  --experimental           with the methods that clients get only if they ask for capabilities.experimentalApi
`;

const SANDBOX = `bowline sandbox: runs a command exactly as the agent would

Usage
  bowline sandbox [options] -- COMMAND
  bowline sandbox --probe

Options
  --mode MODE              read-only, workspace-write or danger-full-access (default: as configured)
  --network on|off         on: through a proxy, to the hosts that rules allow (default: as configured)
  --cwd DIR                the workspace (default: the current folder)
  --probe                  run nothing: say whether commands can be sandboxed here, and what is missing
`;

const DOCTOR = `bowline doctor: looks through the stored threads for damage

Usage
  bowline doctor [--fix]

Options
  --fix                    mend what can be mended, and set the rest aside in a file beside the database

  Nothing is deleted. Threads that a running Bowline writes are only looked at. Exit code: 0 when all is well, 1 when it is not.
`;

const THREAD = `bowline thread: takes threads to another home, or keeps them in files

Usage
  bowline thread export ID [--out FILE]
  bowline thread import FILE
  bowline thread import --codex [FOLDER]

Options
  -o, --out FILE           where to write; the file must not be there yet (default: the standard output)
  --codex                  import the threads that Codex keeps in FOLDER (default: $CODEX_HOME, or ~/.codex)

  A bundle has what the thread shows and what the model was told, as they are stored. It has no policies: an imported thread gets those
  that are configured here. The same bundle imported twice makes nothing new; a damaged one is refused whole.

  With --codex nothing is written in FOLDER, and running it again brings what is new there. A thread that was continued here, or deleted
  here, is left alone. Exit code: 0, or 1 when a file could not be read; the others are imported nevertheless.
`;

export const HELP = {
  program: `${USAGE}${ENVIRONMENT}`,
  'app-server': `${APP_SERVER}${ENVIRONMENT}`,
  'generate-json-schema': JSON_SCHEMA,
  'generate-ts': TYPESCRIPT,
  thread: `${THREAD}${ENVIRONMENT}`,
  doctor: `${DOCTOR}${ENVIRONMENT}`,
  sandbox: `${SANDBOX}${ENVIRONMENT}`,
} as const;
