// Safety: the sandbox's state, the rules for commands and hosts, rehearsals, and what the model was shown.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { FileUpdateChange } from './item.ts';

/** How much an answer matters: what is `low` may be accepted in a batch, what is `high` needs to be read. */
export const Risk = lazy(() => z.enum(['low', 'medium', 'high']));
export type Risk = Infer<typeof Risk>;

/** Shapes of actions that ask in every mode, each with a switch of its own. */
export const TripwireName = lazy(() =>
  z.enum([
    'recursive_deletion',
    'history_rewrite',
    'device_write',
    'credential_read',
    'network_to_shell',
    'fork_bomb',
    'mass_deletion',
  ]),
);
export type TripwireName = Infer<typeof TripwireName>;

/** What a request for approval tells about itself, beside the wire's own members. */
export const Safety = lazy(() =>
  z.object({
    risk: Risk(),
    /** The tripwire that asks; null when the policy does. */
    tripwire: TripwireName().nullable(),
    /** Accepting runs it in the sandbox. */
    isSandboxed: z.boolean(),
    /** `approval/rehearse` can show what it would do. */
    canRehearse: z.boolean(),
  }),
);
export type Safety = Infer<typeof Safety>;

export const SandboxReadResult = lazy(() =>
  z.object({
    isAvailable: z.boolean(),
    /** What contains the commands, e.g. "bubblewrap"; null when nothing does. */
    backend: z.string().nullable(),
    /** Why there is no sandbox, in words for the user. */
    reason: z.string().nullable(),
    /** What to do about it, e.g. the line that installs what is missing. */
    remedy: z.string().nullable(),
  }),
);
export type SandboxReadResult = Infer<typeof SandboxReadResult>;

/** `forbidden` refuses, `prompt` asks, `allow` runs unasked. */
export const RuleDecision = lazy(() => z.enum(['allow', 'prompt', 'forbidden']));
export type RuleDecision = Infer<typeof RuleDecision>;

const RuleOrigin = lazy(() =>
  z.object({
    /** Stays the same while the rule stands in its file. */
    id: z.string(),
    decision: RuleDecision(),
    justification: z.string().nullable(),
    /** Absolute path of its file, and its line from 1. */
    path: z.string(),
    line: z.number(),
    /** `home`: of the user, for all workspaces. `workspace`: of the trusted workspace. */
    scope: z.enum(['home', 'workspace']),
    isEnabled: z.boolean(),
  }),
);

/** A rule for commands that begin with `pattern` (a list stands for alternatives), or for a host. */
export const Rule = lazy(() =>
  z.discriminatedUnion('kind', [
    RuleOrigin().extend({
      kind: z.literal('command'),
      pattern: z.array(z.union([z.string(), z.array(z.string())])),
    }),
    RuleOrigin().extend({ kind: z.literal('network'), host: z.string() }),
  ]),
);
export type Rule = Infer<typeof Rule>;

export const RuleListParams = lazy(() => z.object({ cwd: z.string().nullish() }));
export type RuleListParams = Infer<typeof RuleListParams>;

export const RuleListResult = lazy(() =>
  z.object({
    data: z.array(Rule()),
    /** Files or lines that could not be used; their rules are not in force. */
    problems: z.array(z.object({ path: z.string(), line: z.number().nullable(), message: z.string() })),
  }),
);
export type RuleListResult = Infer<typeof RuleListResult>;

export const RuleSetEnabledParams = lazy(() =>
  z.object({ id: z.string(), isEnabled: z.boolean(), cwd: z.string().nullish() }),
);
export type RuleSetEnabledParams = Infer<typeof RuleSetEnabledParams>;

export const RuleRemoveParams = lazy(() => z.object({ id: z.string(), cwd: z.string().nullish() }));
export type RuleRemoveParams = Infer<typeof RuleRemoveParams>;

/** The open request whose command the rule shall cover. */
export const OpenRequestParams = lazy(() =>
  z.object({ threadId: z.string(), requestId: z.union([z.string(), z.number()]) }),
);
export type OpenRequestParams = Infer<typeof OpenRequestParams>;

export const RuleProposal = lazy(() =>
  z.object({
    /** The smallest prefix that covers the family of commands; answer with it as `execpolicy_amendment`. */
    pattern: z.array(z.string()),
    /** The rule as it will stand in the file. */
    text: z.string(),
    /** Examples of commands that it will run unasked, and of near ones that it will not. */
    covers: z.array(z.string()),
    doesNotCover: z.array(z.string()),
    /** The rule against the commands of past threads. */
    history: z.object({
      /** Commands that were looked at, and how many of them the rule would have run unasked. */
      total: z.number(),
      covered: z.number(),
      /** Covered commands that the user had declined, at most 20. */
      declined: z.array(z.string()),
    }),
  }),
);
export type RuleProposal = Infer<typeof RuleProposal>;

/** What an action did in a scratch copy of the workspace, with the network off. */
export const Rehearsal = lazy(() =>
  z.object({
    rehearsalId: z.string(),
    /** Null for a patch. */
    exitCode: z.number().nullable(),
    output: z.string(),
    /** As in a `fileChange` item; paths are those of the workspace. */
    changes: z.array(FileUpdateChange()),
    /** What the rehearsal could not show, e.g. effects outside the workspace; null when nothing is known to be missing. */
    limitation: z.string().nullable(),
  }),
);
export type Rehearsal = Infer<typeof Rehearsal>;

/** One open request of any thread, also of one that is not loaded. */
export const ApprovalListResult = lazy(() =>
  z.object({
    data: z.array(
      z.object({
        requestId: z.union([z.string(), z.number()]),
        method: z.string(),
        threadId: z.string(),
        /** Name or first words of the thread. */
        threadTitle: z.string(),
        cwd: z.string(),
        /** Unix milliseconds. */
        startedAtMs: z.number(),
        isLoaded: z.boolean(),
      }),
    ),
  }),
);
export type ApprovalListResult = Infer<typeof ApprovalListResult>;

export const TurnContextReadParams = lazy(() => z.object({ threadId: z.string(), turnId: z.string() }));
export type TurnContextReadParams = Infer<typeof TurnContextReadParams>;

/** One thing that left the editor for the model in a turn. */
export const ContextEntry = lazy(() =>
  z.object({
    kind: z.enum([
      'instructions',
      'projectDocument',
      'environment',
      'message',
      'file',
      'selection',
      'image',
      'toolOutput',
    ]),
    /** In words, e.g. the command or the file's name. */
    label: z.string(),
    /** Absolute; null for what is no file. */
    path: z.string().nullable(),
    bytes: z.number(),
    /** Secrets that were masked in it. */
    masked: z.number(),
    itemId: z.string().nullable(),
  }),
);
export type ContextEntry = Infer<typeof ContextEntry>;

export const TurnContextReadResult = lazy(() => z.object({ data: z.array(ContextEntry()) }));
export type TurnContextReadResult = Infer<typeof TurnContextReadResult>;
