// Reads one response of the model: its parts become items of the turn, its calls start at once.
import type { AgentMessageItem, ReasoningItem, ThreadItem } from '../../protocol/schema/item.ts';
import type { TokenUsage } from '../../protocol/schema/turn.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import { toolCallOf } from './modelCalls.ts';
import type { Memory } from './memory.ts';
import type { ModelEvent, ModelItem } from './modelPort.ts';
import { PlanMessage } from './planMessage.ts';
import type { InputWatcher } from './tool.ts';
import type { ToolRuns } from './toolRuns.ts';
import type { TurnItems } from './turnItems.ts';

type OpenPart =
  | { readonly kind: 'message' | 'reasoning'; readonly itemId: string }
  | { readonly kind: 'planMessage'; readonly message: PlanMessage }
  | { readonly kind: 'call'; readonly watcher: InputWatcher | undefined };

/** How the response ended, as far as its stream told. */
export type ResponseEnd =
  | { readonly type: 'completed'; readonly usage: TokenUsage | null }
  | { readonly type: 'incomplete'; readonly reason: string; readonly usage: TokenUsage | null };

export interface ResponseParts {
  readonly thread: LiveThread;
  readonly turnId: string;
  readonly items: TurnItems;
  readonly runs: ToolRuns;
  readonly memory: Memory;
  /** Its messages are heard and not shown. */
  readonly isUnseen: boolean;
}

export class ResponseReader {
  readonly #parts: ResponseParts;
  readonly #open = new Map<number, OpenPart>();
  /** By position: the ids that calls got in place of their own. */
  readonly #renamed = new Map<number, string>();
  #hasCalls = false;

  constructor(parts: ResponseParts) {
    this.#parts = parts;
  }

  /** Whether the model has begun to call a tool: then a steering message waits for the calls. */
  get hasCalls(): boolean {
    return this.#hasCalls;
  }

  /** Takes one event; returns how the response ended once it has. */
  take(event: ModelEvent): ResponseEnd | null {
    switch (event.type) {
      case 'itemAdded':
        this.#begin(event.index, event.item);
        return null;
      case 'itemDone':
        this.#finish(event.index, event.item);
        return null;
      case 'completed':
      case 'incomplete':
        return event;
      default:
        this.#grow(event);
        return null;
    }
  }

  /**
   * Closes what the stream left open, with the text that came, and returns that text as the model's own, to be remembered
   * when the turn goes on or is interrupted.
   */
  abandon(): ModelItem[] {
    const said: ModelItem[] = [];
    for (const part of this.#open.values()) {
      if (part.kind === 'call') {
        part.watcher?.abandoned();
        continue;
      }
      if (part.kind === 'planMessage') {
        const text = part.message.abandon();
        if (text !== '') said.push({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
        continue;
      }
      const item = this.#parts.items.open(part.itemId);
      if (item === undefined) continue;
      this.#parts.items.complete(item);
      if (item.type === 'agentMessage' && item.text !== '') {
        said.push({ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: item.text }] });
      }
    }
    this.#open.clear();
    return said;
  }

