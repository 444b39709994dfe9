// What is kept of a question of the agent once the user has answered it; on the wire no item stands for it.
import type { RequestId } from './jsonrpc.ts';
import type { ToolRequestUserInputResult, UserQuestion } from './schema/userInput.ts';
import type { OpenQuestion } from './state/threadState.ts';

/** One question with what the user said. A secret is not kept: it is only known that there was one. */
export interface AnsweredQuestion {
  readonly header: string;
  readonly question: string;
  readonly answer: 'skipped' | 'secret' | { readonly text: string };
}

/** What was asked at once, in its place. */
export interface AnsweredQuestions {
  readonly threadId: string;
  readonly turnId: string;
  readonly requestId: RequestId;
  /** Of the tool call; there is no item with it. A server that was started anew may ask the same under another request id. */
  readonly itemId: string;
  /** The item behind which it was asked; null: at the end of its turn. */
  readonly afterItemId: string | null;
  readonly questions: readonly AnsweredQuestion[];
}

export function answeredQuestions(
  { request, afterItemId }: OpenQuestion,
  { answers }: ToolRequestUserInputResult,
): AnsweredQuestions {
  const { threadId, turnId, itemId, questions } = request.params;
  return {
    threadId,
    turnId,
    requestId: request.id,
    itemId,
    afterItemId,
    questions: questions.map((question) => ({
      header: question.header,
      question: question.question,
      answer: answerOf(question, answers[question.id]?.answers ?? []),
    })),
  };
}

/** What was answered, with the newest answer to each call. */
export function withAnswer(all: readonly AnsweredQuestions[], answer: AnsweredQuestions): AnsweredQuestions[] {
  const others = all.filter(({ turnId, itemId }) => turnId !== answer.turnId || itemId !== answer.itemId);
  return [...others, answer];
}

function answerOf({ isSecret }: UserQuestion, given: readonly string[]): AnsweredQuestion['answer'] {
  if (given.length === 0) return 'skipped';
  return isSecret ? 'secret' : { text: given.join(', ') };
}
