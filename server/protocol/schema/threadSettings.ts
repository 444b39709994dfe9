// The settings of a thread: how a client changes them between turns, and how it hears of them.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import {
  ApprovalsReviewer,
  AskForApproval,
  CollaborationMode,
  ReasoningEffort,
  ReasoningSummary,
  SandboxPolicy,
} from './common.ts';

/** What is left out or null stays as it is. Holds from the next turn on. */
export const ThreadSettingsUpdateParams = lazy(() =>
  z.object({
    threadId: z.string(),
    cwd: z.string().nullish(),
    approvalPolicy: AskForApproval().nullish(),
    approvalsReviewer: ApprovalsReviewer().nullish(),
    sandboxPolicy: SandboxPolicy().nullish(),
    /** A permission profile, instead of `sandboxPolicy`. */
    permissions: z.string().nullish(),
    model: z.string().nullish(),
    effort: ReasoningEffort().nullish(),
    summary: ReasoningSummary().nullish(),
    collaborationMode: CollaborationMode().nullish(),
  }),
);
export type ThreadSettingsUpdateParams = Infer<typeof ThreadSettingsUpdateParams>;

export const ThreadSettings = lazy(() =>
  z.object({
    disabledPluginIds: z.array(z.string()).default([]),
    cwd: z.string(),
    environments: z.unknown(),
    approvalPolicy: AskForApproval(),
    approvalsReviewer: ApprovalsReviewer(),
    sandboxPolicy: SandboxPolicy(),
    activePermissionProfile: z.unknown(),
    model: z.string(),
    modelProvider: z.string(),
    serviceTier: z.string().nullable(),
    effort: ReasoningEffort().nullable(),
    summary: ReasoningSummary().nullable(),
    collaborationMode: CollaborationMode(),
    multiAgentMode: z.unknown(),
    personality: z.string().nullable(),
  }),
);
export type ThreadSettings = Infer<typeof ThreadSettings>;

export const ThreadSettingsUpdated = lazy(() => z.object({ threadId: z.string(), threadSettings: ThreadSettings() }));
export type ThreadSettingsUpdated = Infer<typeof ThreadSettingsUpdated>;
