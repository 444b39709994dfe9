// Names of environment variables that hold keys of providers; they never reach a command.
import type { ProviderConfig } from './providerConfig.ts';

export function keyNames(providers: readonly ProviderConfig[]): string[] {
  const named = providers.flatMap((provider) => [provider.envKey, ...Object.values(provider.envHeaders)]);
  return ['OPENAI_API_KEY', ...named.filter((name) => name !== null)];
}
