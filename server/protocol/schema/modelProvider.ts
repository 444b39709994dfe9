// The model providers: those that are configured, and a change to one of them.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

/** Where the key comes from; never the key. */
const GatewayAuth = lazy(() =>
  z.discriminatedUnion('mode', [
    z.object({ mode: z.literal('none') }),
    z.object({ mode: z.literal('environmentVariable'), envKey: z.string() }),
    z.object({ mode: z.literal('externallyConfigured'), envKey: z.string().nullable() }),
  ]),
);
export type GatewayAuth = Infer<typeof GatewayAuth>;

export const ModelProviderSummary = lazy(() =>
  z.object({
    id: z.string(),
    name: z.string(),
    /** Whether `modelProvider/config/write` can change it. */
    canEdit: z.boolean(),
    baseUrl: z.string().nullable(),
    settings: z.discriminatedUnion('type', [
      z.object({ type: z.literal('openai') }),
      z.object({ type: z.literal('customGateway'), auth: GatewayAuth() }),
    ]),
  }),
);
export type ModelProviderSummary = Infer<typeof ModelProviderSummary>;

/** `canChangeDefault` is false when something stronger than the user's file names the default. */
export const ModelProviderListResult = lazy(() =>
  z.object({ data: z.array(ModelProviderSummary()), defaultProviderId: z.string(), canChangeDefault: z.boolean() }),
);
export type ModelProviderListResult = Infer<typeof ModelProviderListResult>;

/** Without `providerId` a new provider is made. What is left out stays; a null `envKey` takes the key's variable away. */
export const ModelProviderConfigWriteParams = lazy(() =>
  z.object({
    settings: z.discriminatedUnion('type', [
      z.object({
        type: z.literal('customGateway'),
        providerId: z.string().nullish(),
        name: z.string().optional(),
        baseUrl: z.string().nullish(),
        envKey: z.string().nullish(),
      }),
      z.looseObject({ type: z.literal('bedrock') }),
      z.looseObject({ type: z.literal('gcp') }),
    ]),
  }),
);
export type ModelProviderConfigWriteParams = Infer<typeof ModelProviderConfigWriteParams>;

export const ModelProviderConfigWriteResult = lazy(() => z.object({ provider: ModelProviderSummary() }));
export type ModelProviderConfigWriteResult = Infer<typeof ModelProviderConfigWriteResult>;

/** What providers do beside answering; this server uses none of it. */
export const ModelProviderCapabilitiesReadResult = lazy(() =>
  z.object({ imageGeneration: z.boolean(), webSearch: z.boolean() }),
);
export type ModelProviderCapabilitiesReadResult = Infer<typeof ModelProviderCapabilitiesReadResult>;
