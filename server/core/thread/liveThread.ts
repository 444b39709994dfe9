// A thread that is loaded: its row, its live state, the model's side of the conversation, and the turn that runs.
import { messageOf, ProtocolError } from '../../protocol/errors.ts';
import type { ServerNotification } from '../../protocol/methods.ts';
import type { Thread, ThreadStatus } from '../../protocol/schema/thread.ts';
import type { ThreadTokenUsage, TokenUsage, Turn } from '../../protocol/schema/turn.ts';
import { threadStateOf, type ThreadState } from '../../protocol/state/threadState.ts';
import { Approvals } from '../approval/approvals.ts';
import { Grants } from '../approval/grants.ts';
import { waitingFor } from '../approval/waiting.ts';
import { tokensOf } from '../compaction/tokens.ts';
import { ThreadGoals } from '../goal/threadGoals.ts';
import { Recorder } from '../record.ts';
import type { Settings } from '../settings.ts';
import type { ModelItem } from '../turn/modelPort.ts';
import type { RunningTurn } from '../turn/runningTurn.ts';
import type { ThreadTools, TurnWorld } from '../turn/turnWorld.ts';
import type { Held } from './keptQuestion.ts';
import type { SuspendedTurn } from './suspendedTurn.ts';
import type { Lease, ThreadRecord, ThreadRecordChange } from './threadStore.ts';
import { threadView } from './threadView.ts';

export interface LiveThreadOptions {
  readonly world: TurnWorld;
  readonly record: ThreadRecord;
  /** What the model was told and said so far. */
  readonly history: () => readonly ModelItem[];
  /** Whether the store already has a row for it; a new thread gets one with its first turn or name. */
  readonly isStored: boolean;
  readonly isEphemeral: boolean;
  readonly tools: ThreadTools;
  /** The turn that another process began and that waits for the user. */
  readonly suspended: SuspendedTurn | null;
  publish(event: ServerNotification): void;
  /** Makes sure that this process may write the thread, and returns the lease; the same one while it is held. Throws when another process holds it. */
  acquire(): Lease;
  /** Another process took the right to write: what is in memory here will soon be out of date. `reason` is for the user. */
  lost(reason: string): void;
}

/** How many message ids of clients a thread remembers. */
const REMEMBERED_MESSAGES = 256;

export class LiveThread {
  readonly id: string;
  readonly world: TurnWorld;
  readonly grants = new Grants();
  readonly approvals: Approvals;
  readonly goals: ThreadGoals;
  readonly tools: ThreadTools;
  readonly isEphemeral: boolean;
  readonly #options: LiveThreadOptions;
  readonly #recorder: Recorder;
  /** Null until it is needed: who only reads a long thread does not wait for it. */
  #history: ModelItem[] | null = null;
  #contextTokens: number | null;
  #record: ThreadRecord;
  readonly #messages = new Map<string, Turn>();
  #isStored: boolean;
  #isHolding: boolean;
  #lease: Lease | null = null;
  #unsavedChange: ThreadRecordChange = {};
  /** The turn that runs; null when idle. */
  running: RunningTurn | null = null;

