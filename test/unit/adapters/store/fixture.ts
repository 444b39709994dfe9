// What the store's tests share: a scratch home, a clock that is moved by hand, and threads, turns and items to write.
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock, Log } from '../../../../server/core/ports.ts';
import type { Settings } from '../../../../server/core/settings.ts';
import type {
  LeaseOwner,
  Page,
  StoreEntry,
  ThreadRecord,
  ThreadStore,
} from '../../../../server/core/thread/threadStore.ts';
import type { ModelItem } from '../../../../server/core/turn/modelPort.ts';
import type { ServerNotification } from '../../../../server/protocol/methods.ts';
import type { ThreadItem } from '../../../../server/protocol/schema/item.ts';
import type { Turn } from '../../../../server/protocol/schema/turn.ts';
import { openThreadStore, type StoreOptions } from '../../../../server/adapters/store/openThreadStore.ts';

export const FIRST: Page = { cursor: null, limit: 100, direction: 'asc' };
export const NEWEST: Page = { cursor: null, limit: 100, direction: 'desc' };
export const T0 = 1_795_364_413_000;

export const silentLog: Log = { debug: () => undefined, warn: () => undefined, error: () => undefined };

export const settings: Settings = {
  cwd: '/ws/project',
  model: 'demo',
  modelProvider: 'demo',
  effort: null,
  summary: null,
  verbosity: null,
  approvalPolicy: 'on-request',
  sandbox: { type: 'readOnly', networkAccess: false },
  baseInstructions: null,
  developerInstructions: null,
  contextWindow: null,
  shellEnvironment: {
    inherit: 'all',
    ignoreDefaultExcludes: false,
    exclude: [],
    set: {},
    includeOnly: [],
    useLoginPath: true,
  },
  projectDocMaxBytes: 32_768,
  overrides: {},
};

/** A clock that stands still until it is moved; timers run when their time is passed. */
export class ManualClock implements Clock {
  #nowMs = T0;
  #timers: { readonly atMs: number; readonly task: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  get timers(): number {
    return this.#timers.length;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs);
    this.#timers = this.#timers.filter((timer) => timer.atMs > this.#nowMs);
    for (const timer of due) timer.task();
  }
}

/** A home that is removed, and stores that are closed, when the test ends. */
export class Scratch {
  readonly home = mkdtempSync(join(tmpdir(), 'bowline-store-'));
  readonly clock = new ManualClock();
  readonly #open: ThreadStore[] = [];

  async store(options: Partial<StoreOptions> = {}): Promise<ThreadStore> {
    const store = await openThreadStore({ home: this.home, clock: this.clock, log: silentLog, ...options });
    this.#open.push(store);
    return store;
  }

  dispose(): void {
    for (const store of this.#open) store.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}

export function recordOf(id: string, change: Partial<ThreadRecord> = {}): ThreadRecord {
  return {
    id,
    sessionId: id,
    forkedFromId: null,
    createdAtMs: T0,
    updatedAtMs: T0,
    recencyAtMs: T0,
    archived: false,
    name: null,
    preview: '',
    cliVersion: '0.1.0',
    originator: 'test',
    gitInfo: null,
    settings,
    tokenUsage: null,
    ...change,
  };
}

export function ownerOf(client: string, pid = process.pid): LeaseOwner {
  return { pid, host: hostname(), client, sinceMs: T0 };
}

export function turnOf(id: string, change: Partial<Turn> = {}): Turn {
  return {
    id,
    rootTurnId: id,
    items: [],
    itemsView: 'notLoaded',
    status: 'inProgress',
    error: null,
    startedAt: T0 / 1000,
    completedAt: null,
    durationMs: null,
    ...change,
  };
}

export const completedTurn = (id: string): Turn =>
  turnOf(id, { status: 'completed', completedAt: T0 / 1000 + 1, durationMs: 1000 });

export function messageItem(id: string, text: string, completedAtMs: number | null = T0): ThreadItem {
  return {
    type: 'agentMessage',
    id,
    text,
    phase: null,
    moderation: null,
    memoryCitation: null,
    delivery: null,
    questions: null,
    startedAtMs: T0,
    completedAtMs,
  };
}

export function userItem(id: string, text: string): ThreadItem {
  const content = [{ type: 'text' as const, text, text_elements: [] }];
  return { type: 'userMessage', id, clientId: null, content, startedAtMs: T0, completedAtMs: T0 };
}

export function commandItem(id: string, output: string | null): Extract<ThreadItem, { type: 'commandExecution' }> {
  return {
    type: 'commandExecution',
    id,
    pluginId: null,
    scriptPath: null,
    command: '/bin/bash -lc ls',
    cwd: '/ws/project',
    processId: '1',
    source: 'unifiedExecStartup',
    status: 'inProgress',
    commandActions: [],
    aggregatedOutput: output,
    exitCode: null,
    durationMs: null,
    startedAtMs: T0,
    completedAtMs: null,
  };
}

/** Builds the entries of one thread. */
export class Script {
  readonly threadId: string;

  constructor(threadId: string) {
    this.threadId = threadId;
  }

  event(event: ServerNotification, atMs = T0): StoreEntry {
    return { type: 'event', event, atMs };
  }

  started(turnId: string, atMs = T0): StoreEntry {
    return this.event({ method: 'turn/started', params: { threadId: this.threadId, turn: turnOf(turnId) } }, atMs);
  }

  completed(turnId: string, atMs = T0): StoreEntry {
    return this.event(
      { method: 'turn/completed', params: { threadId: this.threadId, turn: completedTurn(turnId) } },
      atMs,
    );
  }

  item(turnId: string, item: ThreadItem, atMs = T0): StoreEntry {
    const params = { threadId: this.threadId, turnId, item, completedAtMs: T0 };
    return this.event({ method: 'item/completed', params }, atMs);
  }

  reverted(beforeTurnId: string): StoreEntry {
    return this.event({ method: 'thread/reverted', params: { threadId: this.threadId, beforeTurnId } });
  }

  diff(turnId: string, diff: string): StoreEntry {
    return this.event({ method: 'turn/diff/updated', params: { threadId: this.threadId, turnId, diff } });
  }

  partial(turnId: string, item: ThreadItem): StoreEntry {
    return { type: 'partial', turnId, item };
  }

  model(turnId: string, text: string): StoreEntry {
    return { type: 'model', turnId, item: modelMessage(text) };
  }

  /** A whole turn: the user's words and the agent's. */
  turn(turnId: string, answer = `answer ${turnId}`): StoreEntry[] {
    return [
      this.started(turnId),
      this.item(turnId, userItem(`${turnId}-user`, `prompt ${turnId}`)),
      this.model(turnId, `model ${turnId}`),
      this.item(turnId, messageItem(`${turnId}-agent`, answer)),
      this.completed(turnId),
    ];
  }
}

export function modelMessage(text: string): ModelItem {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
}

/** The words of model items, for short comparisons. */
export function wordsOf(items: readonly ModelItem[]): string[] {
  return items
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => ('text' in part ? part.text : ''));
}

export function isKind(kind: string): (error: unknown) => boolean {
  return (error) => error instanceof Error && 'kind' in error && error.kind === kind;
}
