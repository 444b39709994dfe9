// What the tests of HTTP providers share: a provider at the scripted server, a request, and ways to read a stream.
import assert from 'node:assert/strict';
import { createHttpProvider, type HttpProvider } from '../../../../server/adapters/openai/httpProvider.ts';
import type { ProviderConfig } from '../../../../server/core/config/providerConfig.ts';
import { ModelFailure, type ModelEvent, type ModelRequest } from '../../../../server/core/turn/modelPort.ts';
import type { ToolSpec } from '../../../../server/core/turn/toolSpec.ts';
import { createHandClock, type HandClock } from '../../../support/handClock.ts';
import { providerConfig } from '../../../support/providerConfig.ts';

export const IDLE_MS = 300_000;
const FINISH_MS = 2_000;

export const APPLY_PATCH: ToolSpec = {
  type: 'custom',
  name: 'apply_patch',
  description: 'Edits files.',
  format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
};

export const EXEC_COMMAND: ToolSpec = {
  type: 'function',
  name: 'exec_command',
  description: 'Runs a command.',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
};

export function modelRequest(changes: Partial<ModelRequest> = {}): ModelRequest {
  return {
    threadId: 'thread-1',
    turnId: 'turn-1',
    model: 'scripted-model',
    input: [
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'You are Bowline.' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Say hello' }] },
    ],
    tools: [EXEC_COMMAND, APPLY_PATCH],
    effort: null,
    summary: null,
    verbosity: null,
    outputSchema: null,
    originator: 'test_client',
    ...changes,
  };
}

export interface Harness {
  readonly provider: HttpProvider;
  readonly clock: HandClock;
  /** Ends what is open in the background. */
  close(): void;
}

export interface HarnessOptions extends Partial<ProviderConfig> {
  readonly env?: Record<string, string>;
  readonly openaiKey?: string | null;
}

/** Waits between retries pass at once; silence and slow endings are timed only when a test says so. */
export function harness(baseUrl: string, { env = {}, openaiKey = null, ...config }: HarnessOptions = {}): Harness {
  const clock = createHandClock((delayMs) => delayMs !== IDLE_MS && delayMs !== FINISH_MS);
  const closing = new AbortController();
  let lastId = 0;
  const provider = createHttpProvider(providerConfig({ baseUrl, streamIdleTimeoutMs: IDLE_MS, ...config }), {
    clock,
    ids: { next: () => `id${(lastId += 1)}` },
    keys: { env, openaiKey: () => Promise.resolve(openaiKey) },
    version: '1.2.3',
    random: () => 0.5,
    closing: closing.signal,
  });
  return { provider, clock, close: () => closing.abort() };
}

export interface Outcome {
  readonly events: readonly ModelEvent[];
  readonly failure: ModelFailure | null;
}

/** Reads the stream to its end, however it ends. */
export async function collect(stream: AsyncIterable<ModelEvent>): Promise<Outcome> {
  const events: ModelEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events, failure: null };
  } catch (error) {
    assert.ok(error instanceof ModelFailure, String(error));
    return { events, failure: error };
  }
}

export function ask({ provider }: Harness, changes: Partial<ModelRequest> = {}): Promise<Outcome> {
  return collect(provider.stream(modelRequest(changes), new AbortController().signal));
}

/** The events with the deltas of one kind and item joined, so that cuts do not matter. */
export function joined(events: readonly ModelEvent[]): ModelEvent[] {
  const out: ModelEvent[] = [];
  for (const event of events) {
    const last = out.at(-1);
    if (
      last !== undefined &&
      'delta' in last &&
      'delta' in event &&
      last.type === event.type &&
      last.index === event.index
    ) {
      out[out.length - 1] = { ...last, delta: last.delta + event.delta };
    } else out.push(event);
  }
  return out;
}
