// Keeps a turn's conversation within the limit: has it compacted in time, and gives up when that does not help.
import { compactionLimit } from '../compaction/limit.ts';
import { AgentError } from '../../protocol/errors.ts';
import type { Settings } from '../settings.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import { compact, type Compaction } from './compact.ts';
import type { ResponseEnd } from './modelEvents.ts';

/** After so many compactions in a row that did not help the turn ends. */
const MOST_FRUITLESS = 2;

export class ContextKeeper {
  readonly #thread: LiveThread;
  readonly #settings: Settings;
  /** Compactions in a row after which the conversation was still too long. */
  #fruitless = 0;
  #isFirstAfterCompaction = false;

  constructor(thread: LiveThread, settings: Settings) {
    this.#thread = thread;
    this.#settings = settings;
  }

  /** Call before each request; gives the place where what is kept begins now. Throws when the conversation cannot be made to fit. */
  async makeRoom(compaction: Compaction): Promise<number> {
    const limit = this.#limit;
    const { keptFrom } = compaction;
    if (limit === null || this.#thread.contextTokens < limit || keptFrom === 0) return keptFrom;
    if (this.#fruitless >= MOST_FRUITLESS) throw tooLong(limit, this.#thread.contextTokens);
    const begin = await compact(compaction);
    this.#isFirstAfterCompaction = true;
    return begin;
  }

  /** Call with the end of each response: whether the last compaction has helped is told by it. */
  heard({ usage }: ResponseEnd): void {
    if (!this.#isFirstAfterCompaction) return;
    this.#isFirstAfterCompaction = false;
    const tokens = usage?.inputTokens ?? this.#thread.contextTokens;
    this.#fruitless = this.#limit !== null && tokens >= this.#limit ? this.#fruitless + 1 : 0;
  }

  get #limit(): number | null {
    return compactionLimit(this.#settings, this.#thread.row.tokenUsage?.modelContextWindow ?? null);
  }
}

function tooLong(limit: number, tokens: number): AgentError {
  return new AgentError(
    'contextWindowExceeded',
    `The conversation was compacted ${MOST_FRUITLESS} times in a row and still takes about ${tokens} tokens of the ${limit} that it may take, so the turn was ended. Nothing is lost: send a message to go on, raise model_auto_compact_token_limit or model_context_window, or begin a new thread.`,
  );
}
