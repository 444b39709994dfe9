// Remembers what the user answered to the agent's questions: the server tells the agent, and keeps no item of it.
import { answeredQuestions, withAnswer, type AnsweredQuestions } from '../../server/protocol/answeredQuestions.ts';
import { messageOf } from '../../server/protocol/errors.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ToolRequestUserInputResult } from '../../server/protocol/schema/userInput.ts';
import type { DraftMemory } from '../chat/drafts.ts';
import type { Log } from '../log.ts';
import type { AnswerOutcome } from '../threads/openedThread.ts';
import type { ThreadStore } from '../threads/threadStore.ts';

const KEY = 'bowline.answeredQuestions';
/** In a workspace; the oldest go first. */
const MOST_KEPT = 300;

export class AnswerMemory {
  readonly #memory: DraftMemory;
  readonly #store: Pick<ThreadStore, 'get' | 'answer'>;
  readonly #log: Log;
  #all: readonly AnsweredQuestions[];

  constructor(memory: DraftMemory, store: Pick<ThreadStore, 'get' | 'answer'>, log: Log) {
    this.#memory = memory;
    this.#store = store;
    this.#log = log;
    const kept = memory.get(KEY);
    const entries: unknown[] = Array.isArray(kept) ? kept : [];
    this.#all = entries.filter(isAnswered);
  }

  /** What was answered in a thread, oldest first. */
  ofThread(threadId: string | null): readonly AnsweredQuestions[] {
    return this.#all.filter((answered) => answered.threadId === threadId);
  }

  /** Answers a request of the server, and keeps the answer when it is one to a question and came in time. */
  answer(threadId: string, requestId: RequestId, result: unknown): AnswerOutcome {
    const question = this.#store.get(threadId)?.questions.find(({ request }) => request.id === requestId);
    const outcome = this.#store.answer(requestId, result);
    if (question === undefined || outcome !== 'accepted' || !isResult(result)) return outcome;
    this.#all = withAnswer(this.#all, answeredQuestions(question, result)).slice(-MOST_KEPT);
    this.#memory.update(KEY, this.#all).then(undefined, (error: unknown) => this.#log.warn(messageOf(error)));
    return outcome;
  }
}

function isResult(value: unknown): value is ToolRequestUserInputResult {
  if (!isRecord(value) || !isRecord(value['answers'])) return false;
  return Object.values(value['answers']).every((given) => isRecord(given) && Array.isArray(given['answers']));
}

function isAnswered(value: unknown): value is AnsweredQuestions {
  return (
    isRecord(value) &&
    typeof value['threadId'] === 'string' &&
    typeof value['turnId'] === 'string' &&
    Array.isArray(value['questions'])
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
