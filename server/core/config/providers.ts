// The model providers: the two that are built in, and those of `[model_providers]`.
import type { ConfigTable } from './configTable.ts';
import { ConfigReader, type ConfigProblem } from './configValues.ts';
import { PROVIDER_DEFAULTS, type ProviderConfig } from './providerConfig.ts';

export const OPENAI_PROVIDER = 'openai';
export const DEMO_PROVIDER = 'demo';

const OPENAI: ProviderConfig = {
  ...PROVIDER_DEFAULTS,
  id: OPENAI_PROVIDER,
  name: 'OpenAI',
  baseUrl: 'https://api.openai.com/v1',
  requiresOpenaiAuth: true,
};

const DEMO: ProviderConfig = {
  ...PROVIDER_DEFAULTS,
  id: DEMO_PROVIDER,
  name: 'Demo',
  baseUrl: '',
  wireApi: 'demo',
};

/** Every provider by its own settings; a configured one of the same id replaces what it names of a built-in one. */
export function providersOf(config: ConfigTable): readonly ProviderConfig[] {
  return readProviders(new ConfigReader(config));
}

export function providerProblems(config: ConfigTable): readonly ConfigProblem[] {
  const reader = new ConfigReader(config);
  readProviders(reader);
  return reader.problems;
}

function readProviders(config: ConfigReader): ProviderConfig[] {
  const tables = config.table('model_providers');
  const providers = new Map([OPENAI, DEMO].map((provider) => [provider.id, provider]));
  for (const id of tables.keys()) {
    const table = tables.table(id);
    const provider = readProvider(table, {
      ...(providers.get(id) ?? { ...PROVIDER_DEFAULTS, baseUrl: '', name: id }),
      id,
    });
    if (provider.baseUrl === '' && provider.wireApi !== 'demo')
      table.report('base_url', 'is missing; the provider is left out');
    else providers.set(id, provider);
  }
  return [...providers.values()];
}

function readProvider(table: ConfigReader, known: ProviderConfig): ProviderConfig {
  const base = readBaseUrl(table);
  return {
    id: known.id,
    name: table.text('name') ?? known.name,
    baseUrl: base?.url ?? known.baseUrl,
    wireApi: table.oneOf('wire_api', ['responses', 'chat']) ?? known.wireApi,
    envKey: table.text('env_key') ?? known.envKey,
    envKeyInstructions: table.text('env_key_instructions') ?? known.envKeyInstructions,
    bearerToken: table.text('experimental_bearer_token') ?? known.bearerToken,
    requiresOpenaiAuth: table.flag('requires_openai_auth') ?? known.requiresOpenaiAuth,
    headers: table.textTable('http_headers') ?? known.headers,
    envHeaders: table.textTable('env_http_headers') ?? known.envHeaders,
    queryParams: { ...base?.query, ...(table.textTable('query_params') ?? known.queryParams) },
    caFile: table.text('ca_certificate') ?? known.caFile,
    requestMaxRetries: table.count('request_max_retries') ?? known.requestMaxRetries,
    streamMaxRetries: table.count('stream_max_retries') ?? known.streamMaxRetries,
    streamIdleTimeoutMs: table.count('stream_idle_timeout_ms') ?? known.streamIdleTimeoutMs,
  };
}

/** A URL may bring its query along, e.g. the api-version of an Azure endpoint as its portal shows it. */
function readBaseUrl(table: ConfigReader): { url: string; query: Record<string, string> } | null {
  const text = table.text('base_url');
  if (text === null) return null;
  if (!/^https?:\/\/[^\s/]/i.test(text)) {
    table.report('base_url', 'expected a URL that begins with http:// or https://');
    return null;
  }
  const [url = '', search = ''] = text.split('#', 1)[0]?.split(/\?(.*)/s) ?? [];
  return { url: url.replace(/\/+$/, ''), query: queryIn(search) };
}

/** Without `URLSearchParams`: the core knows no platform. */
function queryIn(search: string): Record<string, string> {
  const pairs = search.split('&').filter((pair) => pair !== '');
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      return [decoded(name), decoded(value)];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    // a stray % is meant as it is
    return text;
  }
}
