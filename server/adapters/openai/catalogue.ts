// Models as `model/list` tells them: from a provider's own list, or the few we know of when it cannot be asked.
import type { Model } from '../../protocol/schema/model.ts';

const EFFORTS: readonly { readonly reasoningEffort: string; readonly description: string }[] = [
  { reasoningEffort: 'low', description: 'Answers quickly and thinks little' },
  { reasoningEffort: 'medium', description: 'Thinks as much as most work needs' },
  { reasoningEffort: 'high', description: 'Thinks longer about hard problems' },
];

/** What OpenAI offers to agents, newest workhorse first; used while its list cannot be had. */
export const OPENAI_MODELS: readonly string[] = ['gpt-6.1-sol', 'gpt-6-astra', 'gpt-6-sol', 'gpt-6-luna', 'gpt-5.5'];

/** The ids of a provider that make sense here: no embeddings, voices, pictures or moderation. */
export function isAgentModel(id: string): boolean {
  return !/embed|whisper|tts|audio|realtime|transcri|moderation|dall-e|image|sora|rerank|davinci|babbage|search-preview/i.test(
    id,
  );
}

/**
 * The list for the picker. `preferred` (the configured model) comes first and is the default, whether the provider tells it or not;
 * without it the first one is.
 */
export function modelList(ids: readonly string[], preferred: string | null): Model[] {
  const ordered = preferred === null ? ids : [preferred, ...ids.filter((id) => id !== preferred)];
  return ordered.map((id, at) => modelOf(id, { isDefault: at === 0 }));
}

export function modelOf(
  id: string,
  { isDefault, description = '' }: { isDefault: boolean; description?: string },
): Model {
  const reasons = /^(o\d|gpt-[5-9]|gpt-oss)/.test(id.replace(/^.*\//, ''));
  return {
    id,
    model: id,
    upgrade: null,
    upgradeInfo: null,
    availabilityNux: null,
    displayName: id,
    description,
    modelSpecialty: null,
    hidden: false,
    supportedReasoningEfforts: reasons ? [...EFFORTS] : [],
    defaultReasoningEffort: reasons ? 'medium' : 'none',
    inputModalities: ['text', 'image'],
    supportsPersonality: false,
    multiAgentVersion: null,
    additionalSpeedTiers: [],
    serviceTiers: [],
    defaultServiceTier: null,
    availableAccessPrograms: null,
    isDefault,
  };
}
