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
  return {
    id: known.id,
    name: table.text('name') ?? known.name,
    baseUrl: readBaseUrl(table) ?? known.baseUrl,
    wireApi: table.oneOf('wire_api', ['responses', 'chat']) ?? known.wireApi,
    envKey: table.text('env_key') ?? known.envKey,
    envKeyInstructions: table.text('env_key_instructions') ?? known.envKeyInstructions,
    bearerToken: table.text('experimental_bearer_token') ?? known.bearerToken,
    requiresOpenaiAuth: table.flag('requires_openai_auth') ?? known.requiresOpenaiAuth,
    headers: table.textTable('http_headers') ?? known.headers,
    envHeaders: table.textTable('env_http_headers') ?? known.envHeaders,
    queryParams: table.textTable('query_params') ?? known.queryParams,
    requestMaxRetries: table.count('request_max_retries') ?? known.requestMaxRetries,
    streamMaxRetries: table.count('stream_max_retries') ?? known.streamMaxRetries,
    streamIdleTimeoutMs: table.count('stream_idle_timeout_ms') ?? known.streamIdleTimeoutMs,
  };
}

function readBaseUrl(table: ConfigReader): string | null {
  const url = table.text('base_url');
  if (url === null || /^https?:\/\/[^\s/]/i.test(url)) return url?.replace(/\/+$/, '') ?? null;
  table.report('base_url', 'expected a URL that begins with http:// or https://');
  return null;
}
