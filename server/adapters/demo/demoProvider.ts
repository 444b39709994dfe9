// The provider that needs no network: streams the scripted tour word by word, as a model would.
import type { ProviderConfig } from '../../core/config/providerConfig.ts';
import type { Clock, Ids } from '../../core/ports.ts';
import type { ModelEvent, ModelItem, ModelProvider, ModelRequest } from '../../core/turn/modelPort.ts';
import { sleep } from '../sleep.ts';
import { readTour, tourCallId } from './tourHistory.ts';
import { nextScene, type Scene, type ToolUse } from './tourScript.ts';

export interface DemoOptions {
  readonly config: ProviderConfig;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Between two words; 20 ms if not given, 0 for no waiting at all. */
  readonly wordDelayMs?: number | undefined;
}

const USUAL_WORD_DELAY_MS = 20;

export function createDemoProvider({
  config,
  clock,
  ids,
  wordDelayMs = USUAL_WORD_DELAY_MS,
}: DemoOptions): ModelProvider {
  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const offered = new Set(request.tools.map((tool) => tool.name));
    const scene = nextScene(readTour(request.input), offered);
    for (const event of sceneEvents(scene, ids)) {
      if (wordDelayMs > 0 && 'delta' in event) await sleep(clock, wordDelayMs, signal).catch(() => {}); // an abort ends it below
      if (signal.aborted) return;
      yield event;
    }
  }
  return { id: config.id, name: config.name, streamMaxRetries: config.streamMaxRetries, stream };
}

/** The whole response. The tour costs nothing, so it tells no usage. */
function* sceneEvents({ text, use }: Scene, ids: Ids): Generator<ModelEvent> {
  const message = { type: 'message', id: `msg_${ids.next()}`, role: 'assistant' } as const;
  const phase = use === null ? 'final_answer' : 'commentary';
  yield { type: 'itemAdded', index: 0, item: { ...message, content: [], phase } };
  for (const delta of words(text)) yield { type: 'textDelta', index: 0, delta };
  yield { type: 'itemDone', index: 0, item: { ...message, content: [{ type: 'output_text', text }], phase } };
  if (use !== null) yield* callEvents(use, ids);
  yield { type: 'completed', usage: null };
}

function* callEvents(use: ToolUse, ids: Ids): Generator<ModelEvent> {
  const callId = tourCallId(use.step, ids.next());
  yield { type: 'itemAdded', index: 1, item: callItem(use, callId, '') };
  for (const delta of words(use.input)) yield { type: 'inputDelta', index: 1, delta };
  yield { type: 'itemDone', index: 1, item: callItem(use, callId, use.input) };
}

function callItem({ tool: name, form }: ToolUse, callId: string, input: string): ModelItem {
  return form === 'custom'
    ? { type: 'custom_tool_call', call_id: callId, name, input }
    : { type: 'function_call', call_id: callId, name, arguments: input };
}

/** Each word with the space after it. */
function words(text: string): string[] {
  return text.match(/\S+\s*|\s+/g) ?? [];
}
