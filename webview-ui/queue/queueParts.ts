// What a queued message consists of, for showing and changing it: its words, and the parts beside them, each kept as it is.
import type { Attachment } from '../../server/protocol/chatBridge.ts';
import type { UserInput } from '../../server/protocol/schema/item.ts';
import { shownMessage } from '../session/userInput.ts';

export interface QueueParts {
  readonly text: string;
  /** Attachments, mentions and images, in their order. */
  readonly beside: readonly UserInput[];
}

export function partsOf(input: readonly UserInput[]): QueueParts {
  const isWords = (part: UserInput): boolean => part.type === 'text' && attachmentOf(part) === undefined;
  return {
    text: input.flatMap((part) => (part.type === 'text' && isWords(part) ? [part.text] : [])).join('\n\n'),
    beside: input.filter((part) => !isWords(part)),
  };
}

/** How a part beside the words is shown; undefined for words. */
export function attachmentOf(part: UserInput): Attachment | undefined {
  return shownMessage([part]).attachments[0];
}

/** A change of a message that is not saved yet. */
export interface QueueEdit {
  readonly text: string;
  /** Which of the parts beside the words are taken off. */
  readonly removed: readonly number[];
}

/** An edit with what it is of. */
export interface OpenEdit extends QueueEdit {
  readonly threadId: string;
  /** The words as they were. */
  readonly before: string;
  readonly isSaving: boolean;
}

/** The message as it was changed. */
export function editedInput(input: readonly UserInput[], edit: QueueEdit): UserInput[] {
  const { text, beside } = partsOf(input);
  const kept = beside.filter((_, index) => !edit.removed.includes(index));
  // what is marked within the words stays only where they are
  if (edit.text === text) return input.filter((part) => !beside.includes(part) || kept.includes(part));
  return edit.text.trim() === '' ? kept : [{ type: 'text', text: edit.text, text_elements: [] }, ...kept];
}

export function isChanged(input: readonly UserInput[], edit: QueueEdit): boolean {
  return edit.removed.length > 0 || edit.text !== partsOf(input).text;
}

/** The ids with one of them `steps` further on; the same array when it cannot go there. */
export function moved(ids: readonly string[], id: string, steps: number): readonly string[] {
  const from = ids.indexOf(id);
  const to = from + steps;
  if (from < 0 || steps === 0 || to < 0 || to >= ids.length) return ids;
  return ids.toSpliced(from, 1).toSpliced(to, 0, id);
}
