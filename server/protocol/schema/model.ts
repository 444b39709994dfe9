// The models that a provider offers.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

export const ReasoningEffortOption = lazy(() => z.object({ reasoningEffort: z.string(), description: z.string() }));

export const Model = lazy(() =>
  z.object({
    id: z.string(),
    model: z.string(),
    upgrade: z.string().nullable(),
    upgradeInfo: z.unknown(),
    availabilityNux: z.unknown(),
    displayName: z.string(),
    description: z.string(),
    modelSpecialty: z.string().nullable(),
    hidden: z.boolean(),
    supportedReasoningEfforts: z.array(ReasoningEffortOption()),
    defaultReasoningEffort: z.string(),
    inputModalities: z.array(z.string()),
    supportsPersonality: z.boolean(),
    multiAgentVersion: z.string().nullable(),
    additionalSpeedTiers: z.array(z.string()),
    serviceTiers: z.array(z.unknown()),
    defaultServiceTier: z.string().nullable(),
    availableAccessPrograms: z.unknown(),
    isDefault: z.boolean(),
  }),
);
export type Model = Infer<typeof Model>;

/** `modelProvider` names a configured provider; without it the default provider's models are listed. */
export const ModelListParams = lazy(() =>
  z.object({
    modelProvider: z.string().nullish(),
    cursor: z.string().nullish(),
    limit: z.number().int().nonnegative().nullish(),
    includeHidden: z.boolean().nullish(),
  }),
);
export type ModelListParams = Infer<typeof ModelListParams>;

export const ModelListResult = lazy(() => z.object({ data: z.array(Model()), nextCursor: z.string().nullable() }));
export type ModelListResult = Infer<typeof ModelListResult>;