  #begin(index: number, begun: ModelItem): void {
    const item = this.#named(index, begun);
    const call = toolCallOf(item);
    if (call !== null) {
      this.#hasCalls = true;
      this.#open.set(index, { kind: 'call', watcher: this.#parts.runs.watch(call) });
      return;
    }
    const known = this.#shown(item);
    if (known === null) return;
    const shown = this.#distinct(known);
    if (shown.type === 'agentMessage' && this.#parts.runs.isPlanning) {
      this.#open.set(index, { kind: 'planMessage', message: this.#planMessage(shown) });
      return;
    }
    this.#parts.items.start(
      shown.type === 'agentMessage' ? { ...shown, text: '' } : { ...shown, summary: [], content: [] },
    );
    this.#open.set(index, { kind: shown.type === 'agentMessage' ? 'message' : 'reasoning', itemId: shown.id });
  }

  #finish(index: number, done: ModelItem): void {
    const item = this.#named(index, done);
    const open = this.#open.get(index);
    this.#open.delete(index);
    this.#renamed.delete(index);
    this.#parts.memory.remember(this.#parts.turnId, [item]);
    const call = toolCallOf(item);
    if (call !== null) {
      this.#hasCalls = true;
      this.#parts.runs.start(call);
      return;
    }
    const shown = this.#shown(item);
    if (shown === null) return;
    if (shown.type === 'agentMessage' && this.#parts.runs.isPlanning) {
      const message = open?.kind === 'planMessage' ? open.message : this.#planMessage(this.#distinct(shown));
      message.finish(shown);
      return;
    }
    const started = open !== undefined && 'itemId' in open ? this.#parts.items.open(open.itemId) : undefined;
    this.#parts.items.complete(
      started === undefined
        ? this.#parts.items.start(this.#distinct(shown))
        : { ...shown, id: started.id, startedAtMs: started.startedAtMs },
    );
  }

  #grow(event: Exclude<ModelEvent, { type: 'itemAdded' | 'itemDone' | 'completed' | 'incomplete' }>): void {
    const open = this.#open.get(event.index);
    if (open === undefined) return;
    if (open.kind === 'call') {
      if (event.type === 'inputDelta') open.watcher?.delta(event.delta);
      return;
    }
    if (open.kind === 'planMessage') {
      if (event.type === 'textDelta') open.message.delta(event.delta);
      return;
    }
    const { thread, turnId } = this.#parts;
    const at = { threadId: thread.id, turnId, itemId: open.itemId };
    switch (event.type) {
      case 'textDelta':
        thread.record({ method: 'item/agentMessage/delta', params: { ...at, delta: event.delta } });
        return;
      case 'summaryPartAdded':
        thread.record({
          method: 'item/reasoning/summaryPartAdded',
          params: { ...at, summaryIndex: event.summaryIndex },
        });
        return;
      case 'summaryDelta':
        thread.record({
          method: 'item/reasoning/summaryTextDelta',
          params: { ...at, delta: event.delta, summaryIndex: event.summaryIndex },
        });
        return;
      case 'reasoningDelta':
        thread.record({
          method: 'item/reasoning/textDelta',
          params: { ...at, delta: event.delta, contentIndex: event.contentIndex },
        });
        return;
      case 'inputDelta':
        return;
    }
  }

  #planMessage(begun: AgentMessageItem): PlanMessage {
    const { thread, turnId, items } = this.#parts;
    return new PlanMessage({ thread, turnId, items, begun });
  }

  /** Some servers count their calls anew in each response: a call whose id the thread has had before gets one of its own. */
  #named(index: number, item: ModelItem): ModelItem {
    if (item.type !== 'function_call' && item.type !== 'custom_tool_call') return item;
    const { thread, turnId, memory } = this.#parts;
    const isUsed =
      !this.#open.has(index) &&
      (memory.history.some((known) => toolCallOf(known)?.callId === item.call_id) ||
        // what was compacted is in the turn all the same
        itemsOfTurn(thread, turnId).some((known) => known.id === item.call_id));
    if (isUsed) this.#renamed.set(index, `call_${thread.world.ids.next()}`);
    return { ...item, call_id: this.#renamed.get(index) ?? item.call_id };
  }

  /** The item under an id that no other item of its kind has in this turn. */
  #distinct<T extends AgentMessageItem | ReasoningItem>(item: T): T {
    const { thread, turnId } = this.#parts;
    const isUsed = itemsOfTurn(thread, turnId).some((known) => known.id === item.id && known.type === item.type);
    return isUsed ? { ...item, id: `${item.id}_${thread.world.ids.next()}` } : item;
  }

  /** A message or a reasoning part as an item; null for what has no item. */
  #shown(item: ModelItem): (AgentMessageItem | ReasoningItem) | null {
    const id = 'id' in item && item.id !== undefined && item.id !== '' ? item.id : null;
    const { ids } = this.#parts.thread.world;
    if (item.type === 'message' && item.role === 'assistant')
      return this.#parts.isUnseen ? null : agentMessage(id ?? `msg_${ids.next()}`, item);
    if (item.type === 'reasoning') {
      return {
        type: 'reasoning',
        id: id ?? `rs_${ids.next()}`,
        summary: item.summary.map((part) => part.text),
        content: (item.content ?? []).map((part) => part.text),
      };
    }
    return null;
  }
}

function itemsOfTurn(thread: LiveThread, turnId: string): readonly ThreadItem[] {
  return thread.state.turns.find((turn) => turn.id === turnId)?.items ?? [];
}

function agentMessage(id: string, item: Extract<ModelItem, { type: 'message' }>): AgentMessageItem {
  const text = item.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
  return {
    type: 'agentMessage',
    id,
    text,
    phase: item.phase ?? null,
    moderation: null,
    memoryCitation: null,
    delivery: null,
    questions: null,
  };
}
