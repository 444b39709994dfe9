// Opens one answer: sends the request, repeats it silently where that may help, and hands over the open body.
import type { Clock } from '../../core/ports.ts';
import { sleep } from '../sleep.ts';
import { Broken } from './answerReader.ts';
import { classify, type Place } from './classify.ts';
import type { HttpClient, HttpRequest } from './client.ts';
import { sampleOf, toldFault, type Fault } from './faults.ts';
import { parseJson, recordOf } from './json.ts';

export interface OpenAnswer {
  /** The next bytes; null at the end. Throws a Broken when the stream breaks or stays silent for too long. */
  read(): Promise<Uint8Array | null>;
  /** Nothing more is wanted, and the rest is not worth waiting for: cuts the connection. */
  cut(): void;
  /** The answer is complete: reads to the end in the background, so that the connection can be used again. */
  finish(): void;
}

export interface Opening {
  readonly client: HttpClient;
  readonly clock: Clock;
  readonly place: Place;
  /** In [0, 1). */
  readonly random: () => number;
  /** Aborted when the server goes down. */
  readonly closing: AbortSignal;
}

const FIRST_DELAY_MS = 200;
/** A longer wait is not for us to sit through unseen: the turn tells it. */
const LONGEST_SILENCE_MS = 20_000;
/** How long a server may take to end a body after the last event. */
const FINISH_MS = 2_000;

/** The request, without its signal: every try gets its own. */
export type Asking = Omit<HttpRequest, 'signal'>;

/** Throws a Broken when there is no answer to be had, and whatever `signal` was aborted with. */
export async function openAnswer(opening: Opening, asking: Asking, signal: AbortSignal): Promise<OpenAnswer> {
  const { provider } = opening.place;
  for (let tries = 0; ; tries += 1) {
    const answer = await tryOnce(opening, asking, signal);
    if (!('kind' in answer)) return answer;
    const { retry, retryAfterMs } = classify(answer, opening.place);
    const delayMs = backoffMs(tries, retryAfterMs, opening.random);
    const mayRepeat = retry === 'silent' && tries < provider.requestMaxRetries && delayMs <= LONGEST_SILENCE_MS;
    if (!mayRepeat) throw new Broken(answer);
    await sleep(opening.clock, delayMs, signal);
  }
}

/** What the provider asks for, else 200 ms doubled each time, give or take a tenth, so that clients do not come back in step. */
export function backoffMs(tries: number, retryAfterMs: number | null, random: () => number): number {
  if (retryAfterMs !== null) return retryAfterMs;
  const doubled = Math.min(FIRST_DELAY_MS * 2 ** tries, LONGEST_SILENCE_MS / 2);
  return Math.round(doubled * (0.9 + random() * 0.2));
}

async function tryOnce(opening: Opening, asking: Asking, signal: AbortSignal): Promise<OpenAnswer | Fault> {
  const { client, clock, place, closing } = opening;
  const { streamIdleTimeoutMs } = place.provider;
  signal.throwIfAborted();
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const idle: Fault = { kind: 'idle', timeoutMs: streamIdleTimeoutMs };
  const watch = (): (() => void) => clock.after(streamIdleTimeoutMs, () => controller.abort(new Broken(idle)));
  let unwatch = watch();
  const release = (): void => {
    unwatch();
    signal.removeEventListener('abort', onAbort);
  };
  const answered = await client
    .send({ ...asking, signal: controller.signal })
    .then((response) => ('kind' in response ? response : refuseOtherBodies(response)))
    .catch((error: unknown) => {
      release();
      if (error instanceof Broken) return error.fault; // silence, while waiting for the first byte
      throw error;
    });
  unwatch();
  if ('kind' in answered) {
    release();
    return answered;
  }
  const reader = answered.getReader();
  return {
    read: async () => {
      unwatch = watch(); // only while we wait: a slow consumer is not the provider's silence
      try {
        const { done, value } = await reader.read();
        return done ? null : value;
      } catch (error) {
        signal.throwIfAborted();
        if (controller.signal.reason instanceof Broken) throw controller.signal.reason;
        throw new Broken({ kind: 'disconnected', words: error instanceof Error ? deepestWords(error) : String(error) });
      } finally {
        unwatch();
      }
    },
    cut: () => {
      release();
      controller.abort();
    },
    finish: () => {
      release();
      const giveUp = (): void => controller.abort();
      const cancel = clock.after(FINISH_MS, giveUp);
      closing.addEventListener('abort', giveUp, { once: true });
      void readToEnd(reader).finally(() => {
        cancel();
        closing.removeEventListener('abort', giveUp);
      });
    },
  };
}

async function readToEnd(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // the answer was complete before the connection broke
  }
}

/** The body as a stream, or what it says when it is a page or a plain JSON document. */
async function refuseOtherBodies(response: Response): Promise<ReadableStream<Uint8Array> | Fault> {
  const contentType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? '';
  const isDocument = contentType === 'application/json' || contentType === 'text/html';
  if (response.body !== null && !isDocument) return response.body;
  const text = await response.text().catch(() => ''); // the sample is a courtesy
  const document = recordOf(parseJson(text));
  if ('error' in document && document['error'] !== null) return toldFault(document);
  return { kind: 'noStream', contentType: contentType || 'nothing', sample: sampleOf(text) };
}

function deepestWords(error: Error): string {
  return error.cause instanceof Error ? deepestWords(error.cause) : error.message;
}
