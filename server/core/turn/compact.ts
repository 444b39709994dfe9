// Compacts a conversation: the model sums it up, and the summary takes its place.
import { compactedHistory, newestPart } from '../compaction/compactedHistory.ts';
import { SUMMARY_REQUEST } from '../compaction/summaryTexts.ts';
import { tokensOf } from '../compaction/tokens.ts';
import { withEveryCallAnswered } from '../thread/history.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import { ModelFailure, type ModelItem, type ModelProvider, type ModelRequest } from './modelPort.ts';
import { retryOrThrow } from './response.ts';
import type { RunningTurn } from './runningTurn.ts';
import type { TurnItems } from './turnItems.ts';

export interface Compaction {
  readonly thread: LiveThread;
  readonly turn: RunningTurn;
  readonly items: TurnItems;
  readonly provider: ModelProvider;
  /** What stands before the conversation in each request. */
  readonly prefix: readonly ModelItem[];
  /** From this place in the thread's history on everything stays as it is. */
  readonly keptFrom: number;
  request(input: readonly ModelItem[]): ModelRequest;
}

/** How often the conversation is shortened when even the request for its summary is too long. */
const MOST_CUTS = 4;

/**
 * Replaces the thread's history up to `keptFrom`, at once and only when the summary is there: a process that dies before leaves the old
 * history. Does nothing more when the turn is stopped meanwhile. Gives the place from which on everything has stayed as it is. Throws what keeps
 * the model from summing up.
 */
export async function compact(compaction: Compaction): Promise<number> {
  const { thread, turn, items, prefix, keptFrom } = compaction;
  const item = items.start({ type: 'contextCompaction', id: thread.world.ids.next() });
  const old = thread.history.slice(0, keptFrom);
  const summary = old.length === 0 ? null : await summaryOf(old, compaction);
  if (turn.stopped !== null) return keptFrom;
  const compacted = summary === null ? null : compactedHistory(old, summary);
  if (compacted !== null) thread.rebase(turn.id, [...compacted, ...thread.history.slice(keptFrom)], tokensOf(prefix));
  items.complete(item);
  return compacted?.length ?? keptFrom;
}

/** Null when the turn was stopped meanwhile. */
async function summaryOf(history: readonly ModelItem[], compaction: Compaction): Promise<string | null> {
  const { turn, provider } = compaction;
  let told = withEveryCallAnswered(history);
  let attempt = 0;
  let cuts = 0;
  while (turn.stopped === null) {
    try {
      return await askForSummary(told, compaction);
    } catch (error) {
      if (turn.stopped !== null) return null;
      if (!(error instanceof ModelFailure)) throw error;
      if (error.info === 'contextWindowExceeded' && cuts < MOST_CUTS) {
        cuts += 1;
        told = withEveryCallAnswered(newestPart(told, Math.floor(tokensOf(told) / 2)));
        continue;
      }
      attempt += 1;
      await retryOrThrow(compaction, error, { attempt, maxRetries: provider.streamMaxRetries });
    }
  }
  return null;
}

async function askForSummary(told: readonly ModelItem[], compaction: Compaction): Promise<string> {
  const { thread, turn, provider, prefix } = compaction;
  const question: ModelItem = {
    type: 'message',
    role: 'user',
    content: [{ type: 'input_text', text: SUMMARY_REQUEST }],
  };
  const request = { ...compaction.request([...prefix, ...told, question]), tools: [], outputSchema: null };
  let text = '';
  for await (const event of provider.stream(request, turn.signal)) {
    if (event.type === 'itemDone') text += wordsOf(event.item);
    if ((event.type === 'completed' || event.type === 'incomplete') && event.usage !== null)
      thread.addUsage(turn.id, event.usage);
  }
  if (text.trim() !== '' || turn.stopped !== null) return text;
  throw new ModelFailure('The model wrote no summary of the conversation, so it could not be compacted.', {
    info: 'other',
    retry: 'stream',
  });
}

function wordsOf(item: ModelItem): string {
  if (item.type !== 'message' || item.role !== 'assistant') return '';
  return item.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}
