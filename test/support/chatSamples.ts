// Threads, turns and items as the server would give them, for looking at the chat page and testing it.
import type { PageSnapshot } from '../../server/protocol/chatBridge.ts';
import type { ThreadItem } from '../../server/protocol/schema/item.ts';
import type { Thread } from '../../server/protocol/schema/thread.ts';
import type { ThreadTokenUsage, Turn } from '../../server/protocol/schema/turn.ts';
import { threadStateOf, type ThreadState } from '../../server/protocol/state/threadState.ts';
import { WRITER_HERE } from '../../server/protocol/threadWriter.ts';

export const THREAD_ID = '01a20400-0000-7000-8000-000000000001';
export const FOLDER = '/home/ada/lighthouse';
const START_S = 1_795_364_000;
const START_MS = START_S * 1000;

export function thread(change: Partial<Thread> = {}): Thread {
  return {
    id: THREAD_ID,
    sessionId: THREAD_ID,
    forkedFromId: null,
    parentThreadId: null,
    preview: '',
    ephemeral: false,
    section: null,
    sectionEnteredAt: null,
    projectId: null,
    historyMode: 'paginated',
    modelProvider: 'openai',
    model: 'gpt-5.2-codex',
    reasoningEffort: 'medium',
    createdAt: START_S,
    updatedAt: START_S,
    recencyAt: null,
    status: { type: 'idle' },
    path: null,
    cwd: FOLDER,
    cliVersion: '0.1.0',
    originator: null,
    source: 'vscode',
    threadSource: null,
    agentNickname: null,
    agentRole: null,
    gitInfo: null,
    name: null,
    turns: [],
    ...change,
  };
}

export function turn(id: string, change: Partial<Turn> = {}): Turn {
  return {
    id,
    rootTurnId: null,
    items: [],
    itemsView: 'full',
    status: 'completed',
    error: null,
    startedAt: START_S,
    completedAt: START_S + 42,
    durationMs: 42_300,
    ...change,
  };
}

/** A turn that has begun `secondsAgo` and not ended. */
export function runningTurn(id: string, items: readonly ThreadItem[], secondsAgo = 12): Turn {
  const startedAt = Math.floor(Date.now() / 1000) - secondsAgo;
  return turn(id, { items: [...items], status: 'inProgress', startedAt, completedAt: null, durationMs: null });
}

type ItemOf<T extends ThreadItem['type']> = Extract<ThreadItem, { type: T }>;
const done = { startedAtMs: START_MS, completedAtMs: START_MS + 4200 };

export const user = (id: string, text: string, change: Partial<ItemOf<'userMessage'>> = {}): ThreadItem => ({
  type: 'userMessage',
  id,
  clientId: null,
  content: [{ type: 'text', text, text_elements: [] }],
  ...done,
  ...change,
});

export const agent = (id: string, text: string, change: Partial<ItemOf<'agentMessage'>> = {}): ThreadItem => ({
  type: 'agentMessage',
  id,
  text,
  phase: null,
  moderation: null,
  memoryCitation: null,
  delivery: null,
  questions: null,
  ...done,
  ...change,
});

export const reasoning = (
  id: string,
  summary: readonly string[],
  change: Partial<ItemOf<'reasoning'>> = {},
): ThreadItem => ({
  type: 'reasoning',
  id,
  summary: [...summary],
  content: [],
  ...done,
  ...change,
});

export const command = (id: string, line: string, change: Partial<ItemOf<'commandExecution'>> = {}): ThreadItem => ({
  type: 'commandExecution',
  id,
  pluginId: null,
  scriptPath: null,
  command: `/bin/bash -lc '${line}'`,
  cwd: FOLDER,
  processId: '4711',
  source: 'unifiedExecStartup',
  status: 'completed',
  commandActions: [{ type: 'unknown', command: line }],
  aggregatedOutput: null,
  exitCode: 0,
  durationMs: 1840,
  ...done,
  ...change,
});

export const patch = (
  id: string,
  changes: ItemOf<'fileChange'>['changes'],
  change: Partial<ItemOf<'fileChange'>> = {},
): ThreadItem => ({
  type: 'fileChange',
  id,
  changes,
  status: 'completed',
  ...done,
  ...change,
});

/** A call of a tool: its name, its arguments, and the text it gave back. */
type ToolCall = readonly [name: string, args: Record<string, string>, result: string];

export const tool = (
  id: string,
  [name, args, result]: ToolCall,
  change: Partial<ItemOf<'dynamicToolCall'>> = {},
): ThreadItem => ({
  type: 'dynamicToolCall',
  id,
  namespace: 'bowline',
  tool: name,
  arguments: args,
  status: 'completed',
  contentItems: [{ type: 'inputText', text: result }],
  success: true,
  durationMs: 14,
  ...done,
  ...change,
});

/** An item that has begun and not ended. */
export const open = { startedAtMs: START_MS, completedAtMs: null };

export const update = (path: string, diff: string): ItemOf<'fileChange'>['changes'][number] => ({
  path: `${FOLDER}/${path}`,
  kind: { type: 'update', move_path: null },
  diff,
});

export const usage: ThreadTokenUsage = {
  total: {
    totalTokens: 48_210,
    inputTokens: 41_800,
    cachedInputTokens: 30_200,
    cacheWriteInputTokens: 0,
    outputTokens: 6410,
    reasoningOutputTokens: 3200,
  },
  last: {
    totalTokens: 86_400,
    inputTokens: 80_000,
    cachedInputTokens: 61_000,
    cacheWriteInputTokens: 0,
    outputTokens: 6400,
    reasoningOutputTokens: 3200,
  },
  modelContextWindow: 272_000,
};

export function state(turns: readonly Turn[], change: Partial<ThreadState> = {}): ThreadState {
  return { ...threadStateOf(thread()), turns, tokenUsage: usage, ...change };
}

/** Commands can be contained. */
export const SANDBOX = { isAvailable: true, backend: 'bubblewrap', reason: null, remedy: null };

export function snapshot(shown: ThreadState | null, change: Partial<PageSnapshot> = {}): PageSnapshot {
  return {
    thread: shown,
    writer: WRITER_HERE,
    olderCursor: null,
    draft: { text: '', attachments: [] },
    status: { type: 'ready' },
    model: { provider: 'openai', providerName: 'OpenAI', model: 'gpt-5.2-codex', isDemo: false },
    workspaceFolders: [FOLDER],
    firstRun: false,
    safety: { sandbox: SANDBOX, trust: 'trusted', hasFullAccess: false },
    mode: { isAvailable: true, mode: 'default', fromNextTurn: false },
    answered: [],
    followUp: 'steer',
    ...change,
  };
}
