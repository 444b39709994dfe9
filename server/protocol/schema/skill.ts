// Skills: instructions in files, for tasks that come again; and hooks, which this server has none of.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

/** Without `cwds`: those of the server's own folder. */
export const SkillsListParams = lazy(() =>
  z.object({ cwds: z.array(z.string()).nullish(), forceReload: z.boolean().nullish() }),
);
export type SkillsListParams = Infer<typeof SkillsListParams>;

/** `path` is that of the SKILL.md. */
export const Skill = lazy(() =>
  z.object({
    name: z.string(),
    description: z.string(),
    shortDescription: z.string().optional(),
    path: z.string(),
    scope: z.enum(['user', 'repo', 'system', 'admin']),
    enabled: z.boolean(),
    pluginId: z.string().nullable(),
  }),
);
export type Skill = Infer<typeof Skill>;

const SkillsListEntry = lazy(() =>
  z.object({
    cwd: z.string(),
    skills: z.array(Skill()),
    errors: z.array(z.object({ path: z.string(), message: z.string() })),
  }),
);
export type SkillsListEntry = Infer<typeof SkillsListEntry>;

export const SkillsListResult = lazy(() => z.object({ data: z.array(SkillsListEntry()) }));
export type SkillsListResult = Infer<typeof SkillsListResult>;

/** Absolute folders with skills, beside the usual ones, until the server ends; each call replaces the last. */
export const SkillsExtraRootsSetParams = lazy(() => z.object({ extraRoots: z.array(z.string()) }));
export type SkillsExtraRootsSetParams = Infer<typeof SkillsExtraRootsSetParams>;

/** Exactly one of `path` and `name`. */
export const SkillsConfigWriteParams = lazy(() =>
  z.object({ path: z.string().nullish(), name: z.string().nullish(), enabled: z.boolean() }),
);
export type SkillsConfigWriteParams = Infer<typeof SkillsConfigWriteParams>;

export const SkillsConfigWriteResult = lazy(() => z.object({ effectiveEnabled: z.boolean() }));
export type SkillsConfigWriteResult = Infer<typeof SkillsConfigWriteResult>;

export const HooksListParams = lazy(() =>
  z.object({ cwds: z.array(z.string()).nullish(), threadId: z.string().nullish() }),
);
export type HooksListParams = Infer<typeof HooksListParams>;

export const HooksListResult = lazy(() =>
  z.object({
    data: z.array(
      z.object({
        cwd: z.string(),
        hooks: z.array(z.unknown()),
        warnings: z.array(z.string()),
        errors: z.array(z.object({ path: z.string(), message: z.string() })),
      }),
    ),
  }),
);
export type HooksListResult = Infer<typeof HooksListResult>;
