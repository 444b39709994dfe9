// Approvals: what the server asks the client before it acts, and the answers.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { CommandAction } from './item.ts';
import { Safety } from './safety.ts';

/** A command prefix that shall run unasked from now on, e.g. ["git", "status"]. */
export const ExecPolicyAmendment = lazy(() => z.array(z.string()));
export type ExecPolicyAmendment = Infer<typeof ExecPolicyAmendment>;

/** A host that commands may, or may not, reach unasked from now on. */
export const NetworkPolicyAmendment = lazy(() => z.object({ host: z.string(), action: z.enum(['allow', 'deny']) }));
export type NetworkPolicyAmendment = Infer<typeof NetworkPolicyAmendment>;

/** Accepts exactly the result that `approval/rehearse` showed, without running anything again. */
const AcceptRehearsal = lazy(() => z.object({ acceptRehearsal: z.object({ rehearsal_id: z.string() }) }));

/** `decline` refuses and lets the turn go on; `cancel` refuses and ends the turn; `acceptForSession` accepts the same again unasked. */
export const CommandApprovalDecision = lazy(() =>
  z.union([
    z.enum(['accept', 'acceptForSession', 'decline', 'cancel']),
    z.object({ acceptWithExecpolicyAmendment: z.object({ execpolicy_amendment: ExecPolicyAmendment() }) }),
    z.object({ applyNetworkPolicyAmendment: z.object({ network_policy_amendment: NetworkPolicyAmendment() }) }),
    AcceptRehearsal(),
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
    /** The command runs already and reaches for this host: the question is about the connection alone. */
    networkApprovalContext: z
      .object({ host: z.string(), protocol: z.enum(['http', 'https', 'socks5Tcp', 'socks5Udp']) })
      .nullish(),
    proposedNetworkPolicyAmendments: z.array(NetworkPolicyAmendment()).nullish(),
    /** Tells several questions about one item apart. */
    approvalId: z.string().nullish(),
    safety: Safety().nullish(),
    /** What the client should offer, most wanted first. Decisions not listed are honoured too. */
    availableDecisions: z.array(CommandApprovalDecision()).nullish(),
  }),
);
export type CommandApprovalParams = Infer<typeof CommandApprovalParams>;

export const CommandApprovalResult = lazy(() => z.object({ decision: CommandApprovalDecision() }));
export type CommandApprovalResult = Infer<typeof CommandApprovalResult>;

export const FileChangeApprovalDecision = lazy(() =>
  z.union([z.enum(['accept', 'acceptForSession', 'decline', 'cancel']), AcceptRehearsal()]),
);
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
    safety: Safety().nullish(),
  }),
);
export type FileChangeApprovalParams = Infer<typeof FileChangeApprovalParams>;

export const FileChangeApprovalResult = lazy(() => z.object({ decision: FileChangeApprovalDecision() }));
export type FileChangeApprovalResult = Infer<typeof FileChangeApprovalResult>;

const FileSystemPermissions = lazy(() =>
  z.object({ read: z.array(z.string()).nullable(), write: z.array(z.string()).nullable() }),
);
const NetworkPermissions = lazy(() => z.object({ enabled: z.boolean().nullable() }));

/** What a tool wants beyond what the policy gives, e.g. to read a file that is kept from the model. Paths are absolute. */
export const PermissionsApprovalParams = lazy(() =>
  z.object({
    threadId: z.string(),
    turnId: z.string(),
    itemId: z.string(),
    environmentId: z.string().nullable(),
    startedAtMs: z.number(),
    cwd: z.string(),
    reason: z.string().nullable(),
    permissions: z.object({
      network: NetworkPermissions().nullable(),
      fileSystem: FileSystemPermissions().nullable(),
    }),
    safety: Safety().nullish(),
  }),
);
export type PermissionsApprovalParams = Infer<typeof PermissionsApprovalParams>;

/** What is granted of it; what is not named is refused. */
export const PermissionsApprovalResult = lazy(() =>
  z.object({
    permissions: z.object({
      network: NetworkPermissions().nullish(),
      fileSystem: z.object({ read: z.array(z.string()).nullish(), write: z.array(z.string()).nullish() }).nullish(),
    }),
    scope: z.enum(['turn', 'session']).default('turn'),
  }),
);
export type PermissionsApprovalResult = Infer<typeof PermissionsApprovalResult>;

/** The request with this id needs no answer any more: it was answered by a client, or its turn ended. */
export const ServerRequestResolved = lazy(() =>
  z.object({ threadId: z.string(), requestId: z.union([z.string(), z.number()]) }),
);
export type ServerRequestResolved = Infer<typeof ServerRequestResolved>;
