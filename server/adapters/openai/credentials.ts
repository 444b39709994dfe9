// The headers that open a provider's door: key, who is asking, and what the configuration adds.
import type { ProviderConfig } from '../../core/config/providerConfig.ts';
import type { Fault } from './faults.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Asker {
  /** The client's name. */
  readonly originator: string;
  /** This server's version. */
  readonly version: string;
  /** null outside of a thread. */
  readonly threadId: string | null;
}

/** Where keys are looked up. `openaiKey` is the key the user logged in with. */
export interface KeySource {
  readonly env: Environment;
  openaiKey(): Promise<string | null>;
}

/** null: the provider takes no key. */
export async function keyOf(config: ProviderConfig, source: KeySource): Promise<string | Fault | null> {
  if (config.envKey !== null) {
    const key = source.env[config.envKey]?.trim() ?? '';
    return key === '' ? { kind: 'missingVariable', variable: config.envKey } : key;
  }
  if (config.bearerToken !== null) return config.bearerToken;
  if (!config.requiresOpenaiAuth) return null;
  return (await source.openaiKey()) ?? { kind: 'missingLogin' };
}

/**
 * Later entries win, so that the configuration may replace ours; names compare without case. null takes away a header that the
 * `openai` package would add.
 */
export function requestHeaders(
  config: ProviderConfig,
  key: string | null,
  { asker, env }: { asker: Asker; env: Environment },
): Record<string, string | null> {
  const headers: Record<string, string | null> = {};
  for (const name of foreignHeaders(env)) headers[name] = null;
  headers['authorization'] = key === null ? null : `Bearer ${key}`;
  headers['originator'] = headerValue(asker.originator);
  headers['user-agent'] = headerValue(userAgent(asker));
  if (asker.threadId !== null) {
    headers['session-id'] = asker.threadId;
    headers['thread-id'] = asker.threadId;
    headers['x-client-request-id'] = asker.threadId;
  }
  for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = value;
  for (const [name, variable] of Object.entries(config.envHeaders)) {
    const value = env[variable]?.trim() ?? '';
    if (value !== '') headers[name.toLowerCase()] = value;
  }
  return headers;
}

function userAgent({ originator, version }: Asker): string {
  return `${originator}/${version} (${process.platform}; ${process.arch}) bowline`;
}

/** The package sends the headers of this variable to whatever server it talks to; they are meant for one of them. */
function foreignHeaders(env: Environment): string[] {
  const lines = env['OPENAI_CUSTOM_HEADERS']?.split('\n') ?? [];
  return lines.flatMap((line) => {
    const name = line
      .slice(0, Math.max(0, line.indexOf(':')))
      .trim()
      .toLowerCase();
    return name === '' ? [] : name;
  });
}

/** Header values are printable ASCII; anything else would make the request throw. */
function headerValue(value: string): string {
  return value.replace(/[^\x20-\x7e]/g, '?');
}
