// One response of the model: read to its end, cut short by a message or a stop, or failed and tried again after a while.
import type { TokenUsage } from '../../protocol/schema/turn.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import type { Memory } from './memory.ts';
import type { ResponseEnd, ResponseReader } from './modelEvents.ts';
import { withJoinedSignal } from '../joinedSignal.ts';
import { ModelFailure, type ModelProvider, type ModelRequest } from './modelPort.ts';
import { retryDelayMs } from './retry.ts';
import type { RunningTurn } from './runningTurn.ts';
import { wireInfo } from './turnEnd.ts';

export type ResponseOutcome =
  | { readonly type: 'ended'; readonly end: ResponseEnd }
  /** Cut short by a steering message or by the turn's stop. */
  | { readonly type: 'steered' }
  | { readonly type: 'failed'; readonly failure: ModelFailure };

interface Asked {
  readonly thread: LiveThread;
  readonly turn: RunningTurn;
}

interface ResponseParts {
  readonly request: ModelRequest;
  readonly reader: ResponseReader;
  readonly memory: Memory;
  /** Called with each event, before it is read. */
  onEvent(): void;
  onUsage(usage: TokenUsage): void;
}

/** Asks the model and reads its answer. Rejects only when something else than the model fails. */
export async function respond(
  { turn }: Asked,
  provider: ModelProvider,
  parts: ResponseParts,
): Promise<ResponseOutcome> {
  const cut = new AbortController();
  turn.whenSteered(() => {
    if (!parts.reader.hasCalls) cut.abort();
  });
  try {
    if (turn.hasSteered) return { type: 'steered' };
    return await withJoinedSignal([turn.signal, cut.signal], (signal) => hear(turn, provider, { ...parts, signal }));
  } finally {
    turn.whenSteered(null);
  }
}

async function hear(
  turn: RunningTurn,
  provider: ModelProvider,
  parts: ResponseParts & { readonly signal: AbortSignal },
): Promise<ResponseOutcome> {
  const { reader, memory, request, signal } = parts;
  try {
    const end = await read(provider.stream(request, signal), parts);
    if (end !== null) {
      reader.abandon();
      return { type: 'ended', end };
    }
    memory.remember(turn.id, reader.abandon());
    return { type: 'steered' };
  } catch (error) {
    const said = reader.abandon();
    if (signal.aborted) {
      memory.remember(turn.id, said);
      return { type: 'steered' };
    }
    if (error instanceof ModelFailure) return { type: 'failed', failure: error };
    throw error;
  }
}

/** Reads the stream to its end; null when it was cut short from our side. */
async function read(
  stream: AsyncIterable<Parameters<ResponseReader['take']>[0]>,
  { reader, onEvent, onUsage }: ResponseParts,
): Promise<ResponseEnd | null> {
  for await (const event of stream) {
    onEvent();
    const end = reader.take(event);
    if (end === null) continue;
    if (end.usage !== null) onUsage(end.usage);
    return end;
  }
  return null;
}

/** Waits before the next attempt and says so; throws the failure when it is final. */
export async function retryOrThrow(
  { thread, turn }: Asked,
  failure: ModelFailure,
  { attempt, maxRetries }: { readonly attempt: number; readonly maxRetries: number },
): Promise<void> {
  if (failure.retry === 'never' || attempt > maxRetries) throw failure;
  const delayMs = retryDelayMs(attempt, failure.retryAfterMs, (turn.startedAtMs % 100) / 100);
  const cause = failure.details ?? failure.message;
  thread.record({
    method: 'error',
    params: {
      error: {
        message: `Reconnecting... ${attempt}/${maxRetries}`,
        codexErrorInfo: wireInfo(failure.info),
        additionalDetails: `${cause} Next try in ${(delayMs / 1000).toFixed(1)} s.`,
        misalignment: null,
      },
      willRetry: true,
      threadId: thread.id,
      turnId: turn.id,
    },
  });
  await wait({ thread, turn }, delayMs);
}

/** Waits, but not longer than until the turn is stopped or steered. */
function wait({ thread, turn }: Asked, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      cancel();
      turn.signal.removeEventListener('abort', done);
      turn.whenSteered(null);
      resolve();
    };
    const cancel = thread.world.clock.after(delayMs, done);
    turn.signal.addEventListener('abort', done);
    turn.whenSteered(done);
    // either may have happened before anybody waited
    if (turn.hasSteered || turn.signal.aborted) done();
  });
}
