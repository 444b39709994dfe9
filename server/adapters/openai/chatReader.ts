// Reads the chunks of the Chat Completions API as model events: one item for the thoughts, one for the text, one for each call.
import type { ModelEvent, ModelItem } from '../../core/turn/modelPort.ts';
import type { TokenUsage } from '../../protocol/schema/turn.ts';
import { Broken, type AnswerReader } from './answerReader.ts';
import type { GroupedName } from './chatNames.ts';
import { sampleOf, toldFault } from './faults.ts';
import { isRecord, listOf, numberOf, parseJson, recordOf, stringOf, type JsonRecord } from './json.ts';
import { createJsonInput, type JsonInput } from './jsonInput.ts';

/** Thoughts or text; a change from one to the other ends the item. */
interface Prose {
  readonly kind: 'message' | 'reasoning';
  readonly index: number;
  text: string;
}

interface Call {
  readonly index: number;
  /** The server's own count of this answer's calls. */
  readonly position: number;
  readonly id: string;
  readonly callId: string;
  /** Empty until a piece brings it; only then the call is told. */
  name: Pick<GroupedName, 'name'> & Partial<GroupedName>;
  json: string;
  /** Set for a custom tool: its input is taken out of the JSON as it comes. */
  input: JsonInput | null;
}

export class ChatReader implements AnswerReader {
  isFinished = false;
  readonly #customTools: ReadonlySet<string>;
  readonly #newCallId: () => string;
  readonly #grouped: ReadonlyMap<string, GroupedName>;
  #itemCount = 0;
  #prose: Prose | null = null;
  #calls: Call[] = [];
  #finish: string | null = null;
  #usage: TokenUsage | null = null;

  /**
   * `customTools` are those that were described as functions taking {input}; `newCallId` names a call that came without an id; `grouped`
   * says which names stand for tools of a group.
   */
  constructor(
    customTools: ReadonlySet<string>,
    newCallId: () => string,
    grouped: ReadonlyMap<string, GroupedName> = new Map(),
  ) {
    this.#customTools = customTools;
    this.#newCallId = newCallId;
    this.#grouped = grouped;
  }

  take(data: string, _name: string, out: ModelEvent[]): void {
    if (data === '[DONE]') return this.#complete(out);
    const chunk = parseJson(data);
    if (!isRecord(chunk)) throw new Broken({ kind: 'garbage', sample: sampleOf(data) });
    if (chunk['error'] !== undefined && chunk['error'] !== null) throw new Broken(toldFault(chunk));
    this.#usage = usageOf(chunk['usage']) ?? this.#usage;
    const [choice] = listOf(chunk['choices']);
    if (isRecord(choice)) this.#takeChoice(choice, out);
  }

  end(out: ModelEvent[]): void {
    if (this.#finish === null)
      throw new Broken({ kind: 'disconnected', words: 'the stream ended without a finish_reason' });
    this.#complete(out);
  }

  #takeChoice(choice: JsonRecord, out: ModelEvent[]): void {
    const delta = recordOf(choice['delta']);
    const thought = stringOf(delta['reasoning_content']) ?? stringOf(delta['reasoning']) ?? '';
    if (thought !== '') this.#takeProse('reasoning', thought, out);
    for (const part of listOf(delta['content'])) this.#takePart(recordOf(part), out);
    const content = stringOf(delta['content']) ?? stringOf(delta['refusal']) ?? '';
    if (content !== '') this.#takeProse('message', content, out);
    for (const piece of listOf(delta['tool_calls'])) this.#takeCall(recordOf(piece), out);
    const reason = stringOf(choice['finish_reason']);
    if (reason === null || this.#finish !== null) return;
    this.#finish = reason;
    this.#closeItems(out);
  }

  /** Some servers send content in parts, thoughts among them. */
  #takePart(part: JsonRecord, out: ModelEvent[]): void {
    for (const thought of listOf(part['thinking'])) {
      const text = stringOf(recordOf(thought)['text']) ?? '';
      if (text !== '') this.#takeProse('reasoning', text, out);
    }
    const text = stringOf(part['text']) ?? '';
    if (text !== '') this.#takeProse('message', text, out);
  }

  #takeProse(kind: Prose['kind'], delta: string, out: ModelEvent[]): void {
    if (this.#prose?.kind !== kind) {
      this.#closeProse(out);
      this.#prose = { kind, index: this.#itemCount++, text: '' };
      out.push({ type: 'itemAdded', index: this.#prose.index, item: proseItem(kind, '') });
    }
    this.#prose.text += delta;
    const { index } = this.#prose;
    if (kind === 'message') out.push({ type: 'textDelta', index, delta });
    else out.push({ type: 'reasoningDelta', index, contentIndex: 0, delta });
  }

  #takeCall(piece: JsonRecord, out: ModelEvent[]): void {
    const call = this.#callOf(piece) ?? this.#begin(piece, out);
    const args = recordOf(piece['function'])['arguments'];
    const text = isRecord(args) ? JSON.stringify(args) : (stringOf(args) ?? '');
    const isTold = call.name.name !== '';
    if (!isTold) this.#tell(call, stringOf(recordOf(piece['function'])['name']) ?? '', out);
    call.json += text;
    this.#takeInput(call, isTold || call.name.name === '' ? text : call.json, out);
  }

