// Shapes that many methods share: JSON values, paging, reasoning settings, approval and sandbox policies.
import * as z from 'zod';
import { lazy, members, type Infer } from '../define.ts';

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

export const JsonValue = lazy((): z.ZodType<JsonValue> => z.json());

/** Which page of a list. */
export const page = members(() => ({ cursor: z.string().nullish(), limit: z.number().int().nonnegative().nullish() }));
/** Where the pages before and after it begin. */
export const pageEnds = members(() => ({
  nextCursor: z.string().nullable(),
  backwardsCursor: z.string().nullable(),
}));

/** An empty result, `{}`. */
export const Empty = lazy(() => z.object({}));
export type Empty = Infer<typeof Empty>;

export const SortDirection = lazy(() => z.enum(['asc', 'desc']));
export type SortDirection = Infer<typeof SortDirection>;

/** How hard a reasoning model thinks; providers add names of their own, so any string is allowed. */
export const ReasoningEffort = lazy(() => z.string().min(1));
export type ReasoningEffort = Infer<typeof ReasoningEffort>;

export const ReasoningSummary = lazy(() => z.enum(['auto', 'concise', 'detailed', 'none']));
export type ReasoningSummary = Infer<typeof ReasoningSummary>;

const GranularApproval = lazy(() =>
  z.object({
    granular: z.object({
      sandbox_approval: z.boolean(),
      rules: z.boolean(),
      skill_approval: z.boolean().default(false),
      request_permissions: z.boolean().default(false),
      mcp_elicitations: z.boolean(),
    }),
  }),
);

/** When the agent asks before it acts. */
export const AskForApproval = lazy(() => z.union([z.enum(['untrusted', 'on-request', 'never']), GranularApproval()]));
export type AskForApproval = Infer<typeof AskForApproval>;

/** The sandbox by name, as `thread/*` params take it. */
export const SandboxMode = lazy(() => z.enum(['read-only', 'workspace-write', 'danger-full-access']));
export type SandboxMode = Infer<typeof SandboxMode>;

/** The sandbox spelled out, as `turn/start` takes it and every answer gives it. Paths are absolute. */
export const SandboxPolicy = lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('dangerFullAccess') }),
    z.object({ type: z.literal('readOnly'), networkAccess: z.boolean().default(false) }),
    z.object({
      type: z.literal('externalSandbox'),
      networkAccess: z.enum(['restricted', 'enabled']).default('restricted'),
    }),
    z.object({
      type: z.literal('workspaceWrite'),
      writableRoots: z.array(z.string()).default([]),
      networkAccess: z.boolean().default(false),
      excludeTmpdirEnvVar: z.boolean().default(false),
      excludeSlashTmp: z.boolean().default(false),
    }),
  ]),
);
export type SandboxPolicy = Infer<typeof SandboxPolicy>;

/** Who reviews approval requests; only `user` exists here. */
export const ApprovalsReviewer = lazy(() => z.string());
export type ApprovalsReviewer = Infer<typeof ApprovalsReviewer>;

/** `plan`: the agent looks, asks and proposes, and changes nothing. Null instructions: the server's own for the mode. */
export const CollaborationMode = lazy(() =>
  z.object({
    mode: z.enum(['plan', 'default']),
    settings: z.object({
      model: z.string(),
      reasoning_effort: ReasoningEffort().nullable().default(null),
      developer_instructions: z.string().nullable().default(null),
    }),
  }),
);
export type CollaborationMode = Infer<typeof CollaborationMode>;

/** Line and column, both from 1, and the end of the range. */
export const TextRange = lazy(() => {
  const position = z.object({ line: z.number(), column: z.number() });
  return z.object({ start: position, end: position });
});
export type TextRange = Infer<typeof TextRange>;

/** `Record<string, JsonValue>`: free-form settings such as `thread/start`'s `config` (dotted keys allowed). */
export const ConfigOverrides = lazy(() => z.record(z.string(), JsonValue()));
export type ConfigOverrides = Infer<typeof ConfigOverrides>;
