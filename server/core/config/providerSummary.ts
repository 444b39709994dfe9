// The configured providers as clients are shown them: where they are and how their key is found, never the key.
import type { GatewayAuth, ModelProviderSummary } from '../../protocol/schema/modelProvider.ts';
import type { ProviderConfig } from './providerConfig.ts';
import { OPENAI_PROVIDER } from './providers.ts';

/** `canEdit`: whether it is one of the user's own, in the user's file. */
export function providerSummary(provider: ProviderConfig, canEdit: boolean): ModelProviderSummary {
  const { id, name, baseUrl } = provider;
  if (id === OPENAI_PROVIDER && !canEdit) return { id, name, canEdit, baseUrl: null, settings: { type: 'openai' } };
  return {
    id,
    name,
    canEdit,
    baseUrl: baseUrl === '' ? null : baseUrl,
    settings: { type: 'customGateway', auth: authOf(provider) },
  };
}

function authOf({ envKey, bearerToken, requiresOpenaiAuth, headers, envHeaders }: ProviderConfig): GatewayAuth {
  const isExternal =
    bearerToken !== null || requiresOpenaiAuth || Object.keys(headers).length + Object.keys(envHeaders).length > 0;
  if (isExternal) return { mode: 'externallyConfigured', envKey };
  return envKey === null ? { mode: 'none' } : { mode: 'environmentVariable', envKey };
}
