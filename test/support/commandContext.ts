// A turn as a command tool sees it: records what it is told, decides and answers as the test says, and has time pass when the test says so.
import { EventEmitter, once } from 'node:events';
import type { Settings } from '../../server/core/settings.ts';
import type { Action, Ask, CommandQuestion, Decision, ToolContext, Verdict } from '../../server/core/turn/tool.ts';
import type { ServerNotification } from '../../server/protocol/methods.ts';
import type { SandboxPolicy } from '../../server/protocol/schema/common.ts';
import type { CommandExecutionItem, ThreadItem } from '../../server/protocol/schema/item.ts';
import { createHandClock, type HandClock } from './handClock.ts';

export const SETTINGS: Settings = {
  cwd: '/',
  model: 'm',
  modelProvider: 'p',
  effort: null,
  summary: null,
  verbosity: null,
  approvalPolicy: 'on-request',
  sandbox: { type: 'dangerFullAccess' },
  baseInstructions: null,
  developerInstructions: null,
  contextWindow: null,
  shellEnvironment: {
    inherit: 'all',
    ignoreDefaultExcludes: true,
    exclude: [],
    set: {},
    includeOnly: [],
    useLoginPath: false,
  },
  projectDocMaxBytes: 0,
  overrides: {},
};

/** A question of the policy, as `decide` puts it. */
export function asking(reason: string, more: Partial<Ask> = {}): Ask {
  return { type: 'ask', reason, risk: 'medium', tripwire: null, isSandboxed: false, amendment: null, ...more };
}

export interface CommandContextOptions {
  readonly cwd: string;
  readonly turnId?: string;
  readonly clock?: HandClock;
  readonly decision?: Decision;
  readonly sandbox?: SandboxPolicy;
  /** Whether a command may reach a host; it may not unless told. */
  readonly mayReach?: boolean;
  /** What the user says when a file that is kept is to be read; no unless told. */
  readonly readAnswer?: Verdict;
  /** Answers when the user is asked. */
  readonly answer?: (item: CommandExecutionItem) => Promise<Verdict>;
}

export class CommandContext {
  readonly events: ServerNotification[] = [];
  /** What was decided on, and what was asked about commands. */
  readonly actions: Action[] = [];
  readonly questions: CommandQuestion[] = [];
  /** The files that were asked for. */
  readonly readQuestions: string[] = [];
  readonly clock: HandClock;
  readonly context: ToolContext;
  readonly #interrupt = new AbortController();
  readonly #told = new EventEmitter();

  constructor(options: CommandContextOptions) {
    const { turnId = 'turn', decision = { type: 'run', reason: '' } } = options;
    this.clock = options.clock ?? createHandClock();
    const { clock } = this;
    const inTurn = { threadId: 'thread', turnId };
    const record = (event: ServerNotification): void => {
      this.events.push(event);
      this.#told.emit('event');
    };
    const startItem = <T extends ThreadItem>(item: T): T => {
      const startedAtMs = clock.nowMs();
      const started = { ...item, startedAtMs, completedAtMs: null };
      record({ method: 'item/started', params: { ...inTurn, item: started, startedAtMs } });
      return started;
    };
    this.context = {
      ...inTurn,
      settings: { ...SETTINGS, cwd: options.cwd, sandbox: options.sandbox ?? SETTINGS.sandbox },
      clock,
      ids: { next: () => 'id' },
      signal: this.#interrupt.signal,
      startItem,
      completeItem: (item) => {
        const completedAtMs = clock.nowMs();
        const completed = { ...item, startedAtMs: item.startedAtMs ?? completedAtMs, completedAtMs };
        record({
          method: 'item/completed',
          params: { ...inTurn, item: completed, completedAtMs, contentTokenCount: null },
        });
        return completed;
      },
      record,
      decide: (action) => {
        this.actions.push(action);
        return Promise.resolve(decision);
      },
      askCommand: (item, question) => {
        this.questions.push(question);
        return (options.answer ?? (() => Promise.resolve('accepted' as const)))(startItem(item));
      },
      askFileChange: () => Promise.resolve('declined'),
      askRead: (_itemId, paths) => {
        this.readQuestions.push(...paths);
        return Promise.resolve(options.readAnswer ?? 'declined');
      },
      askUser: () => Promise.resolve('failed'),
      askNetwork: () => Promise.resolve(options.mayReach ?? false),
      filesChanged: () => undefined,
      whileWatched: (task) => task(),
    };
  }

  interrupt(): void {
    this.#interrupt.abort();
  }

  /** Time passes: timers that were set for no longer than this run. */
  pass(ms: number): void {
    this.clock.forward(ms);
    for (const timer of this.clock.timers.filter(({ delayMs }) => delayMs <= ms)) timer.run();
  }

  /** Resolves when what was recorded fulfils the condition. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#told, 'event');
  }

  get methods(): string[] {
    return this.events.map(({ method }) => method.replace('item/commandExecution/', ''));
  }

  /** The live output so far. */
  get output(): string {
    return this.events
      .map((event) => (event.method === 'item/commandExecution/outputDelta' ? event.params.delta : ''))
      .join('');
  }

  item(method: 'item/started' | 'item/completed'): CommandExecutionItem {
    const items = this.events.flatMap((event) => (event.method === method ? [event.params.item] : []));
    const [item] = items;
    if (items.length !== 1 || item?.type !== 'commandExecution') throw new Error(`${method}: ${JSON.stringify(items)}`);
    return item;
  }

  get isCompleted(): boolean {
    return this.methods.includes('item/completed');
  }
}
