// Checkpoints: what turns changed in the workspace, and putting it back. Bowline's own.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

/** Asks about everything that the turn and those after it changed. */
export const CheckpointParams = lazy(() => z.object({ threadId: z.string(), turnId: z.string() }));
export type CheckpointParams = Infer<typeof CheckpointParams>;

/** `paths`: absolute, as the preview names them; absent: all. */
export const CheckpointRestoreParams = lazy(() =>
  z.object({ threadId: z.string(), turnId: z.string(), paths: z.array(z.string()).nullish() }),
);
export type CheckpointRestoreParams = Infer<typeof CheckpointRestoreParams>;

export const CheckpointMergeParams = lazy(() =>
  z.object({ threadId: z.string(), turnId: z.string(), path: z.string() }),
);
export type CheckpointMergeParams = Infer<typeof CheckpointMergeParams>;

export const CheckpointFile = lazy(() =>
  z.object({
    /** Absolute, links resolved. */
    path: z.string(),
    kind: z.enum(['file', 'link', 'folder', 'other']),
    /** What the turns did to it. */
    change: z.enum(['add', 'delete', 'update', 'chmod']),
    /** The path that it was renamed from. */
    movedFrom: z.string().nullable(),
    isIgnored: z.boolean(),
    /** `asBefore`: it is as it was already. `conflict`: somebody changed it since, and it would be left alone. */
    status: z.enum(['restorable', 'asBefore', 'conflict', 'notRestorable']),
    /** Why it would not be restored, in words for the user. */
    reason: z.string().nullable(),
    /** From how it is now to how it was, as git writes it; "" where nothing can be shown. */
    diff: z.string(),
  }),
);
export type CheckpointFile = Infer<typeof CheckpointFile>;

/** `limitations`: what is not known of the turns' changes, in words for the user. */
export const CheckpointPreviewResult = lazy(() =>
  z.object({ files: z.array(CheckpointFile()), limitations: z.array(z.string()) }),
);
export type CheckpointPreviewResult = Infer<typeof CheckpointPreviewResult>;

const note = () => z.object({ path: z.string(), reason: z.string() });

/** `restoreId`: null when nothing was changed. */
export const CheckpointRestoreResult = lazy(() =>
  z.object({
    restoreId: z.string().nullable(),
    restored: z.array(z.string()),
    /** Changed by somebody else since: left as they are. */
    conflicts: z.array(note()),
    notRestorable: z.array(note()),
    limitations: z.array(z.string()),
  }),
);
export type CheckpointRestoreResult = Infer<typeof CheckpointRestoreResult>;

/** `merged` has markers at each of the `conflicts`. */
export const CheckpointMergeResult = lazy(() =>
  z.object({
    path: z.string(),
    /** As the last of the turns left it. */
    base: z.string(),
    /** As it is now. */
    ours: z.string(),
    /** As it was before the turn. */
    theirs: z.string(),
    merged: z.string(),
    conflicts: z.number(),
  }),
);
export type CheckpointMergeResult = Infer<typeof CheckpointMergeResult>;
