// The items of a turn: what the user said, what the agent said, thought, ran and changed.
import * as z from 'zod';
import { lazy, members, type Infer } from '../define.ts';
import { JsonValue } from './common.ts';

/** In bytes of the text. */
const TextElement = lazy(() =>
  z.object({
    byteRange: z.object({ start: z.number().int().nonnegative(), end: z.number().int().nonnegative() }),
    placeholder: z.string().nullish(),
  }),
);

const ImageDetail = lazy(() => z.enum(['auto', 'low', 'high', 'original']));

/** One part of what the user sends. A `mention` names a file or folder by absolute path. */
export const UserInput = lazy(() =>
  z.union([
    z.object({ type: z.literal('text'), text: z.string(), text_elements: z.array(TextElement()).default([]) }),
    z.object({ type: z.literal('image'), url: z.string(), detail: ImageDetail().nullish() }),
    z.object({ type: z.literal('localImage'), path: z.string(), detail: ImageDetail().nullish() }),
    z.object({ type: z.literal('skill'), name: z.string(), path: z.string() }),
    z.object({ type: z.literal('mention'), name: z.string(), path: z.string() }),
  ]),
);
export type UserInput = Infer<typeof UserInput>;

const lifecycle = members(() => ({
  /** Unix milliseconds. */
  startedAtMs: z.number().nullish(),
  /** Unix milliseconds; null while the item is open. */
  completedAtMs: z.number().nullish(),
}));

export const UserMessageItem = lazy(() =>
  z.object({
    type: z.literal('userMessage'),
    id: z.string(),
    clientId: z.string().nullable(),
    content: z.array(UserInput()),
    ...lifecycle(),
  }),
);
export type UserMessageItem = Infer<typeof UserMessageItem>;

export const AgentMessageItem = lazy(() =>
  z.object({
    type: z.literal('agentMessage'),
    id: z.string(),
    text: z.string(),
    phase: z.string().nullable(),
    moderation: z.unknown(),
    memoryCitation: z.unknown(),
    delivery: z.unknown(),
    questions: z.unknown(),
    ...lifecycle(),
  }),
);
export type AgentMessageItem = Infer<typeof AgentMessageItem>;

export const ReasoningItem = lazy(() =>
  z.object({
    type: z.literal('reasoning'),
    id: z.string(),
    summary: z.array(z.string()),
    content: z.array(z.string()),
    ...lifecycle(),
  }),
);
export type ReasoningItem = Infer<typeof ReasoningItem>;

/** What a shell command will do, as far as can be told from its text. */
export const CommandAction = lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('read'), command: z.string(), name: z.string(), path: z.string() }),
    z.object({ type: z.literal('listFiles'), command: z.string(), path: z.string().nullable() }),
    z.object({
      type: z.literal('search'),
      command: z.string(),
      query: z.string().nullable(),
      path: z.string().nullable(),
    }),
    z.object({ type: z.literal('unknown'), command: z.string() }),
  ]),
);
export type CommandAction = Infer<typeof CommandAction>;

/** The states of an item that is run or applied. `declined` was refused by the user. */
export const ActionStatus = lazy(() => z.enum(['inProgress', 'completed', 'failed', 'declined']));
export type ActionStatus = Infer<typeof ActionStatus>;

export const CommandExecutionItem = lazy(() =>
  z.object({
    type: z.literal('commandExecution'),
    id: z.string(),
    pluginId: z.string().nullish().default(null),
    scriptPath: z.string().nullish().default(null),
    /** The argument vector, joined with shell quotes. */
    command: z.string(),
    cwd: z.string(),
    /** Decimal string, also the model's session id; null before the command runs. */
    processId: z.string().nullable(),
    /** `agent` | `unifiedExecStartup` | `unifiedExecInteraction` | `userShell`. */
    source: z.string(),
    status: ActionStatus(),
    commandActions: z.array(CommandAction()),
    /** stdout and stderr merged; null when there was none. */
    aggregatedOutput: z.string().nullable(),
    exitCode: z.number().nullable(),
    durationMs: z.number().nullable(),
    ...lifecycle(),
  }),
);
export type CommandExecutionItem = Infer<typeof CommandExecutionItem>;