  #takeInput(call: Call, text: string, out: ModelEvent[]): void {
    if (text === '' || call.name.name === '') return;
    const delta = call.input === null ? text : call.input.push(text);
    if (delta !== '') out.push({ type: 'inputDelta', index: call.index, delta });
  }

  /** Pieces of one call share their `index`; some servers send 0 for all, and only the id tells them apart. */
  #callOf(piece: JsonRecord): Call | undefined {
    const position = numberOf(piece['index']);
    const id = stringOf(piece['id']) ?? '';
    const call = this.#calls.findLast((known) => (id === '' ? known.position === position : known.id === id));
    // servers without ids send each call whole, all of them at position 0: a name after whole arguments begins another call
    const isAnother = id === '' && hasName(piece) && call !== undefined && parseJson(call.json) !== undefined;
    return isAnother ? undefined : call;
  }

  #begin(piece: JsonRecord, out: ModelEvent[]): Call {
    this.#closeProse(out);
    const id = stringOf(piece['id']) ?? '';
    const call: Call = {
      index: this.#itemCount++,
      position: numberOf(piece['index']),
      id,
      callId: id === '' ? this.#newCallId() : id,
      name: { name: '' },
      json: '',
      input: null,
    };
    this.#calls.push(call);
    return call;
  }

  #tell(call: Call, name: string, out: ModelEvent[]): void {
    if (name === '') return;
    call.name = { name, ...this.#grouped.get(name) };
    call.input = this.#customTools.has(name) ? createJsonInput() : null;
    out.push({ type: 'itemAdded', index: call.index, item: callItem({ ...call, json: '' }) });
  }

  #closeProse(out: ModelEvent[]): void {
    if (this.#prose === null) return;
    const { kind, index, text } = this.#prose;
    out.push({ type: 'itemDone', index, item: proseItem(kind, text) });
    this.#prose = null;
  }

  #closeItems(out: ModelEvent[]): void {
    this.#closeProse(out);
    for (const call of this.#calls) {
      // a call that never got a name is told at the end: the model hears that there is no such tool
      if (call.name.name === '')
        out.push({ type: 'itemAdded', index: call.index, item: callItem({ ...call, json: '' }) });
      out.push({ type: 'itemDone', index: call.index, item: callItem(call) });
    }
    this.#calls = [];
  }

  #complete(out: ModelEvent[]): void {
    this.#closeItems(out);
    this.isFinished = true;
    const usage = this.#usage;
    if (this.#finish === 'length') out.push({ type: 'incomplete', reason: 'max_output_tokens', usage });
    else if (this.#finish === 'content_filter') out.push({ type: 'incomplete', reason: 'content_filter', usage });
    else out.push({ type: 'completed', usage });
  }
}

function hasName(piece: JsonRecord): boolean {
  return (stringOf(recordOf(piece['function'])['name']) ?? '') !== '';
}

function callItem({ callId: call_id, name, json, input }: Call): ModelItem {
  if (input === null) return { type: 'function_call', call_id, ...name, arguments: json };
  const text = stringOf(recordOf(parseJson(json))['input']);
  // a model that wrote the bare input instead of JSON meant just that
  return { type: 'custom_tool_call', call_id, name: name.name, input: text ?? json };
}

function proseItem(kind: Prose['kind'], text: string): ModelItem {
  if (kind === 'reasoning') {
    return { type: 'reasoning', summary: [], content: text === '' ? [] : [{ type: 'reasoning_text', text }] };
  }
  return { type: 'message', role: 'assistant', content: text === '' ? [] : [{ type: 'output_text', text }] };
}

function usageOf(value: unknown): TokenUsage | null {
  if (!isRecord(value)) return null;
  const inputTokens = numberOf(value['prompt_tokens']);
  const outputTokens = numberOf(value['completion_tokens']);
  const prompt = recordOf(value['prompt_tokens_details']);
  return {
    totalTokens: numberOf(value['total_tokens']) || inputTokens + outputTokens,
    inputTokens,
    cachedInputTokens: numberOf(prompt['cached_tokens']),
    cacheWriteInputTokens: numberOf(prompt['cache_write_tokens']),
    outputTokens,
    reasoningOutputTokens: numberOf(recordOf(value['completion_tokens_details'])['reasoning_tokens']),
  };
}
