// Reads out what a turn came to, for those who cannot see it scroll by.
import { finalMessage } from '../../server/protocol/state/select.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import { useRef } from 'preact/hooks';
import { useSession } from '../parts/context.ts';
import { strings } from '../strings.ts';

/** Longer answers are read in the transcript itself. */
const LONGEST = 400;

export function Announcer() {
  const last = useSession().thread.value?.turns.at(-1);
  const running = useRef('');
  const told = useRef('');
  if (last?.status === 'inProgress') running.current = last.id;
  // a turn that was over before it was shown is history, not news
  else if (last !== undefined && last.id === running.current) told.current = outcomeOf(last);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {told.current}
    </div>
  );
}

function outcomeOf(turn: Turn): string {
  switch (turn.status) {
    case 'inProgress':
      return '';
    case 'completed':
      return `${strings.agent}: ${(finalMessage(turn)?.text ?? '').slice(0, LONGEST)}`;
    case 'interrupted':
      return strings.stopped;
    case 'failed':
      return turn.error?.message ?? strings.turnFailed;
  }
}
