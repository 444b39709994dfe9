// Reads the arguments of `bowline app-server`.
import { parseArgs } from 'node:util';
import type { HELP } from './commandHelp.ts';
import { parseListenAddress, type ListenAddress } from './doors/listenAddress.ts';
import type { WebSocketAuth } from './doors/webSocketAuth.ts';

/** What `bowline app-server` is to serve. Paths are as they were written. */
export interface AppServerRun {
  readonly type: 'appServer';
  readonly overrides: readonly string[];
  readonly listen: ListenAddress;
  readonly auth: WebSocketAuth | null;
}

/** What `generate-json-schema` and `generate-ts` are to write. */
export interface GenerateRun {
  readonly type: 'generate';
  readonly format: 'jsonSchema' | 'typeScript';
  /** As it was written. */
  readonly out: string;
  readonly experimental: boolean;
}

export type AppServerCommand =
  | AppServerRun
  | GenerateRun
  | { readonly type: 'help'; readonly of: keyof typeof HELP }
  | { readonly type: 'version' };

/** The arguments cannot be understood; the message says why. */
export class UsageFault extends Error {
  override readonly name = 'UsageFault';
}

const DEFAULT_CLOCK_SKEW_SECONDS = 30;

/** Reads all arguments of the program, of which `app-server` is one; throws when they cannot be understood. */
export function parseAppServer(args: readonly string[]): AppServerCommand {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  if (values.version === true) return { type: 'version' };
  const [, subcommand, ...rest] = positionals;
  if (rest.length > 0) throw new UsageFault(`Unknown command: ${positionals.join(' ')}`);
  switch (subcommand) {
    case undefined:
      return values.help === true ? { type: 'help', of: 'app-server' } : serving(values);
    case 'generate-json-schema':
    case 'generate-ts':
      return values.help === true ? { type: 'help', of: subcommand } : generating(subcommand, values);
    case 'help':
      return { type: 'help', of: 'app-server' };
    default:
      throw new UsageFault(`Unknown command: ${positionals.join(' ')}`);
  }
}

const OPTIONS = {
  config: { type: 'string', short: 'c', multiple: true },
  enable: { type: 'string', multiple: true },
  disable: { type: 'string', multiple: true },
  listen: { type: 'string' },
  stdio: { type: 'boolean' },
  'ws-auth': { type: 'string' },
  'ws-token-file': { type: 'string' },
  'ws-token-sha256': { type: 'string' },
  'ws-shared-secret-file': { type: 'string' },
  'ws-issuer': { type: 'string' },
  'ws-audience': { type: 'string' },
  'ws-max-clock-skew-seconds': { type: 'string' },
  /** Said by editors to the reference server. Bowline has no analytics to switch on. */
  'analytics-default-enabled': { type: 'boolean' },
  out: { type: 'string', short: 'o' },
  experimental: { type: 'boolean' },
  version: { type: 'boolean', short: 'V' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>>['values'];

function serving(values: Values): AppServerRun {
  if (values.out !== undefined || values.experimental !== undefined)
    throw new UsageFault('--out and --experimental go with generate-json-schema or generate-ts.');
  if (values.stdio === true && values.listen !== undefined && values.listen !== 'stdio://')
    throw new UsageFault('Say --stdio or --listen, not both.');
  const listen = parseListenAddress(values.listen ?? 'stdio://');
  if (typeof listen === 'string') throw new UsageFault(listen);
  const auth = webSocketAuth(values);
  if (auth !== null && listen.type !== 'webSocket') throw new UsageFault('--ws-auth goes with --listen ws://IP:PORT.');
  const features = [
    ...(values.enable ?? []).map((feature) => `features.${feature}=true`),
    ...(values.disable ?? []).map((feature) => `features.${feature}=false`),
  ];
  return { type: 'appServer', overrides: [...(values.config ?? []), ...features], listen, auth };
}

const TOKEN_FLAGS = ['ws-token-file', 'ws-token-sha256'] as const;
const SIGNATURE_FLAGS = ['ws-shared-secret-file', 'ws-issuer', 'ws-audience', 'ws-max-clock-skew-seconds'] as const;

function webSocketAuth(values: Values): WebSocketAuth | null {
  switch (values['ws-auth']) {
    case undefined:
      refuseFlags(values, [...TOKEN_FLAGS, ...SIGNATURE_FLAGS], 'capability-token or signed-bearer-token');
      return null;
    case 'capability-token':
      refuseFlags(values, SIGNATURE_FLAGS, 'signed-bearer-token');
      return capabilityToken(values);
    case 'signed-bearer-token':
      refuseFlags(values, TOKEN_FLAGS, 'capability-token');
      return signedBearerToken(values);
    default:
      throw new UsageFault(`Unknown --ws-auth ${values['ws-auth']}; say capability-token or signed-bearer-token.`);
  }
}

function refuseFlags(values: Values, flags: readonly (keyof Values)[], mode: string): void {
  const stray = flags.find((flag) => values[flag] !== undefined);
  if (stray !== undefined) throw new UsageFault(`--${stray} goes with --ws-auth ${mode}.`);
}

function capabilityToken({ 'ws-token-file': file, 'ws-token-sha256': sha256 }: Values): WebSocketAuth {
  if ((file === undefined) === (sha256 === undefined))
    throw new UsageFault('--ws-auth capability-token needs either --ws-token-file or --ws-token-sha256.');
  if (file !== undefined) return { type: 'capabilityToken', token: { file } };
  if (sha256 === undefined || !/^[0-9a-f]{64}$/i.test(sha256))
    throw new UsageFault('--ws-token-sha256 is a SHA-256 in 64 hexadecimal digits.');
  return { type: 'capabilityToken', token: { sha256 } };
}

function signedBearerToken(values: Values): WebSocketAuth {
  const secretFile = values['ws-shared-secret-file'];
  if (secretFile === undefined) throw new UsageFault('--ws-auth signed-bearer-token needs --ws-shared-secret-file.');
  const skew = values['ws-max-clock-skew-seconds'] ?? String(DEFAULT_CLOCK_SKEW_SECONDS);
  if (!/^\d{1,9}$/.test(skew)) throw new UsageFault('--ws-max-clock-skew-seconds is a number of seconds.');
  return {
    type: 'signedBearerToken',
    secretFile,
    issuer: values['ws-issuer'] ?? null,
    audience: values['ws-audience'] ?? null,
    maxClockSkewSeconds: Number(skew),
  };
}

function generating(subcommand: 'generate-json-schema' | 'generate-ts', values: Values): GenerateRun {
  if (values.out === undefined) throw new UsageFault(`Say where to write: bowline app-server ${subcommand} --out DIR`);
  const format = subcommand === 'generate-ts' ? 'typeScript' : 'jsonSchema';
  return { type: 'generate', format, out: values.out, experimental: values.experimental === true };
}
