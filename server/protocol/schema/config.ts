// The effective configuration, where each value came from, and changes to the user's own values.
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

/** `replace` puts the value in the place of the old one; `upsert` merges a table into the table that is there. */
export const MergeStrategy = lazy(() => z.enum(['replace', 'upsert']));

/** `keyPath` is dotted, parts may be quoted; null takes the value away. */
export const ConfigEdit = lazy(() =>
  z.object({ keyPath: z.string(), value: JsonValue(), mergeStrategy: MergeStrategy() }),
);
export type ConfigEdit = Infer<typeof ConfigEdit>;

/** `expectedVersion`: the version of the user's layer in `config/read`; the write is refused when it is another one by now. */
export const ConfigValueWriteParams = lazy(() =>
  z.object({
    ...ConfigEdit().shape,
    filePath: z.string().nullish(),
    expectedVersion: z.string().nullish(),
  }),
);
export type ConfigValueWriteParams = Infer<typeof ConfigValueWriteParams>;

/** All edits or none. `reloadUserConfig` takes them over into loaded threads, but for their model and effort. */
export const ConfigBatchWriteParams = lazy(() =>
  z.object({
    edits: z.array(ConfigEdit()),
    filePath: z.string().nullish(),
    expectedVersion: z.string().nullish(),
    reloadUserConfig: z.boolean().nullish(),
  }),
);
export type ConfigBatchWriteParams = Infer<typeof ConfigBatchWriteParams>;

/** What is to be written, whoever asks. */
export type ConfigWriteRequest = Pick<ConfigBatchWriteParams, 'edits' | 'filePath' | 'expectedVersion'>;

export const OverriddenMetadata = lazy(() =>
  z.object({ message: z.string(), overridingLayer: ConfigLayerMetadata(), effectiveValue: JsonValue() }),
);
export type OverriddenMetadata = Infer<typeof OverriddenMetadata>;

/** `okOverridden`: it was written, and a stronger layer keeps it from counting. */
export const ConfigWriteResult = lazy(() =>
  z.object({
    status: z.enum(['ok', 'okOverridden']),
    version: z.string(),
    filePath: z.string(),
    overriddenMetadata: OverriddenMetadata().nullable(),
  }),
);
export type ConfigWriteResult = Infer<typeof ConfigWriteResult>;
