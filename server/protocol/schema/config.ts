// Reading the effective configuration and where each value came from.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { JsonValue } from './common.ts';

export const ConfigReadParams = lazy(() =>
  z.object({ includeLayers: z.boolean().nullish(), cwd: z.string().nullish() }),
);
export type ConfigReadParams = Infer<typeof ConfigReadParams>;

export const ConfigLayerMetadata = lazy(() =>
  z.object({ name: z.record(z.string(), JsonValue()), version: z.string() }),
);
export type ConfigLayerMetadata = Infer<typeof ConfigLayerMetadata>;

export const ConfigLayer = lazy(() =>
  z.object({
    name: z.record(z.string(), JsonValue()),
    version: z.string(),
    config: JsonValue(),
    disabledReason: z.string().nullish(),
  }),
);
export type ConfigLayer = Infer<typeof ConfigLayer>;

/** `config` has snake_case keys as in the file; `origins` is keyed by dotted path. */
export const ConfigReadResult = lazy(() =>
  z.object({
    config: z.record(z.string(), JsonValue()),
    origins: z.record(z.string(), ConfigLayerMetadata()),
    layers: z.array(ConfigLayer()).nullable().default(null),
  }),
);
export type ConfigReadResult = Infer<typeof ConfigReadResult>;
