// Runs one turn: tells the model, shows what it says, runs what it calls, until it is done, stopped, or failed.
import { isAgentError, messageOf, type AgentErrorInfo } from '../../protocol/errors.ts';
import type { JsonValue } from '../../protocol/schema/common.ts';
import type { UserInput } from '../../protocol/schema/item.ts';
import type { Turn, TurnError } from '../../protocol/schema/turn.ts';
import { finalMessage } from '../../protocol/state/select.ts';
import { withEveryCallAnswered } from '../thread/history.ts';
import type { TurnConditions } from '../thread/keptQuestion.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { SuspendedTurn } from '../thread/suspendedTurn.ts';
import { DiffTracker } from './diffTracker.ts';
import { messageForModel } from './messageForModel.ts';
import { ResponseReader, type ResponseEnd } from './modelEvents.ts';
import { ModelFailure, type ModelProvider, type ModelRequest } from './modelPort.ts';
import { retryDelayMs } from './retry.ts';
import type { RunningTurn } from './runningTurn.ts';
import { toolContext } from './toolContext.ts';
import { ToolRuns } from './toolRuns.ts';
import { TurnItems } from './turnItems.ts';
import { textOf, userMessageItem } from './userMessage.ts';

export interface TurnInput {
  readonly input: readonly UserInput[];
  readonly clientId: string | null;
  readonly outputSchema: JsonValue | null;
}

/** How a turn ended. */
type TurnEnd =
  | { readonly status: 'completed' }
  | { readonly status: 'interrupted' }
  | { readonly status: 'failed'; readonly error: TurnError };

/** Told to the model in the next turn when this one was interrupted. */
const INTERRUPTED_NOTE =
  '<turn_aborted>The user interrupted the previous turn. Commands that were running were stopped; check the state of the workspace before you go on.</turn_aborted>';

/** Runs the turn to its end. Never rejects: every failure ends as `turn/completed`. */
export async function runTurn(thread: LiveThread, turn: RunningTurn, input: TurnInput): Promise<void> {
  const { settings } = thread;
  const conditions = { startedAtMs: turn.startedAtMs, settings, outputSchema: input.outputSchema };
  turn.steer({ input: input.input, clientId: input.clientId });
  thread.setStatus({ type: 'active', activeFlags: [] });
  thread.record({ method: 'turn/started', params: { threadId: thread.id, turn: turnView(turn, 'inProgress') } });
  await drive(thread, turn, new TurnRun(thread, turn, conditions));
}

/** Goes on with a turn that another process began. Never rejects. */
export async function resumeTurn(thread: LiveThread, turn: RunningTurn, suspended: SuspendedTurn): Promise<void> {
  for (const message of suspended.messages) turn.steer(message);
  const run = new TurnRun(thread, turn, suspended.conditions);
  await run.takeUp(suspended);
  await drive(thread, turn, run);
}

async function drive(thread: LiveThread, turn: RunningTurn, run: TurnRun): Promise<void> {
  let end: TurnEnd;
  do {
    const said = await Promise.race([failing(thread, turn, () => run.converse()), turn.suspended]);
    if (said === undefined) {
      await run.suspend();
      turn.finish();
      return;
    }
    end = await failing(thread, turn, () => run.settle(said));
    // A message may have joined while the turn was being settled: it must not be lost.
  } while (end.status === 'completed' && turn.hasSteered);
  run.finish(end);
  turn.finish();
}

/** What the task ends with; a failure of any kind is the turn's, never the caller's. */
async function failing(thread: LiveThread, turn: RunningTurn, task: () => Promise<TurnEnd>): Promise<TurnEnd> {
  try {
    return await task();
  } catch (error) {
    thread.world.log.warn('A turn failed.', { turnId: turn.id, reason: messageOf(error) });
    return { status: 'failed', error: turnErrorOf(error) };
  }
}

/** A turn as the wire shows it, without items. */
export function turnView(turn: RunningTurn, status: Turn['status']): Turn {
  return {
    id: turn.id,
    rootTurnId: turn.id,
    items: [],
    itemsView: 'notLoaded',
    status,
    error: null,
    startedAt: Math.floor(turn.startedAtMs / 1000),
    completedAt: null,
    durationMs: null,
  };
}

class TurnRun {
  readonly #thread: LiveThread;
  readonly #turn: RunningTurn;
  /** As they were when the turn began: what changes meanwhile holds for the next one. */
  readonly #conditions: TurnConditions;
  readonly #items: TurnItems;
  readonly #runs: ToolRuns;
  readonly #changes: DiffTracker;

