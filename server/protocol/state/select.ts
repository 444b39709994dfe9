// Questions that every client asks of a thread's state.
import type { AgentMessageItem, FileChangeItem, ThreadItem } from '../schema/item.ts';
import type { Turn } from '../schema/turn.ts';
import type { ThreadState } from './threadState.ts';

/** The turn that runs, if one does. */
export function runningTurn(state: ThreadState): Turn | undefined {
  return state.turns.findLast((turn) => turn.status === 'inProgress');
}

/** The turn that holds the user's message with this `clientUserMessageId`. */
export function turnOfMessage(state: ThreadState | undefined, messageId: string | null | undefined): Turn | undefined {
  if (messageId === null || messageId === undefined) return undefined;
  return state?.turns.find((turn) =>
    turn.items.some((item) => item.type === 'userMessage' && item.clientId === messageId),
  );
}

/** The items of a turn that have started and not completed. */
export function openItems(turn: Turn): ThreadItem[] {
  return turn.items.filter((item) => item.completedAtMs === null);
}

/** The last thing the agent said in a turn. */
export function finalMessage(turn: Turn): AgentMessageItem | undefined {
  return turn.items.findLast((item) => item.type === 'agentMessage');
}

/** The turn as `itemsView: "summary"` shows it: the first user message and the final agent message. */
export function summaryOf(turn: Turn): Turn {
  const first = turn.items.find((item) => item.type === 'userMessage');
  const last = finalMessage(turn);
  return { ...turn, itemsView: 'summary', items: [first, last].filter((item) => item !== undefined) };
}

/** The patches of a turn, in order. */
export function fileChanges(turn: Turn): FileChangeItem[] {
  return turn.items.filter((item) => item.type === 'fileChange');
}

/** What to call a thread: its name, else the first line of what was first asked, else `fallback`. */
export function titleOf(thread: { readonly name: string | null; readonly preview: string }, fallback: string): string {
  return thread.name ?? (thread.preview.trim().split('\n', 1)[0] || fallback);
}
