// A provider configuration for tests: the defaults, named "Mock".
import { PROVIDER_DEFAULTS, type ProviderConfig } from '../../server/core/config/providerConfig.ts';

export function providerConfig(changes: Partial<ProviderConfig> = {}): ProviderConfig {
  return { ...PROVIDER_DEFAULTS, id: 'mock', name: 'Mock', baseUrl: 'http://127.0.0.1:9/v1', ...changes };
}
