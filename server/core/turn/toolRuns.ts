// Runs the tool calls of a turn, in parallel, and collects their outputs in the order of the calls.
import { messageOf } from '../../protocol/errors.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { DiffTracker } from './diffTracker.ts';
import type { ModelItem } from './modelPort.ts';
import type { InputWatcher, Tool, ToolCall, ToolContext, ToolOutput } from './tool.ts';

interface ToolRun {
  readonly call: ToolCall;
  readonly output: Promise<ToolOutput>;
}

/** A model item as a call of a tool; null for other items. */
export function toolCallOf(item: ModelItem): ToolCall | null {
  if (item.type === 'function_call')
    return { callId: item.call_id, name: item.name, form: 'function', input: item.arguments };
  if (item.type === 'custom_tool_call')
    return { callId: item.call_id, name: item.name, form: 'custom', input: item.input };
  return null;
}

export class ToolRuns {
  readonly #thread: LiveThread;
  readonly #context: ToolContext;
  readonly #changes: DiffTracker;
  readonly #runs: ToolRun[] = [];

  constructor(thread: LiveThread, parts: { readonly context: ToolContext; readonly changes: DiffTracker }) {
    this.#thread = thread;
    this.#context = parts.context;
    this.#changes = parts.changes;
  }

  get isEmpty(): boolean {
    return this.#runs.length === 0;
  }

  /** Lets the tool see its input while the model writes it; undefined for tools that do not care. */
  watch(call: ToolCall): InputWatcher | undefined {
    return this.#tool(call.name)?.watchInput?.(call.callId, this.#context);
  }

  /** Starts the call. It runs at once, beside the others. */
  start(call: ToolCall): void {
    this.#runs.push({ call, output: this.#run(call) });
  }

  /** Waits for all calls; their outputs as the model gets them. */
  async outputs(): Promise<ModelItem[]> {
    const outputs: ModelItem[] = [];
    for (const { call, output } of this.#runs) {
      const type = call.form === 'function' ? 'function_call_output' : 'custom_tool_call_output';
      outputs.push({ type, call_id: call.callId, output: (await output).output });
    }
    this.#runs.length = 0;
    return outputs;
  }

  async #run(call: ToolCall): Promise<ToolOutput> {
    const tool = this.#tool(call.name);
    if (tool === undefined) return { output: `unsupported call: ${call.name}` };
    const isWatched = tool.changesWorkspace === true;
    try {
      if (isWatched) await this.#changes.before();
      return await tool.run(call, this.#context);
    } catch (error) {
      this.#thread.world.log.error('A tool failed.', { tool: call.name, reason: messageOf(error) });
      return { output: `${call.name} failed: ${messageOf(error)}` };
    } finally {
      if (isWatched) this.#changes.after();
    }
  }

  #tool(name: string): Tool | undefined {
    return this.#thread.tools.tools.find((tool) => tool.spec.name === name);
  }
}
