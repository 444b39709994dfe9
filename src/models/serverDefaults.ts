// Asks the server which provider and model it would take by itself, and which providers its configuration names.
import type { JsonValue } from '../../server/protocol/schema/common.ts';
import type { ServerPort } from '../threads/serverPort.ts';

export interface ServerDefaults {
  readonly provider: string;
  /** null when the provider does not say. */
  readonly model: string | null;
  /** Names for the user, by provider. */
  readonly providerNames: Readonly<Record<string, string>>;
  readonly hasAccount: boolean;
  /** Whether the configuration says what may be written. */
  readonly hasSandboxMode: boolean;
}

const BUILT_IN: Readonly<Record<string, string>> = { openai: 'OpenAI', demo: 'Demo' };

export async function readServerDefaults(server: ServerPort): Promise<ServerDefaults> {
  const [{ config }, { account, requiresOpenaiAuth }] = await Promise.all([
    server.request('config/read', {}),
    server.request('account/read', {}),
  ]);
  const configured = text(config['model_provider']);
  // a server that has no key and wants none plays its tour
  const provider = configured ?? (account === null && !requiresOpenaiAuth ? 'demo' : 'openai');
  return {
    provider,
    model: text(config['model']) ?? (await defaultModel(server)),
    providerNames: { ...BUILT_IN, ...namesIn(config['model_providers']) },
    hasAccount: account !== null,
    hasSandboxMode: text(config['sandbox_mode']) !== null,
  };
}

async function defaultModel(server: ServerPort): Promise<string | null> {
  const { data } = await server.request('model/list', {});
  return (data.find(({ isDefault }) => isDefault) ?? data[0])?.model ?? null;
}

function namesIn(providers: JsonValue | undefined): Record<string, string> {
  if (typeof providers !== 'object' || providers === null || Array.isArray(providers)) return {};
  return Object.fromEntries(
    Object.entries(providers).map(([id, provider]) => {
      const isNamed = typeof provider === 'object' && provider !== null && !Array.isArray(provider);
      return [id, (isNamed ? text(provider['name']) : null) ?? id];
    }),
  );
}

function text(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
