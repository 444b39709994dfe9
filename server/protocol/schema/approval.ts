// Approvals: what the server asks the client before it acts, and the answers.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { CommandAction } from './item.ts';

/** A command prefix that shall run unasked from now on, e.g. ["git", "status"]. */
export const ExecPolicyAmendment = lazy(() => z.array(z.string()));
export type ExecPolicyAmendment = Infer<typeof ExecPolicyAmendment>;

/** `decline` refuses and lets the turn go on; `cancel` refuses and ends the turn; `acceptForSession` accepts the same again unasked. */
export const CommandApprovalDecision = lazy(() =>
  z.union([
    z.enum(['accept', 'acceptForSession', 'decline', 'cancel']),
    z.object({ acceptWithExecpolicyAmendment: z.object({ execpolicy_amendment: ExecPolicyAmendment() }) }),
    z.object({ applyNetworkPolicyAmendment: z.object({ network_policy_amendment: z.unknown() }) }),
  ]),
);
export type CommandApprovalDecision = Infer<typeof CommandApprovalDecision>;

export const CommandApprovalParams = lazy(() =>
  z.object({
    kind: z.string().default('command'),
    threadId: z.string(),
    turnId: z.string(),
    itemId: z.string(),
    /** Unix milliseconds. */
    startedAtMs: z.number(),
    environmentId: z.string().nullable(),
    /** Why it is asked, in words for the user: the model's justification, or the rule that was hit. */
    reason: z.string().nullish(),
    command: z.string().nullish(),
    cwd: z.string().nullish(),
    commandActions: z.array(CommandAction()).nullish(),
    proposedExecpolicyAmendment: ExecPolicyAmendment().nullish(),
    /** What the client should offer, most wanted first. Decisions not listed are honoured too. */
    availableDecisions: z.array(CommandApprovalDecision()).nullish(),
  }),
);
export type CommandApprovalParams = Infer<typeof CommandApprovalParams>;

export const CommandApprovalResult = lazy(() => z.object({ decision: CommandApprovalDecision() }));
export type CommandApprovalResult = Infer<typeof CommandApprovalResult>;

export const FileChangeApprovalDecision = lazy(() => z.enum(['accept', 'acceptForSession', 'decline', 'cancel']));
export type FileChangeApprovalDecision = Infer<typeof FileChangeApprovalDecision>;

/** The changes themselves are in the `fileChange` item that was started before. */
export const FileChangeApprovalParams = lazy(() =>
  z.object({
    threadId: z.string(),
    turnId: z.string(),
    itemId: z.string(),
    startedAtMs: z.number(),
    reason: z.string().nullish(),
    grantRoot: z.string().nullish(),
  }),
);
export type FileChangeApprovalParams = Infer<typeof FileChangeApprovalParams>;

export const FileChangeApprovalResult = lazy(() => z.object({ decision: FileChangeApprovalDecision() }));
export type FileChangeApprovalResult = Infer<typeof FileChangeApprovalResult>;

/** The request with this id needs no answer any more: it was answered by a client, or its turn ended. */
export const ServerRequestResolved = lazy(() =>
  z.object({ threadId: z.string(), requestId: z.union([z.string(), z.number()]) }),
);
export type ServerRequestResolved = Infer<typeof ServerRequestResolved>;
