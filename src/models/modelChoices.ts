// The rows of the model picker: every provider that is known, with the models it says it has.
import type { Model } from '../../server/protocol/schema/model.ts';
import type { Settings } from '../settings.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import { providerIdOf } from './localProvider.ts';
import { listModels, type Fetch } from './localServers.ts';
import type { ServerDefaults } from './serverDefaults.ts';

export interface EffortChoice {
  readonly effort: string;
  readonly description: string;
}

export interface PickableModel {
  readonly provider: string;
  readonly providerName: string;
  readonly model: string;
  readonly label: string;
  readonly description: string;
  readonly efforts: readonly EffortChoice[];
  readonly defaultEffort: string | null;
}

/** A provider's models, or why they cannot be told. */
export interface ProviderModels {
  readonly provider: string;
  readonly providerName: string;
  readonly models: readonly PickableModel[];
  readonly problem: string | null;
}

/** Asks every known provider at the same time: the server's own first, then those of its configuration, then local servers. */
export async function listPickableModels(
  server: ServerPort,
  known: { readonly defaults: ServerDefaults; readonly settings: Settings; readonly fetch: Fetch },
): Promise<ProviderModels[]> {
  const { defaults, settings, fetch } = known;
  const configured = Object.keys(defaults.providerNames).filter((id) => isOffered(id, defaults));
  const ids = [defaults.provider, ...configured.filter((id) => id !== defaults.provider)];
  const ofServer = ids.map((provider) => serverModels(server, provider, defaults.providerNames[provider] ?? provider));
  const ofLocal = settings.localServers.map(async ({ name, baseUrl }): Promise<ProviderModels> => {
    const provider = providerIdOf(baseUrl);
    const names = await listModels(baseUrl, fetch);
    const models = (names ?? []).map((model) => plainModel(provider, name, model));
    return { provider, providerName: name, models, problem: names === null ? `${baseUrl} does not answer.` : null };
  });
  return await Promise.all([...ofServer, ...ofLocal]);
}

/** OpenAI's models are of use only with a key; the tour is always there. */
function isOffered(provider: string, defaults: ServerDefaults): boolean {
  return provider !== 'openai' || defaults.hasAccount;
}

async function serverModels(server: ServerPort, provider: string, providerName: string): Promise<ProviderModels> {
  try {
    const { data } = await server.request('model/list', { modelProvider: provider });
    const models = data.filter(({ hidden }) => !hidden).map((model) => pickable(provider, providerName, model));
    return { provider, providerName, models, problem: null };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { provider, providerName, models: [], problem };
  }
}

function pickable(provider: string, providerName: string, model: Model): PickableModel {
  return {
    provider,
    providerName,
    model: model.model,
    label: model.displayName || model.model,
    description: model.description,
    efforts: model.supportedReasoningEfforts.map(({ reasoningEffort, description }) => ({
      effort: reasoningEffort,
      description,
    })),
    defaultEffort: model.defaultReasoningEffort || null,
  };
}

function plainModel(provider: string, providerName: string, model: string): PickableModel {
  return { provider, providerName, model, label: model, description: '', efforts: [], defaultEffort: null };
}
