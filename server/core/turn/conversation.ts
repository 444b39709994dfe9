// What a turn says and hears: the user's messages, the model's responses, the outputs of its tool calls, until there is nothing more to do.
import { messageOf } from '../../protocol/errors.ts';
import type { TokenUsage } from '../../protocol/schema/turn.ts';
import type { UserInput } from '../../protocol/schema/item.ts';
import { withEveryCallAnswered } from '../thread/history.ts';
import type { TurnConditions } from '../thread/keptQuestion.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { SuspendedTurn } from '../thread/suspendedTurn.ts';
import { compact, type Compaction } from './compact.ts';
import { ContextKeeper } from './contextKeeper.ts';
import { DiffTracker } from './diffTracker.ts';
import { messageForModel } from './messageForModel.ts';
import { ResponseReader } from './modelEvents.ts';
import type { Memory } from './memory.ts';
import { ModelFailure, type ModelItem, type ModelProvider, type ModelRequest } from './modelPort.ts';
import { RepetitionWatch } from './repetition.ts';
import { respond, retryOrThrow } from './response.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { ToolContext, ToolSpec } from './tool.ts';
import { toolContext } from './toolContext.ts';
import { ToolRuns } from './toolRuns.ts';
import { stoppedEnd, type TurnEnd } from './turnEnd.ts';
import { TurnItems } from './turnItems.ts';
import { UserCommands } from './userCommands.ts';
import { textOf, userMessageItem } from './userMessage.ts';

/** A conversation that is not the thread's own: what it remembers ends with it, and its messages are not shown. */
export interface Apart {
  readonly memory: Memory;
  mayCall(tool: ToolSpec): boolean;
}

export interface ConversationParts {
  readonly conditions: TurnConditions;
  readonly apart?: Apart;
}

export class Conversation {
  readonly #thread: LiveThread;
  readonly #turn: RunningTurn;
  readonly #apart: Apart | null;
  readonly #memory: Memory;
  /** As they were when the turn began: what changes meanwhile holds for the next one. */
  readonly #conditions: TurnConditions;
  readonly #items: TurnItems;
  readonly #runs: ToolRuns;
  readonly #changes: DiffTracker;

  readonly #context: ContextKeeper;
  readonly #commands: UserCommands;
  readonly #repetition = new RepetitionWatch();
  /** Where in the history the messages begin that the model has not answered yet. */
  #unread = 0;

  /** The response that is being read. */
  #responding: Promise<unknown> = Promise.resolve();

