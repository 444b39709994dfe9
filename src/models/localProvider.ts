// Model servers on this machine that the user has chosen, and how one is named to Bowline's server.
import type { ConfigOverrides } from '../../server/protocol/schema/common.ts';

/** A server that speaks OpenAI's protocol. `baseUrl` ends with its version, such as `/v1`. */
export interface LocalProvider {
  readonly name: string;
  readonly baseUrl: string;
}

/** What stands in the setting `bowline.localServers`; entries that make no sense are left out. */
export function readLocalProviders(value: unknown): LocalProvider[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null || !('baseUrl' in entry)) return [];
    const { baseUrl } = entry;
    if (typeof baseUrl !== 'string' || !URL.canParse(baseUrl)) return [];
    const name = 'name' in entry && typeof entry.name === 'string' ? entry.name : new URL(baseUrl).host;
    return [{ name, baseUrl }];
  });
}

/** The provider's name on the wire: the same for the same address, and never that of a provider of the configuration file. */
export function providerIdOf(baseUrl: string): string {
  const { hostname, port, protocol } = new URL(baseUrl);
  const place = ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    ? ''
    : `${hostname.replace(/[^a-zA-Z0-9]+/g, '-')}-`;
  return `local-${place}${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** How a model server is spoken to: all of them know Chat Completions, the newer ones Responses as well. */
export type WireApi = 'chat' | 'responses';

/** `thread/start`'s `config` that makes the provider known. */
export function providerConfig({ name, baseUrl }: LocalProvider, wireApi: WireApi): ConfigOverrides {
  return {
    [`model_providers.${providerIdOf(baseUrl)}`]: {
      name,
      base_url: baseUrl,
      wire_api: wireApi,
      requires_openai_auth: false,
    },
  };
}

/** The list with the provider in it, in the place of one of the same address. */
export function withLocalProvider(known: readonly LocalProvider[], added: LocalProvider): LocalProvider[] {
  const others = known.filter(({ baseUrl }) => providerIdOf(baseUrl) !== providerIdOf(added.baseUrl));
  return [...others, added];
}
