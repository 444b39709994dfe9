// The models of every configured provider: who answers a turn, what a picker offers, and what to load before the first turn.
import type { ProviderConfig } from '../core/config/providerConfig.ts';
import type { Clock, Ids, Models } from '../core/ports.ts';
import type { ModelProvider } from '../core/turn/modelPort.ts';
import { AgentError } from '../protocol/errors.ts';
import type { Model } from '../protocol/schema/model.ts';
import { createDemoProvider } from './demo/demoProvider.ts';
import { modelList, modelOf, OPENAI_MODELS, isAgentModel } from './openai/catalogue.ts';
import type { Environment } from './openai/credentials.ts';
import { createHttpProvider, type HttpProvider } from './openai/httpProvider.ts';
import { createModelIds, type ModelIds } from './openai/modelIds.ts';

export interface ModelsOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** This server's version; part of the user agent. */
  readonly version: string;
  readonly env: Environment;
  /** The providers as they are configured now; read at every use, so that a changed configuration counts at once. */
  providers(): readonly ProviderConfig[];
  /** The key the user logged in with; null when logged out. */
  openaiKey(): Promise<string | null>;
  /** Between two words of the tour; 0 in tests. */
  readonly demoWordDelayMs?: number;
  /** In [0, 1): spreads retries. */
  readonly random?: () => number;
}

export interface ConfiguredModels extends Models {
  /** For `model/list`. `preferred` is the configured model: it comes first. Never rejects for a provider that cannot be asked. */
  listModels(providerId: string, preferred: string | null): Promise<Model[]>;
  /** Loads what the provider's first answer needs. To be called when nobody is waiting. */
  warm(providerId: string): Promise<void>;
  /** Ends what is still open in the background. */
  dispose(): void;
}

type Entry = { readonly config: ProviderConfig } & (
  | { readonly type: 'demo'; readonly provider: ModelProvider }
  | { readonly type: 'http'; readonly provider: HttpProvider; readonly ids: ModelIds }
);

export function createModels(options: ModelsOptions): ConfiguredModels {
  const closing = new AbortController();
  const entries = new Map<string, Entry>();

  function entryOf(id: string): Entry {
    const providers = options.providers();
    const config = providers.find((candidate) => candidate.id === id);
    if (config === undefined) throw unknownProvider(id, providers);
    const known = entries.get(id);
    if (known !== undefined && isSame(known.config, config)) return known;
    const entry = createEntry(config, options, closing.signal);
    entries.set(id, entry);
    return entry;
  }

  return {
    provider: (id) => entryOf(id).provider,
    listModels: async (id, preferred) => {
      const entry = entryOf(id);
      if (entry.type === 'demo') {
        return [modelOf('demo', { isDefault: true, description: 'A scripted tour of Bowline; no model is connected' })];
      }
      const told = await entry.ids.get();
      const fallback = entry.config.requiresOpenaiAuth ? OPENAI_MODELS : [];
      return modelList(told?.filter(isAgentModel) ?? fallback, preferred);
    },
    warm: async (id) => {
      const config = options.providers().find((candidate) => candidate.id === id);
      const entry = config === undefined ? null : entryOf(id);
      if (entry?.type === 'http') await entry.provider.client.warm();
    },
    dispose: () => closing.abort(),
  };
}

function createEntry(config: ProviderConfig, options: ModelsOptions, closing: AbortSignal): Entry {
  const { clock, ids, version, env } = options;
  if (config.wireApi === 'demo') {
    const wordDelayMs = options.demoWordDelayMs;
    return { type: 'demo', config, provider: createDemoProvider({ config, clock, ids, wordDelayMs }) };
  }
  const keys = { env, openaiKey: () => options.openaiKey() };
  const random = options.random ?? Math.random;
  const provider = createHttpProvider(config, { clock, ids, keys, version, random, closing });
  return { type: 'http', config, provider, ids: createModelIds(provider, clock, closing) };
}

function unknownProvider(id: string, providers: readonly ProviderConfig[]): AgentError {
  const names = providers.map((provider) => provider.id).join(', ');
  const message = `There is no model provider "${id}". Add [model_providers.${id}] to config.toml, or choose one of: ${names}.`;
  return new AgentError('other', message);
}

function isSame(left: ProviderConfig, right: ProviderConfig): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}