export const PatchChangeKind = lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('add') }),
    z.object({ type: z.literal('delete') }),
    z.object({ type: z.literal('update'), move_path: z.string().nullable() }),
  ]),
);
export type PatchChangeKind = Infer<typeof PatchChangeKind>;

/**
 * One file of a patch. `path` is absolute. `diff` is the whole new text for an added file, the whole old text for a deleted
 * one, and unified hunks without file headers for an update.
 */
export const FileUpdateChange = lazy(() => z.object({ path: z.string(), kind: PatchChangeKind(), diff: z.string() }));
export type FileUpdateChange = Infer<typeof FileUpdateChange>;

export const FileChangeItem = lazy(() =>
  z.object({
    type: z.literal('fileChange'),
    id: z.string(),
    changes: z.array(FileUpdateChange()),
    status: ActionStatus(),
    ...lifecycle(),
  }),
);
export type FileChangeItem = Infer<typeof FileChangeItem>;

export const DynamicToolContent = lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('inputText'), text: z.string() }),
    z.object({ type: z.literal('inputImage'), imageUrl: z.string() }),
    z.object({ type: z.literal('inputAudio'), audioUrl: z.string() }),
  ]),
);
export type DynamicToolContent = Infer<typeof DynamicToolContent>;

/** A tool call with no item kind of its own. Built-in tools (read_file, grep, ...) carry namespace `bowline`. */
export const DynamicToolCallItem = lazy(() =>
  z.object({
    type: z.literal('dynamicToolCall'),
    id: z.string(),
    namespace: z.string().nullable(),
    tool: z.string(),
    arguments: JsonValue(),
    status: z.enum(['inProgress', 'completed', 'failed']),
    contentItems: z.array(DynamicToolContent()).nullable(),
    success: z.boolean().nullable(),
    durationMs: z.number().nullable(),
    ...lifecycle(),
  }),
);
export type DynamicToolCallItem = Infer<typeof DynamicToolCallItem>;

const McpToolCallItem = lazy(() =>
  z.looseObject({
    type: z.literal('mcpToolCall'),
    id: z.string(),
    server: z.string(),
    tool: z.string(),
    status: z.enum(['inProgress', 'completed', 'failed']),
    arguments: JsonValue(),
    result: z.unknown(),
    error: z.unknown(),
    durationMs: z.number().nullish(),
    ...lifecycle(),
  }),
);

const textItem = <T extends string>(type: T) =>
  z.object({ type: z.literal(type), id: z.string(), text: z.string(), ...lifecycle() });
const reviewItem = <T extends string>(type: T) =>
  z.object({ type: z.literal(type), id: z.string(), review: z.string(), ...lifecycle() });

/** The item kinds that this version knows by name. */
export const KnownItem = lazy(() =>
  z.discriminatedUnion('type', [
    UserMessageItem(),
    AgentMessageItem(),
    ReasoningItem(),
    CommandExecutionItem(),
    FileChangeItem(),
    DynamicToolCallItem(),
    McpToolCallItem(),
    textItem('plan'),
    z.object({ type: z.literal('imageView'), id: z.string(), path: z.string(), ...lifecycle() }),
    z.object({ type: z.literal('webSearch'), id: z.string(), query: z.string(), action: z.unknown(), ...lifecycle() }),
    z.object({ type: z.literal('contextCompaction'), id: z.string(), ...lifecycle() }),
    reviewItem('enteredReviewMode'),
    reviewItem('exitedReviewMode'),
  ]),
);

const UNKNOWN = 'unknown' as const;

/** An item of a kind that a newer server added: kept whole, shown as a raw card, never dropped. */
export const UnknownItem = lazy(() =>
  z.looseObject({ type: z.string(), id: z.string(), ...lifecycle() }).transform((raw) => ({
    type: UNKNOWN,
    id: raw.id,
    startedAtMs: raw.startedAtMs,
    completedAtMs: raw.completedAtMs,
    raw,
  })),
);

export const ThreadItem = lazy(() => z.union([KnownItem(), UnknownItem()]));
export type ThreadItem = Infer<typeof ThreadItem>;
