// What the user has chosen and written in a question card so far, and the answer that it makes.
import type { QuestionRequest } from '../../server/protocol/methods.ts';
import type { ToolRequestUserInputResult, UserQuestion } from '../../server/protocol/schema/userInput.ts';

/** `choice` is the index of an option, `other` the user's own words; null: nothing yet. */
export interface QuestionDraft {
  readonly choice: number | 'other' | null;
  readonly words: string;
}

/** By the ids of the questions. */
export type CardDraft = Readonly<Record<string, QuestionDraft>>;

/** By the keys of the cards. */
export type CardDrafts = Readonly<Record<string, CardDraft>>;

export const NOTHING_CHOSEN: QuestionDraft = { choice: null, words: '' };

/** What a card keeps when its request is sent again under another id. */
export function cardKey({ params }: QuestionRequest): string {
  return `${params.turnId}/${params.itemId}`;
}

/** Whether the user can write something beside the options; without options there is nothing else. */
export function hasWords(question: UserQuestion): boolean {
  return question.isOther || question.isSecret || optionsOf(question).length === 0;
}

export function optionsOf({ options }: UserQuestion): readonly { label: string; description: string }[] {
  return options ?? [];
}

/** What was answered to one question; nothing when it is still open. */
export function answerOf(question: UserQuestion, draft: QuestionDraft): string[] {
  const { choice, words } = draft;
  const isWritten = choice === 'other' || optionsOf(question).length === 0;
  if (isWritten) return words.trim() === '' ? [] : [question.isSecret ? words : words.trim()];
  const label = choice === null ? undefined : optionsOf(question)[choice]?.label;
  return label === undefined ? [] : [label];
}

/** The first question without an answer; null when the card can be sent. */
export function firstOpen(questions: readonly UserQuestion[], draft: CardDraft): string | null {
  return questions.find((question) => answerOf(question, draftOf(draft, question)).length === 0)?.id ?? null;
}

export function draftOf(draft: CardDraft, { id }: UserQuestion): QuestionDraft {
  return draft[id] ?? NOTHING_CHOSEN;
}

/** The answer to all questions of a card; what is open counts as skipped. */
export function resultOf(questions: readonly UserQuestion[], draft: CardDraft): ToolRequestUserInputResult {
  const entries = questions.map((question) => {
    const answers = answerOf(question, draftOf(draft, question));
    return [question.id, { answers }] as const;
  });
  return { answers: Object.fromEntries(entries) };
}

/** The drafts without what must not be kept: the secrets. */
export function withoutSecrets(questions: readonly UserQuestion[], draft: CardDraft): CardDraft {
  const secret = new Set(questions.filter(({ isSecret }) => isSecret).map(({ id }) => id));
  return Object.fromEntries(Object.entries(draft).filter(([id]) => !secret.has(id)));
}

/** Reads what an earlier page left behind; anything that does not fit counts as nothing. */
export function parseCardDrafts(value: unknown): CardDrafts {
  return mapRecord(value, (card) => mapRecord(card, parseDraft));
}

function parseDraft(value: unknown): QuestionDraft | null {
  if (!isRecord(value) || typeof value['words'] !== 'string') return null;
  const { choice, words } = value;
  return { choice: typeof choice === 'number' || choice === 'other' ? choice : null, words };
}

function mapRecord<T>(value: unknown, parse: (entry: unknown) => T | null): Record<string, T> {
  const parsed: Record<string, T> = {};
  if (!isRecord(value)) return parsed;
  for (const [key, entry] of Object.entries(value)) {
    const read = parse(entry);
    if (read !== null) parsed[key] = read;
  }
  return parsed;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
