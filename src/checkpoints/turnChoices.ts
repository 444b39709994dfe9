// The turns of a thread to pick one from, newest first, each by the message that began it.
import type { Turn } from '../../server/protocol/schema/turn.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import { oneLine } from '../../server/protocol/shownText.ts';
import { ageWords } from '../threads/threadRows.ts';

export interface TurnChoice {
  readonly label: string;
  readonly description: string;
  readonly turnId: string;
}

const LABEL_LENGTH = 80;

/** Turns that are over; `nowMs` in Unix milliseconds. */
export function turnChoices({ turns }: ThreadState, nowMs: number): TurnChoice[] {
  return turns
    .filter(({ status }) => status !== 'inProgress')
    .toReversed()
    .map((turn) => ({
      label: oneLine(messageOf(turn), LABEL_LENGTH),
      description: turn.startedAt === null ? '' : ageWords(turn.startedAt, nowMs / 1000),
      turnId: turn.id,
    }));
}

function messageOf({ items }: Turn): string {
  const message = items.find((item) => item.type === 'userMessage');
  const text = message?.content.find((part) => part.type === 'text')?.text ?? '';
  return text === '' ? 'A turn without a message' : text;
}
