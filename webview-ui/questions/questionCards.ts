// The questions of the agent on this page: what is being answered, what was answered, and how an answer goes out.
import { signal, type ReadonlySignal } from '@preact/signals';
import { answeredQuestions, withAnswer, type AnsweredQuestions } from '../../server/protocol/answeredQuestions.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { QuestionRequest } from '../../server/protocol/methods.ts';
import type { OpenQuestion } from '../../server/protocol/state/threadState.ts';
import type { Bridge } from '../bridge.ts';
import type { LocalStore } from '../session/localStore.ts';
import type { PageState } from '../session/pageState.ts';
import {
  cardKey,
  NOTHING_CHOSEN,
  resultOf,
  withoutSecrets,
  type CardDraft,
  type QuestionDraft,
} from './questionDraft.ts';

export interface QuestionCards {
  readonly drafts: ReadonlySignal<Readonly<Record<string, CardDraft>>>;
  /** What was answered in the thread that is shown, oldest first. */
  readonly answered: ReadonlySignal<readonly AnsweredQuestions[]>;
  draft(request: QuestionRequest): CardDraft;
  change(request: QuestionRequest, questionId: string, change: Partial<QuestionDraft>): void;
  /** Sends what is answered so far, or that nothing is. */
  submit(question: OpenQuestion, how: 'answer' | 'skip'): void;
  /** An answer came too late. */
  takeBack(requestId: RequestId): void;
  /** Another thread is shown, or the same one was read anew. */
  show(answered: readonly AnsweredQuestions[]): void;
}

export interface QuestionCardsSource {
  readonly bridge: Bridge;
  readonly local: LocalStore;
  readonly state: Pick<PageState, 'answered'>;
}

/** More cards than this are not remembered across a reload: the oldest go first. */
const MOST_DRAFTS = 20;
const NO_DRAFT: CardDraft = {};

export function createQuestionCards({ bridge, local, state }: QuestionCardsSource): QuestionCards {
  const drafts = signal(local.current().questionDrafts);
  const answered = signal<readonly AnsweredQuestions[]>([]);
  const draft = (request: QuestionRequest): CardDraft => drafts.value[cardKey(request)] ?? NO_DRAFT;
  const keep = (request: QuestionRequest, next: CardDraft | null): void => {
    const key = cardKey(request);
    const { [key]: _before, ...others } = drafts.value;
    drafts.value = next === null ? others : { ...others, [key]: next };
    const { [key]: _kept, ...kept } = local.current().questionDrafts;
    const safe = next === null ? kept : { ...kept, [key]: withoutSecrets(request.params.questions, next) };
    local.keep({ questionDrafts: Object.fromEntries(Object.entries(safe).slice(-MOST_DRAFTS)) });
  };
  return {
    drafts,
    answered,
    draft,
    change: (request, questionId, change) => {
      const before = draft(request);
      keep(request, { ...before, [questionId]: { ...NOTHING_CHOSEN, ...before[questionId], ...change } });
    },
    submit: (question, how) => {
      const { request } = question;
      if (state.answered.value.has(request.id)) return;
      const result = resultOf(request.params.questions, how === 'skip' ? NO_DRAFT : draft(request));
      state.answered.value = new Set([...state.answered.value, request.id]);
      answered.value = withAnswer(answered.value, answeredQuestions(question, result));
      bridge.answer(request, result);
      keep(request, null);
    },
    takeBack: (requestId) => {
      answered.value = answered.value.filter((entry) => entry.requestId !== requestId);
    },
    show: (all) => {
      answered.value = all;
    },
  };
}