  constructor(thread: LiveThread, turn: RunningTurn, { conditions, apart }: ConversationParts) {
    this.#apart = apart ?? null;
    this.#memory = apart?.memory ?? thread;
    this.#thread = thread;
    this.#turn = turn;
    this.#conditions = conditions;
    this.#items = new TurnItems(thread, turn.id);
    this.#changes = new DiffTracker(thread, turn);
    this.#context = new ContextKeeper(thread, conditions.settings);
    const context = toolContext({ thread, turn, items: this.#items, conditions, changes: this.#changes });
    this.#commands = new UserCommands(thread, turn, context);
    const tools = thread.tools.tools.filter(({ spec }) => apart?.mayCall(spec) ?? true);
    const watching = this.#changes.watching(apart === undefined ? context : asksNobody(context));
    this.#runs = new ToolRuns(thread, { context: watching, tools });
  }

  /** Responses and tool calls in turn until the model has nothing more to do. */
  async converse(): Promise<TurnEnd> {
    if (!this.#runs.isEmpty) {
      await this.#collectOutputs();
      if (this.#turn.stopped !== null) return stoppedEnd(this.#thread, this.#turn);
    }
    await this.#joinSteered();
    const { world } = this.#thread;
    const { settings } = this.#conditions;
    const provider = world.models.provider(settings);
    const prompt = await world.prompt(settings);
    const asked = { thread: this.#thread, turn: this.#turn };
    let attempt = 0;
    for (;;) {
      if (this.#apart === null) this.#unread = await this.#context.makeRoom(this.#compaction(provider, prompt.items));
      if (this.#turn.stopped !== null) return stoppedEnd(this.#thread, this.#turn);
      const reader = new ResponseReader({
        thread: this.#thread,
        turnId: this.#turn.id,
        items: this.#items,
        runs: this.#runs,
        memory: this.#memory,
        isUnseen: this.#apart !== null,
      });
      const responding = respond(asked, provider, {
        request: this.#request(prompt.items),
        reader,
        memory: this.#memory,
        onUsage: (usage) => this.#addUsage(usage),
        onEvent: () => this.#changes.prepare(),
      });
      this.#responding = responding.catch(() => undefined); // told by who waits for it
      const outcome = await responding;
      await this.#collectOutputs();
      if (this.#turn.stopped !== null) return stoppedEnd(this.#thread, this.#turn);
      if (outcome.type === 'failed') {
        if (outcome.failure.info === 'contextWindowExceeded' && this.#apart === null)
          this.#thread.noteOverflow(this.#turn.id);
        attempt += 1;
        await retryOrThrow(asked, outcome.failure, { attempt, maxRetries: provider.streamMaxRetries });
        continue;
      }
      attempt = 0;
      if (outcome.type === 'ended') this.#context.heard(outcome.end);
      const joined = await this.#joinSteered();
      if (outcome.type === 'steered' || joined || reader.hasCalls) continue;
      if (outcome.end.type === 'incomplete')
        throw new ModelFailure(`The model stopped before it was done: ${outcome.end.reason}.`, {
          info: 'other',
          retry: 'never',
        });
      await this.#commands.ended();
      if (this.#turn.stopped !== null) return stoppedEnd(this.#thread, this.#turn);
      if (this.#commands.isEmpty) return { status: 'completed' };
      await this.#joinSteered();
    }
  }

  /** Waits for the commands of the user, and does nothing else. */
  async runCommands(): Promise<TurnEnd> {
    await this.#commands.ended();
    this.#commands.tell();
    return this.#turn.stopped === null ? { status: 'completed' } : stoppedEnd(this.#thread, this.#turn);
  }

  /** Whether something has joined that the model has not heard. */
  get hasMore(): boolean {
    return this.#turn.hasSteered || !this.#commands.isEmpty;
  }

  /** Compacts the conversation and does nothing else. */
  async compact(): Promise<TurnEnd> {
    const { world, history } = this.#thread;
    const { settings } = this.#conditions;
    this.#unread = history.length;
    const prompt = await world.prompt(settings);
    await compact(this.#compaction(world.models.provider(settings), prompt.items));
    return this.#turn.stopped === null ? { status: 'completed' } : stoppedEnd(this.#thread, this.#turn);
  }

  #compaction(provider: ModelProvider, prefix: readonly ModelItem[]): Compaction {
    const [thread, turn, items] = [this.#thread, this.#turn, this.#items];
    const request = (input: readonly ModelItem[]): ModelRequest => ({ ...this.#request([]), input });
    return { thread, turn, items, provider, prefix, keptFrom: this.#unread, request };
  }

  /** The calls of the response that another process has read, after what it had changed until then. */
  async takeUp({ calls, diff }: SuspendedTurn): Promise<void> {
    await this.#changes.recall(diff);
    this.#runs.takeUp(calls);
  }

  /** Waits until nothing is under way but what waits for the user, and keeps what another process needs. */
  async suspend(): Promise<void> {
    const thread = this.#thread;
    await this.#responding;
    await this.#runs.quiet((callId) => thread.approvals.isKept(callId));
    for (const message of this.#turn.takeSteered()) thread.hold(this.#turn.id, { type: 'message', message });
    await this.#changes.suspend();
    thread.running = null;
  }

  /** Waits for what still runs and closes what is still open. */
  async settle(end: TurnEnd): Promise<TurnEnd> {
    this.#turn.whenSteered(null);
    await this.#runs.outputs();
    if (end.status !== 'completed') {
      await this.#commands.ended();
      this.#turn.refuseMessages();
      // A message that had joined stays in the thread; the model reads it in the next turn.
      await this.#joinSteered();
    }
    this.#items.closeAll();
    await this.#changes.update();
    await this.#changes.end();
    await this.#noteRepository();
    return end;
  }

  /** Remembers which repository and commit the thread began with. */
  async #noteRepository(): Promise<void> {
    const { row, world } = this.#thread;
    if (row.gitInfo !== null) return;
    try {
      const gitInfo = await world.git.info(this.#conditions.settings.cwd);
      if (gitInfo !== null) this.#thread.change({ gitInfo });
    } catch (error) {
      world.log.warn('The repository could not be read.', { reason: messageOf(error) });
    }
  }

  async #say(input: readonly UserInput[], clientId: string | null): Promise<void> {
    if (input.length === 0) return;
    const item = this.#items.start(userMessageItem(this.#thread.world.ids.next(), clientId, input));
    this.#items.complete(item);
    if (this.#thread.row.preview === '') this.#thread.change({ preview: textOf(input).slice(0, 2000) });
    const [thread, turn, items, conditions] = [this.#thread, this.#turn, this.#items, this.#conditions];
    const message = await messageForModel(input, { thread, turn, items, conditions, itemId: item.id });
    this.#memory.remember(this.#turn.id, [message]);
  }

  /** Adds the messages that joined the turn, and what commands of the user did; says whether there was anything. */
  async #joinSteered(): Promise<boolean> {
    const steered = this.#turn.takeSteered();
    this.#unread = this.#memory.history.length;
    for (const { input, clientId } of steered) await this.#say(input, clientId);
    this.#thread.dropHeld();
    return this.#commands.tell() || steered.length > 0;
  }

  async #collectOutputs(): Promise<void> {
    if (this.#runs.isEmpty) return;
    const done = await this.#runs.outputs();
    this.#memory.remember(
      this.#turn.id,
      done.map(({ item }) => item),
    );
    // beside the next request to the model: it needs no diff
    void this.#changes.update();
    if (this.#turn.stopped !== null) return;
    for (const { call, output } of done) this.#repetition.take(call, output);
  }

  #addUsage(usage: TokenUsage): void {
    if (this.#apart === null) this.#thread.addUsage(this.#turn.id, usage);
    else this.#thread.addUsageBeside(this.#turn.id, usage);
  }

  #request(prefix: ModelRequest['input']): ModelRequest {
    const { row } = this.#thread;
    const { settings, outputSchema } = this.#conditions;
    return {
      threadId: this.#thread.id,
      turnId: this.#turn.id,
      model: settings.model,
      input: [...prefix, ...withEveryCallAnswered(this.#memory.history)],
      tools: this.#runs.specs,
      effort: settings.effort,
      summary: settings.summary,
      verbosity: settings.verbosity,
      outputSchema,
      originator: row.originator ?? 'bowline',
    };
  }
}

function asksNobody(context: ToolContext): ToolContext {
  return {
    ...context,
    decide: async (action) => {
      const decision = await context.decide(action);
      if (decision.type !== 'ask') return decision;
      return { type: 'refuse', reason: `nobody can be asked here, and this would be asked about. ${decision.reason}` };
    },
    askNetwork: async () => false,
  };
}
