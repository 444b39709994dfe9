// Runs the tool calls of a turn, in parallel, and collects their outputs in the order of the calls.
import { messageOf } from '../../protocol/errors.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { KeptQuestion } from '../thread/keptQuestion.ts';
import type { SuspendedCall } from '../thread/suspendedTurn.ts';
import { isPlanning } from './collaboration.ts';
import { outputItem } from './modelCalls.ts';
import type { ModelItem } from './modelPort.ts';
import { SUSPENDED } from './runningTurn.ts';
import type { Action, InputWatcher, Tool, ToolCall, ToolContext, ToolOutput, ToolSpec } from './tool.ts';

interface ToolRun {
  readonly call: ToolCall;
  readonly output: Promise<ToolOutput>;
}

export interface FinishedCall extends ToolOutput {
  readonly call: ToolCall;
  readonly item: ModelItem;
}

export interface ToolRunsParts {
  readonly context: ToolContext;
  /** Those that may be called. */
  readonly tools: readonly Tool[];
}

export class ToolRuns {
  readonly #thread: LiveThread;
  readonly #context: ToolContext;
  readonly #turnId: string;
  readonly #tools: readonly Tool[];
  readonly #runs: ToolRun[] = [];

  constructor(thread: LiveThread, parts: ToolRunsParts) {
    this.#thread = thread;
    this.#tools = parts.tools;
    this.#context = parts.context;
    this.#turnId = parts.context.turnId;
  }

  /** The turn is one of plan mode. */
  get isPlanning(): boolean {
    return isPlanning(this.#context.settings);
  }

  get specs(): readonly ToolSpec[] {
    return this.#tools.map(({ spec }) => spec);
  }

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Lets the tool see its input while the model writes it; undefined for tools that do not care. */
  watch(call: ToolCall): InputWatcher | undefined {
    return this.#tool(call)?.watchInput?.(call.callId, this.#context);
  }

  /** Starts the call. It runs at once, beside the others. */
  start(call: ToolCall): void {
    this.#runs.push({ call, output: this.#held(call, this.#run(call, this.#context)) });
  }

  /** Goes on with the calls of a turn that another process began: only those run that were asked about and never ran. */
  takeUp(calls: readonly SuspendedCall[]): void {
    for (const taken of calls) this.#runs.push({ call: taken.call, output: this.#takenUp(taken) });
  }

  /** Resolves when no call is under way but those that `isWaiting`. */
  async quiet(isWaiting: (callId: string) => boolean): Promise<void> {
    await Promise.all(this.#runs.filter(({ call }) => !isWaiting(call.callId)).map(({ output }) => output));
  }

  /** Waits for all calls; their outputs in the order of the calls, also as the model gets them. */
  async outputs(): Promise<readonly FinishedCall[]> {
    const outputs: FinishedCall[] = [];
    for (const { call, output: under } of this.#runs) {
      const { output } = await under;
      outputs.push({ call, output, item: outputItem(call, output) });
    }
    this.#runs.length = 0;
    return outputs;
  }

  /** The process may end before the other calls of the response do: what is finished is not to be lost. */
  async #held(call: ToolCall, output: Promise<ToolOutput>): Promise<ToolOutput> {
    const finished = await output;
    this.#thread.hold(this.#turnId, { type: 'output', item: outputItem(call, finished.output) });
    return finished;
  }

  async #takenUp(taken: SuspendedCall): Promise<ToolOutput> {
    switch (taken.type) {
      case 'finished':
        return taken.output;
      case 'lost':
        return { output: LOST };
      case 'waiting':
        return await this.#held(taken.call, this.#askAgain(taken.call, taken.questions));
    }
  }

  async #askAgain(call: ToolCall, questions: readonly KeptQuestion[]): Promise<ToolOutput> {
    const { approvals } = this.#thread;
    const output = await this.#run(call, asAsked(this.#context, questions));
    // The process ends before the call came to ask: the next one asks.
    if (this.#context.signal.reason === SUSPENDED && approvals.isKept(call.callId))
      return await new Promise<never>(() => undefined);
    approvals.callEnded(call.callId);
    return output;
  }

  async #run(call: ToolCall, context: ToolContext): Promise<ToolOutput> {
    const tool = this.#tool(call);
    if (tool === undefined) return { output: `unsupported call: ${call.name}` };
    try {
      return await tool.run(call, context);
    } catch (error) {
      this.#thread.world.log.error('A tool failed.', { tool: call.name, reason: messageOf(error) });
      return { output: `${call.name} failed: ${messageOf(error)}` };
    }
  }

  #tool({ name, namespace }: ToolCall): Tool | undefined {
    return this.#tools.find(({ spec }) => spec.name === name && namespaceOf(spec) === namespace);
  }
}

function namespaceOf(spec: ToolSpec): string | undefined {
  return spec.type === 'function' ? spec.namespace?.name : undefined;
}

/** What the model is told of a call that may have run when the process ended. */
const LOST = 'aborted: the server ended while this ran. Check what it did before you do it again.';

/** The context of a call that was asked about: whatever the policy says by now, it is asked once more, as it was. */
function asAsked(context: ToolContext, questions: readonly KeptQuestion[]): ToolContext {
  const asked = new Set<KeptQuestion>();
  return {
    ...context,
    decide: async (action) => {
      const decision = await context.decide(action);
      const question = questions.find((known) => !asked.has(known) && isAbout(known, action));
      if (question === undefined || question.ask === null || decision.type === 'refuse') return decision;
      asked.add(question);
      return question.ask;
    },
  };
}

function isAbout({ method, params }: KeptQuestion, action: Action): boolean {
  switch (action.kind) {
    case 'command':
      return method === 'item/commandExecution/requestApproval';
    case 'patch':
      return method === 'item/fileChange/requestApproval';
    case 'read': {
      const asked = 'permissions' in params ? params.permissions.fileSystem?.read : null;
      return JSON.stringify(asked) === JSON.stringify(action.paths);
    }
  }
}
