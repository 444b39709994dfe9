// A provider behind HTTP: asks in its dialect, reads the answer as model events, and tells failures as the turn needs them.
import type { ProviderConfig } from '../../core/config/providerConfig.ts';
import type { Clock, Ids } from '../../core/ports.ts';
import type { ModelEvent, ModelProvider, ModelRequest } from '../../core/turn/modelPort.ts';
import { messageOf } from '../../protocol/errors.ts';
import { Broken, type AnswerReader } from './answerReader.ts';
import { groupedNames } from './chatNames.ts';
import { chatBody } from './chatRequest.ts';
import { ChatReader } from './chatReader.ts';
import { failureOf } from './classify.ts';
import { createHttpClient, type HttpClient } from './client.ts';
import { keyOf, requestHeaders, type Asker, type KeySource } from './credentials.ts';
import type { Fault } from './faults.ts';
import { openAnswer, type Asking, type OpenAnswer } from './openAnswer.ts';
import { responsesBody } from './responsesRequest.ts';
import { ResponsesReader } from './responsesReader.ts';
import { createSseReader } from './sse.ts';

/** What every HTTP provider shares. */
export interface HttpSurroundings {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: KeySource;
  /** This server's version, for the user agent. */
  readonly version: string;
  /** In [0, 1): spreads retries. */
  readonly random: () => number;
  /** Aborted when the server goes down. */
  readonly closing: AbortSignal;
}

export interface HttpProvider extends ModelProvider {
  readonly client: HttpClient;
  /** The headers of a request, or the Broken that says which key is missing. */
  headers(asker: Omit<Asker, 'version'>): Promise<Record<string, string | null>>;
}

interface Dialect {
  readonly path: string;
  body(request: ModelRequest): Record<string, unknown>;
  reader(request: ModelRequest, newCallId: () => string): AnswerReader;
}

const RESPONSES: Dialect = {
  path: '/responses',
  body: responsesBody,
  reader: (_request, newCallId) => new ResponsesReader(newCallId),
};

const CHAT: Dialect = {
  path: '/chat/completions',
  body: chatBody,
  reader: (request, newCallId) => new ChatReader(customToolNames(request), newCallId, groupedNames(request.tools)),
};

export function createHttpProvider(config: ProviderConfig, surroundings: HttpSurroundings): HttpProvider {
  const dialect = config.wireApi === 'chat' ? CHAT : RESPONSES;
  const client = createHttpClient(config, surroundings.keys.env);
  const newCallId = (): string => `call_${surroundings.ids.next()}`;

  async function headers(asker: Omit<Asker, 'version'>): Promise<Record<string, string | null>> {
    const key = await keyOf(config, surroundings.keys);
    if (key !== null && typeof key !== 'string') throw new Broken(key);
    const { version, keys } = surroundings;
    return requestHeaders(config, key, { asker: { ...asker, version }, env: keys.env });
  }

  async function open(request: ModelRequest, signal: AbortSignal): Promise<OpenAnswer> {
    const { originator, threadId, model } = request;
    const asking: Asking = {
      path: dialect.path,
      headers: await headers({ originator, threadId }),
      body: dialect.body(request),
    };
    const { clock, random, closing } = surroundings;
    return openAnswer({ client, clock, random, closing, place: { provider: config, model } }, asking, signal);
  }

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    if (signal.aborted) return;
    const reader = dialect.reader(request, newCallId);
    let answer: OpenAnswer | null = null;
    try {
      answer = await open(request, signal);
      for await (const events of eventsOf(answer, reader)) {
        for (const event of events) {
          if (signal.aborted) return;
          yield event;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      throw failureOf(faultOf(error), { provider: config, model: request.model }, error);
    } finally {
      if (reader.isFinished) answer?.finish();
      else answer?.cut();
    }
  }

  const { id, name, streamMaxRetries } = config;
  return { id, name, streamMaxRetries, client, headers, stream };
}

/** The events of one answer, as many at a time as one read brings. Finished items are handed over before a failure is thrown. */
async function* eventsOf(answer: OpenAnswer, reader: AnswerReader): AsyncGenerator<readonly ModelEvent[]> {
  let events: ModelEvent[] = [];
  const sse = createSseReader((data, name) => {
    if (!reader.isFinished) reader.take(data, name, events);
  });
  while (!reader.isFinished) {
    let failure: Error | null = null;
    try {
      const bytes = await answer.read();
      if (bytes !== null) sse.push(bytes);
      else {
        sse.end();
        if (!reader.isFinished) reader.end(events);
      }
    } catch (error) {
      failure = error instanceof Error ? error : new Error(messageOf(error));
    }
    const ready = events;
    events = [];
    if (ready.length > 0) yield ready;
    if (failure !== null) throw failure;
  }
}

/** Anything that is not a fault of the exchange is one of ours, and is thrown as it is. */
function faultOf(error: unknown): Fault {
  if (error instanceof Broken) return error.fault;
  if (error instanceof RangeError) return { kind: 'garbage', sample: error.message };
  throw error;
}

function customToolNames(request: ModelRequest): ReadonlySet<string> {
  return new Set(request.tools.flatMap((tool) => (tool.type === 'custom' ? tool.name : [])));
}
