// What a client may choose from: experimental features, permission profiles, collaboration modes; and what an administrator requires.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { page, ReasoningEffort } from './common.ts';

export const ExperimentalFeatureListParams = lazy(() => z.object({ ...page(), threadId: z.string().nullish() }));
export type ExperimentalFeatureListParams = Infer<typeof ExperimentalFeatureListParams>;

export const ExperimentalFeatureListResult = lazy(() =>
  z.object({ data: z.array(z.unknown()), nextCursor: z.string().nullable() }),
);
export type ExperimentalFeatureListResult = Infer<typeof ExperimentalFeatureListResult>;

/** The answer names the features that were known, and so were switched. */
export const ExperimentalFeatureEnablement = lazy(() => z.object({ enablement: z.record(z.string(), z.boolean()) }));
export type ExperimentalFeatureEnablement = Infer<typeof ExperimentalFeatureEnablement>;

export const PermissionProfileListParams = lazy(() => z.object({ ...page(), cwd: z.string().nullish() }));
export type PermissionProfileListParams = Infer<typeof PermissionProfileListParams>;

/** `id` is what `thread/start` takes as `permissions`. */
export const PermissionProfileListResult = lazy(() =>
  z.object({
    data: z.array(z.object({ id: z.string(), description: z.string().nullable(), allowed: z.boolean() })),
    nextCursor: z.string().nullable(),
  }),
);
export type PermissionProfileListResult = Infer<typeof PermissionProfileListResult>;

/** `reasoning_effort` is what the mode asks for; null leaves it as it is. */
export const CollaborationModeListResult = lazy(() =>
  z.object({
    data: z.array(
      z.object({
        name: z.string(),
        mode: z.enum(['plan', 'default']),
        model: z.string().nullable(),
        reasoning_effort: ReasoningEffort().nullable(),
      }),
    ),
  }),
);
export type CollaborationModeListResult = Infer<typeof CollaborationModeListResult>;

/** Nobody administers this server: there are no requirements. */
export const ConfigRequirementsReadResult = lazy(() =>
  z.object({ supportsIndependentSpeedModes: z.boolean().nullable(), requirements: z.null() }),
);
export type ConfigRequirementsReadResult = Infer<typeof ConfigRequirementsReadResult>;