  constructor(options: LiveThreadOptions) {
    this.id = options.record.id;
    this.world = options.world;
    this.isEphemeral = options.isEphemeral;
    this.tools = options.tools;
    this.#options = options;
    this.#record = options.record;
    this.#contextTokens = options.record.tokenUsage?.last.totalTokens ?? null;
    this.#isStored = options.isStored;
    this.#isHolding = options.suspended !== null;
    const { suspended } = options;
    const turns = suspended === null ? [] : [suspended.turn];
    const state = {
      ...threadStateOf(
        threadView(options.record, suspended === null ? { type: 'idle' } : waitingFor(suspended.questions), turns),
      ),
      tokenUsage: options.record.tokenUsage,
    };
    const { clock, ids, log, store, approver, rules } = options.world;
    this.#recorder = new Recorder(
      {
        threadId: this.id,
        clock,
        log,
        store,
        publish: (event) => options.publish(event),
        storeFailed: (reason) => this.running?.fail(reason),
      },
      state,
      options.isStored,
    );
    this.approvals = new Approvals({
      threadId: this.id,
      approver,
      store,
      log,
      isStored: () => this.#isStored && !this.isEphemeral,
      grants: this.grants,
      clock,
      ids,
      rules,
      warn: (message) => this.record({ method: 'warning', params: { threadId: this.id, message } }),
      setWaiting: (flags) => {
        // a question that ends with its turn leaves an idle thread
        if (this.running !== null) this.setStatus({ type: 'active', activeFlags: [...flags] });
      },
      cancelTurn: () => this.running?.interrupt(),
    });
    if (suspended !== null) this.approvals.takeUp(suspended.questions);
    this.goals = new ThreadGoals({
      threadId: this.id,
      clock,
      record: (event) => this.record(event),
      current: () => this.#record.goal ?? null,
      keep: (goal) => this.change({ goal }),
    });
  }

  get state(): ThreadState {
    return this.#recorder.state;
  }

  get settings(): Settings {
    return this.#record.settings;
  }

  get row(): ThreadRecord {
    return this.#record;
  }

  get status(): ThreadStatus {
    return this.state.thread.status;
  }

  get history(): readonly ModelItem[] {
    return this.#known();
  }

  #known(): ModelItem[] {
    return (this.#history ??= [...this.#options.history()]);
  }

  get isStored(): boolean {
    return this.#isStored;
  }

  /** The thread as the wire shows it, without turns. */
  view(): Thread {
    return { ...threadView(this.#record, this.status), ephemeral: this.isEphemeral };
  }

  record(event: ServerNotification): void {
    this.#recorder.record(event);
  }

  setStatus(status: ThreadStatus): void {
    this.record({ method: 'thread/status/changed', params: { threadId: this.id, status } });
  }

  /** Adds to the model's side of the conversation. */
  remember(turnId: string, items: readonly ModelItem[]): void {
    this.#contextTokens = this.contextTokens + tokensOf(items);
    this.#known().push(...items);
    this.#recorder.append(items.map((item) => ({ type: 'model', turnId, item })));
  }

  /** How much the conversation takes, as the model last told, with an estimate of what came since. */
  get contextTokens(): number {
    return (this.#contextTokens ??= tokensOf(this.#known()));
  }

  /** Puts `items` in the place of the model's side of the conversation. `prefixTokens`: what stands before it in each request. */
  rebase(turnId: string, items: readonly ModelItem[], prefixTokens: number): void {
    this.#history = [...items];
    this.#recorder.append([{ type: 'modelBase', turnId, items }]);
    this.#noteContext(turnId, prefixTokens + tokensOf(items), this.settings.contextWindow);
  }

  /** The model refused the conversation as too long: what it takes now is more than there is room for. */
  noteOverflow(turnId: string): void {
    const window = this.settings.contextWindow ?? this.contextTokens;
    this.#noteContext(turnId, Math.max(window, this.contextTokens), window);
  }

  /** Nothing was spent; what the next request will take is another number than before. */
  #noteContext(turnId: string, tokens: number, window: number | null): void {
    const last = { ...NO_USAGE, totalTokens: tokens };
    const total = this.#record.tokenUsage?.total ?? NO_USAGE;
    this.#tellUsage(turnId, { total, last, modelContextWindow: window });
  }

  /** Keeps for another process what is not yet a part of the conversation. */
  hold(turnId: string, held: Held): void {
    this.#isHolding = true;
    this.#recorder.append([{ type: 'held', turnId, held }]);
  }

  /** What was held is now a part of the conversation. */
  dropHeld(): void {
    if (!this.#isHolding || !this.#isStored) return;
    try {
      this.world.store.dropHeld(this.id);
      this.#isHolding = false;
    } catch (error) {
      // it goes with the next one; outputs of calls that are answered are never used again
      this.world.log.warn('What was held could not be dropped.', { threadId: this.id, reason: messageOf(error) });
    }
  }

  /** Changes the row, in memory and in the store. */
  change(change: ThreadRecordChange): void {
    this.#record = { ...this.#record, ...change };
    if (!this.#isStored) return;
    this.#unsavedChange = { ...this.#unsavedChange, ...change };
    try {
      this.world.store.update(this.id, this.#unsavedChange);
      this.#unsavedChange = {};
    } catch (error) {
      // Kept, and tried again with the next change; the turn says why it ends.
      this.world.log.error('The store refused a change.', { threadId: this.id, reason: messageOf(error) });
      this.running?.fail(messageOf(error));
    }
  }

  /** Creates the row if there is none, and makes sure that this process may write. Ephemeral threads stay in memory. */
  ensureWritable(): void {
    if (this.isEphemeral) return;
    if (this.#lease === null) this.#hold(this.#options.acquire());
    else this.#checkLease(this.#lease);
    if (this.#isStored) return;
    this.world.store.create(this.#record, null);
    this.#isStored = true;
    this.#recorder.startStoring();
  }

  #hold(lease: Lease): void {
    this.#lease = lease;
    lease.onLost((by) => {
      if (this.#lease !== lease) return;
      this.#leave(
        `This thread is now written by ${by.client} (pid ${by.pid} on ${by.host}). Resume it to continue here.`,
      );
    });
  }

  /** A lease is lost silently; before anything new begins it is looked at. */
  #checkLease(held: Lease): void {
    let now: Lease;
    try {
      now = this.#options.acquire();
    } catch (error) {
      this.#leave(messageOf(error));
      throw error;
    }
    if (now === held) return;
    now.release();
    const reason = `thread ${this.id} was written by another process meanwhile. Resume it to continue here.`;
    this.#leave(reason);
    throw new ProtocolError('invalidRequest', reason, { kind: 'leaseLost' });
  }

  #leave(reason: string): void {
    this.#lease = null;
    this.running?.fail(reason);
    this.#options.lost(reason);
  }

  /**
   * The turn that a message of a client began or joined, whoever wrote the thread then, so that a repeated request does not repeat the
   * work. What is not yet recorded is known here alone.
   */
  turnOfMessage(clientId: string): Turn | undefined {
    const stored = this.#isStored ? this.world.store.turnOfMessage(this.id, clientId) : undefined;
    return stored ?? this.#messages.get(clientId);
  }

  noteMessage(clientId: string | null, turn: Turn): void {
    if (clientId === null) return;
    this.#messages.set(clientId, turn);
    const oldest = this.#messages.size > REMEMBERED_MESSAGES ? this.#messages.keys().next().value : undefined;
    if (oldest !== undefined) this.#messages.delete(oldest);
  }

  /**
   * Takes the turn and all later ones out of the history, in the store first; the returned function tells the clients. No turn may run.
   * Throws what the store throws, and nothing has changed then.
   */
  revert(beforeTurnId: string): () => void {
    const event = { method: 'thread/reverted', params: { threadId: this.id, beforeTurnId } } as const;
    const { store } = this.world;
    const kept = store.turnBefore(this.id, beforeTurnId) ?? null;
    const usage = kept === null ? null : store.usageAt(this.id, kept);
    const tell = this.#recorder.commit(event);
    this.#history = [...store.modelItems(this.id)];
    this.#contextTokens = usage?.last.totalTokens ?? null;
    for (const [clientId, { id }] of this.#messages) {
      if (!this.world.store.hasTurn(this.id, id)) this.#messages.delete(clientId);
    }
    const { tokenUsage } = this.#record;
    // what was spent is spent; what the conversation takes is what it took then
    const last = usage?.last ?? { ...NO_USAGE, totalTokens: this.contextTokens };
    this.change({
      updatedAtMs: this.world.clock.nowMs(),
      tokenUsage: tokenUsage === null ? null : { ...tokenUsage, last },
    });
    return tell;
  }

  /** Adds a response's usage to the thread's total and tells the clients. */
  addUsage(turnId: string, last: TokenUsage): void {
    const before = this.#record.tokenUsage?.total;
    const total = before === undefined ? last : addUsage(before, last);
    this.#tellUsage(turnId, { total, last, modelContextWindow: this.settings.contextWindow });
    this.goals.charge(turnId, last);
  }

  /** Adds what was spent beside the conversation, which takes as much as before. */
  addUsageBeside(turnId: string, usage: TokenUsage): void {
    const before = this.#record.tokenUsage ?? { total: NO_USAGE, last: NO_USAGE, modelContextWindow: null };
    const { contextTokens } = this;
    this.#tellUsage(turnId, { ...before, total: addUsage(before.total, usage) });
    this.#contextTokens = contextTokens;
  }

  #tellUsage(turnId: string, tokenUsage: ThreadTokenUsage): void {
    this.#contextTokens = tokenUsage.last.totalTokens;
    this.change({ tokenUsage });
    this.record({ method: 'thread/tokenUsage/updated', params: { threadId: this.id, turnId, tokenUsage } });
  }

  /** Ends what runs, saves what is open, gives the right to write back. `suspend` leaves to another process what waits for the user. */
  async close(how: 'end' | 'suspend'): Promise<void> {
    if (how === 'suspend' && this.approvals.outlive) this.running?.suspend();
    else this.running?.interrupt();
    await this.running?.ended;
    await this.tools.close();
    this.#recorder.flush();
    this.#lease?.release();
    this.#lease = null;
  }
}

const NO_USAGE: TokenUsage = {
  totalTokens: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteInputTokens: 0,
  outputTokens: 0,
  reasoningOutputTokens: 0,
};

function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    totalTokens: a.totalTokens + b.totalTokens,
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    cacheWriteInputTokens: a.cacheWriteInputTokens + b.cacheWriteInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningOutputTokens: a.reasoningOutputTokens + b.reasoningOutputTokens,
  };
}
