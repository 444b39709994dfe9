// Asks a provider which models it has (GET /models), for a bounded time, and remembers the answer for a while.
import type { Clock } from '../../core/ports.ts';
import type { HttpProvider } from './httpProvider.ts';
import { isRecord, listOf, numberOf, parseJson, recordOf, stringOf } from './json.ts';

const TIMEOUT_MS = 5_000;
const GOOD_FOR_MS = 5 * 60_000;
/** A provider that could not be asked is asked again sooner: it may have been started meanwhile. */
const BAD_FOR_MS = 10_000;

export interface ModelIds {
  /** Newest first where the provider says when; null when it cannot be asked. Never rejects. */
  get(): Promise<readonly string[] | null>;
}

export function createModelIds(provider: HttpProvider, clock: Clock, closing: AbortSignal): ModelIds {
  let asked: { readonly ids: Promise<readonly string[] | null>; goodUntilMs: number } | null = null;
  return {
    get: () => {
      if (asked !== null && clock.nowMs() < asked.goodUntilMs) return asked.ids;
      const entry = { ids: ask(provider, clock, closing), goodUntilMs: Number.POSITIVE_INFINITY };
      asked = entry;
      return entry.ids.then((ids) => {
        entry.goodUntilMs = clock.nowMs() + (ids === null ? BAD_FOR_MS : GOOD_FOR_MS);
        return ids;
      });
    },
  };
}

async function ask(provider: HttpProvider, clock: Clock, closing: AbortSignal): Promise<readonly string[] | null> {
  const controller = new AbortController();
  const giveUp = (): void => controller.abort();
  const cancel = clock.after(TIMEOUT_MS, giveUp);
  closing.addEventListener('abort', giveUp, { once: true });
  try {
    const headers = await provider.headers({ originator: 'bowline', threadId: null });
    const answer = await provider.client.send({ path: '/models', headers, body: null, signal: controller.signal });
    return 'kind' in answer ? null : idsOf(parseJson(await answer.text()));
  } catch {
    return null; // no key, no answer in time: the catalogue stands in
  } finally {
    cancel();
    closing.removeEventListener('abort', giveUp);
  }
}

/** `{data: [{id, created}]}`; some servers write `models` and `name`. */
function idsOf(list: unknown): readonly string[] | null {
  const { data, models } = recordOf(list);
  if (!Array.isArray(data) && !Array.isArray(models)) return null;
  const known = listOf(data ?? models).flatMap((entry) => {
    if (!isRecord(entry)) return [];
    const id = stringOf(entry['id']) ?? stringOf(entry['name']);
    return id === null ? [] : [{ id, created: numberOf(entry['created']) }];
  });
  return known.toSorted((left, right) => right.created - left.created).map(({ id }) => id);
}