  /** The response that is being read. */
  #responding: Promise<unknown> = Promise.resolve();

  constructor(thread: LiveThread, turn: RunningTurn, conditions: TurnConditions) {
    this.#thread = thread;
    this.#turn = turn;
    this.#conditions = conditions;
    this.#items = new TurnItems(thread, turn.id);
    this.#changes = new DiffTracker(thread, turn);
    const context = toolContext({
      thread,
      turn,
      items: this.#items,
      conditions,
      filesChanged: (effects, madeFolders) => this.#changes.patched(effects, madeFolders),
    });
    this.#runs = new ToolRuns(thread, { context: this.#changes.watching(context), changes: this.#changes });
  }

  /** Responses and tool calls in turn until the model has nothing more to do. */
  async converse(): Promise<TurnEnd> {
    if (!this.#runs.isEmpty) {
      await this.#collectOutputs();
      if (this.#turn.stopped !== null) return this.#stoppedEnd();
    }
    await this.#joinSteered();
    const { world } = this.#thread;
    const { settings } = this.#conditions;
    const provider = world.models.provider(settings);
    const prompt = await world.prompt(settings);
    let attempt = 0;
    for (;;) {
      const reader = new ResponseReader({
        thread: this.#thread,
        turnId: this.#turn.id,
        items: this.#items,
        runs: this.#runs,
      });
      const responding = this.#respond(provider, { prefix: prompt.items, reader });
      this.#responding = responding.catch(() => undefined); // told by who waits for it
      const outcome = await responding;
      await this.#collectOutputs();
      if (this.#turn.stopped !== null) return this.#stoppedEnd();
      if (outcome.type === 'failed') {
        attempt += 1;
        await this.#retryOrThrow(outcome.failure, attempt, provider.streamMaxRetries);
        continue;
      }
      attempt = 0;
      const steered = await this.#joinSteered();
      if (outcome.type === 'steered' || steered || reader.hasCalls) continue;
      if (outcome.end.type === 'incomplete')
        throw new ModelFailure(`The model stopped before it was done: ${outcome.end.reason}.`, {
          info: 'other',
          retry: 'never',
        });
      return { status: 'completed' };
    }
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

  /** Records the end of the turn. */
  finish(end: TurnEnd): void {
    const thread = this.#thread;
    const nowMs = thread.world.clock.nowMs();
    thread.change({ updatedAtMs: nowMs });
    thread.approvals.turnEnded();
    thread.running = null;
    if (end.status === 'failed') {
      thread.setStatus({ type: 'systemError' });
      thread.record({
        method: 'error',
        params: { error: end.error, willRetry: false, threadId: thread.id, turnId: this.#turn.id },
      });
    } else {
      thread.setStatus({ type: 'idle' });
    }
    thread.record({ method: 'turn/completed', params: { threadId: thread.id, turn: this.#completedView(end, nowMs) } });
  }

  #completedView(end: TurnEnd, nowMs: number): Turn {
    const known = this.#thread.state.turns.find((candidate) => candidate.id === this.#turn.id);
    const last = end.status === 'completed' && known !== undefined ? finalMessage(known) : undefined;
    return {
      ...turnView(this.#turn, end.status),
      items: last === undefined ? [] : [last],
      itemsView: last === undefined ? 'notLoaded' : 'summary',
      error: end.status === 'failed' ? end.error : null,
      completedAt: Math.floor(nowMs / 1000),
      durationMs: nowMs - this.#turn.startedAtMs,
    };
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
    this.#thread.remember(this.#turn.id, [message]);
  }

  /** Adds the messages that joined the turn; says whether there were any. */
  async #joinSteered(): Promise<boolean> {
    const steered = this.#turn.takeSteered();
    for (const { input, clientId } of steered) await this.#say(input, clientId);
    this.#thread.dropHeld();
    return steered.length > 0;
  }

  async #collectOutputs(): Promise<void> {
    if (this.#runs.isEmpty) return;
    this.#thread.remember(this.#turn.id, await this.#runs.outputs());
    // beside the next request to the model: it needs no diff
    void this.#changes.update();
  }

  async #respond(
    provider: ModelProvider,
    parts: { prefix: ModelRequest['input']; reader: ResponseReader },
  ): Promise<ResponseOutcome> {
    const { reader } = parts;
    const cut = new AbortController();
    const signal = AbortSignal.any([this.#turn.signal, cut.signal]);
    this.#turn.whenSteered(() => {
      if (!reader.hasCalls) cut.abort();
    });
    try {
      if (this.#turn.hasSteered) return { type: 'steered' };
      const end = await this.#read(provider.stream(this.#request(parts.prefix), signal), reader);
      if (end !== null) {
        reader.abandon();
        return { type: 'ended', end };
      }
      this.#thread.remember(this.#turn.id, reader.abandon());
      return { type: 'steered' };
    } catch (error) {
      const said = reader.abandon();
      if (signal.aborted) {
        this.#thread.remember(this.#turn.id, said);
        return { type: 'steered' };
      }
      if (error instanceof ModelFailure) return { type: 'failed', failure: error };
      throw error;
    } finally {
      this.#turn.whenSteered(null);
    }
  }

  /** Reads the stream to its end; null when it was cut short from our side. */
  async #read(
    stream: AsyncIterable<Parameters<ResponseReader['take']>[0]>,
    reader: ResponseReader,
  ): Promise<ResponseEnd | null> {
    for await (const event of stream) {
      this.#changes.prepare();
      const end = reader.take(event);
      if (end === null) continue;
      if (end.usage !== null) this.#thread.addUsage(this.#turn.id, end.usage);
      return end;
    }
    return null;
  }

  #request(prefix: ModelRequest['input']): ModelRequest {
    const { tools, row } = this.#thread;
    const { settings, outputSchema } = this.#conditions;
    return {
      threadId: this.#thread.id,
      turnId: this.#turn.id,
      model: settings.model,
      input: [...prefix, ...withEveryCallAnswered(this.#thread.history)],
      tools: tools.tools.map((tool) => tool.spec),
      effort: settings.effort,
      summary: settings.summary,
      verbosity: settings.verbosity,
      outputSchema,
      originator: row.originator ?? 'bowline',
    };
  }

  /** Waits before the next attempt and says so; throws the failure when it is final. */
  async #retryOrThrow(failure: ModelFailure, attempt: number, maxRetries: number): Promise<void> {
    if (failure.retry === 'never' || attempt > maxRetries) throw failure;
    const delayMs = retryDelayMs(attempt, failure.retryAfterMs, (this.#turn.startedAtMs % 100) / 100);
    const cause = failure.details ?? failure.message;
    this.#thread.record({
      method: 'error',
      params: {
        error: {
          message: `Reconnecting... ${attempt}/${maxRetries}`,
          codexErrorInfo: wireInfo(failure.info),
          additionalDetails: `${cause} Next try in ${(delayMs / 1000).toFixed(1)} s.`,
          misalignment: null,
        },
        willRetry: true,
        threadId: this.#thread.id,
        turnId: this.#turn.id,
      },
    });
    await this.#wait(delayMs);
  }

  /** Waits, but not longer than until the turn is stopped or steered. */
  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#turn.signal.removeEventListener('abort', done);
        this.#turn.whenSteered(null);
        resolve();
      };
      const cancel = this.#thread.world.clock.after(delayMs, done);
      this.#turn.signal.addEventListener('abort', done);
      this.#turn.whenSteered(done);
      // either may have happened before anybody waited
      if (this.#turn.hasSteered || this.#turn.signal.aborted) done();
    });
  }

  #stoppedEnd(): TurnEnd {
    const reason = this.#turn.stopped;
    if (reason?.type === 'failed') return { status: 'failed', error: turnErrorOf(new Error(reason.message)) };
    this.#thread.remember(this.#turn.id, [
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: INTERRUPTED_NOTE }] },
    ]);
    return { status: 'interrupted' };
  }
}

type ResponseOutcome =
  | { readonly type: 'ended'; readonly end: ResponseEnd }
  /** Cut short by a steering message or by the turn's stop. */
  | { readonly type: 'steered' }
  | { readonly type: 'failed'; readonly failure: ModelFailure };

function wireInfo(info: AgentErrorInfo): TurnError['codexErrorInfo'] {
  return typeof info === 'string' ? info : { ...info };
}

/** Any failure as the wire tells it. */
function turnErrorOf(error: unknown): TurnError {
  const known = error instanceof ModelFailure || isAgentError(error);
  return {
    message: messageOf(error),
    codexErrorInfo: known ? wireInfo(error.info) : 'other',
    additionalDetails: known ? error.details : null,
    misalignment: null,
  };
}
