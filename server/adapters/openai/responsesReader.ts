// Reads the event stream of the Responses API as model events, in order, adding nothing of its own.
import type { ModelEvent } from '../../core/turn/modelPort.ts';
import type { TokenUsage } from '../../protocol/schema/turn.ts';
import { Broken, type AnswerReader } from './answerReader.ts';
import { sampleOf, toldFault } from './faults.ts';
import { isRecord, listOf, numberOf, parseJson, recordOf, stringOf, type JsonRecord } from './json.ts';
import { modelItemOf } from './responsesItems.ts';

export class ResponsesReader implements AnswerReader {
  isFinished = false;
  readonly #newCallId: () => string;
  /** Added and not done: only these have deltas. */
  readonly #open = new Set<number>();
  #doneCount = 0;

  /** `newCallId` names a tool call that came without an id. */
  constructor(newCallId: () => string) {
    this.#newCallId = newCallId;
  }

  take(data: string, name: string, out: ModelEvent[]): void {
    if (data === '[DONE]') return; // some gateways add the other dialect's last word
    const event = parseJson(data);
    if (!isRecord(event)) throw new Broken({ kind: 'garbage', sample: sampleOf(data) });
    this.#takeEvent(event, { name, out });
  }

  end(): void {
    throw new Broken({ kind: 'disconnected', words: 'the stream ended before response.completed' });
  }

  #takeEvent(event: JsonRecord, { name, out }: { name: string; out: ModelEvent[] }): void {
    switch (event['type'] ?? name) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return this.#delta('textDelta', event, out);
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        return this.#delta('inputDelta', event, out);
      case 'response.reasoning_summary_part.added':
        return this.#summaryPart(event, out);
      case 'response.reasoning_summary_text.delta':
        return this.#thought('summaryDelta', event, out);
      case 'response.reasoning_text.delta':
        return this.#thought('reasoningDelta', event, out);
      case 'response.output_item.added':
        return this.#itemAdded(event, out);
      case 'response.output_item.done':
        return this.#itemDone(event['item'], indexOf(event), out);
      case 'response.completed':
        return this.#completed(recordOf(event['response']), out);
      case 'response.incomplete':
        return this.#incomplete(recordOf(event['response']), out);
      case 'response.failed':
        throw new Broken(toldFault(recordOf(event['response'])['error'] ?? event));
      case 'error':
        throw new Broken(toldFault(event));
      default: // events that nobody here needs, known ones and ones to come
    }
  }

  #delta(type: 'textDelta' | 'inputDelta', event: JsonRecord, out: ModelEvent[]): void {
    const index = indexOf(event);
    const delta = event['delta'];
    if (typeof delta === 'string' && delta !== '' && this.#open.has(index)) out.push({ type, index, delta });
  }

  #thought(type: 'summaryDelta' | 'reasoningDelta', event: JsonRecord, out: ModelEvent[]): void {
    const index = indexOf(event);
    const delta = stringOf(event['delta']) ?? '';
    if (delta === '' || !this.#open.has(index)) return;
    if (type === 'summaryDelta') out.push({ type, index, summaryIndex: numberOf(event['summary_index']), delta });
    else out.push({ type, index, contentIndex: numberOf(event['content_index']), delta });
  }

  #summaryPart(event: JsonRecord, out: ModelEvent[]): void {
    const index = indexOf(event);
    if (!this.#open.has(index)) return;
    out.push({ type: 'summaryPartAdded', index, summaryIndex: numberOf(event['summary_index']) });
  }

  #itemAdded(event: JsonRecord, out: ModelEvent[]): void {
    const item = modelItemOf(event['item'], this.#newCallId);
    if (item === null) return;
    const index = indexOf(event);
    this.#open.add(index);
    out.push({ type: 'itemAdded', index, item });
  }

  #itemDone(value: unknown, index: number, out: ModelEvent[]): void {
    const item = modelItemOf(value, this.#newCallId);
    this.#open.delete(index);
    if (item === null) return;
    this.#doneCount += 1;
    out.push({ type: 'itemDone', index, item });
  }

  /** Servers that do not stream their output tell it in the final summary alone. */
  #completed(response: JsonRecord, out: ModelEvent[]): void {
    const output = listOf(response['output']);
    const owed = this.#doneCount === 0 ? output.map((_, index) => index) : [...this.#open];
    for (const index of owed) if (index < output.length) this.#itemDone(output[index], index, out);
    out.push({ type: 'completed', usage: usageOf(response['usage']) });
    this.isFinished = true;
  }

  #incomplete(response: JsonRecord, out: ModelEvent[]): void {
    const reason = stringOf(recordOf(response['incomplete_details'])['reason']) ?? 'unknown';
    out.push({ type: 'incomplete', reason, usage: usageOf(response['usage']) });
    this.isFinished = true;
  }
}

function indexOf(event: JsonRecord): number {
  return numberOf(event['output_index']);
}

function usageOf(value: unknown): TokenUsage | null {
  if (!isRecord(value)) return null;
  const input = recordOf(value['input_tokens_details']);
  const output = recordOf(value['output_tokens_details']);
  const inputTokens = numberOf(value['input_tokens']);
  const outputTokens = numberOf(value['output_tokens']);
  return {
    totalTokens: numberOf(value['total_tokens']) || inputTokens + outputTokens,
    inputTokens,
    cachedInputTokens: numberOf(input['cached_tokens']),
    cacheWriteInputTokens: numberOf(input['cache_write_tokens']),
    outputTokens,
    reasoningOutputTokens: numberOf(output['reasoning_tokens']),
  };
}
