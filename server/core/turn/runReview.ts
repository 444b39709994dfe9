// Runs a review: an agent of its own looks at a change, without writing and without asking, and its findings become a message of the thread.
import type { ReviewTarget } from '../../protocol/schema/review.ts';
import { REVIEW_INSTRUCTIONS, reviewNote, targetLabel, targetRequest } from '../review/reviewTexts.ts';
import { reviewOf } from '../review/reviewAnswer.ts';
import type { Settings } from '../settings.ts';
import type { LiveThread } from '../thread/liveThread.ts';
import { Conversation } from './conversation.ts';
import { PassingMemory } from './memory.ts';
import type { ModelItem } from './modelPort.ts';
import type { RunningTurn } from './runningTurn.ts';
import { begin, drive } from './runTurn.ts';
import type { TurnEnd } from './turnEnd.ts';
import { TurnItems } from './turnItems.ts';

const NO_REVIEW = 'Reviewer failed to output a response.';
const INTERRUPTED = 'Review was interrupted. Start it again to have the changes reviewed.';

/** What a reviewer may call: nothing that writes, asks, or belongs to the client. */
const TOOLS = new Set(['exec_command', 'read_file', 'list_dir', 'grep', 'view_image']);

/** Never rejects. */
export async function runReview(thread: LiveThread, turn: RunningTurn, target: ReviewTarget): Promise<void> {
  const label = targetLabel(target);
  const items = new TurnItems(thread, turn.id);
  const id = (): string => thread.world.ids.next();
  if (thread.row.preview === '') thread.change({ preview: label });
  items.complete(items.start({ type: 'enteredReviewMode', id: id(), review: label }));
  begin(thread, turn);
  const memory = new PassingMemory();
  const conditions = { startedAtMs: turn.startedAtMs, settings: reviewSettings(thread.settings), outputSchema: null };
  const conversation = new Conversation(thread, turn, {
    conditions,
    apart: { memory, mayCall: (tool) => TOOLS.has(tool.name) && !('namespace' in tool) },
  });
  turn.steer({ input: [{ type: 'text', text: targetRequest(target), text_elements: [] }], clientId: null });

  const tell = (review: string, message: string | null): void => {
    items.complete(items.start({ type: 'exitedReviewMode', id: id(), review }));
    if (message === null) return;
    const said = { phase: null, moderation: null, memoryCitation: null, delivery: null, questions: null };
    items.complete(items.start({ type: 'agentMessage', id: `msg_${id()}`, text: message, ...said }));
    thread.remember(turn.id, [words('user', reviewNote(label)), words('assistant', message)]);
  };
  const review = async (): Promise<TurnEnd> => {
    let end: TurnEnd | null = null;
    try {
      end = await conversation.converse();
      return end;
    } finally {
      const found = end?.status === 'completed' ? reviewOf(lastWords(memory.history)) : '';
      if (found !== '') tell(found, found);
      else tell(NO_REVIEW, end?.status === 'interrupted' ? INTERRUPTED : null);
    }
  };
  await drive(thread, { turn, conversation, first: review });
}

function reviewSettings(settings: Settings): Settings {
  return {
    ...settings,
    approvalPolicy: 'never',
    sandbox: { type: 'readOnly', networkAccess: false },
    // as in plan mode nothing that was allowed before counts, and no patch is applied
    collaboration: { mode: 'plan', instructions: '' },
    baseInstructions: REVIEW_INSTRUCTIONS,
  };
}

function lastWords(history: readonly ModelItem[]): string {
  const last = history.findLast((item) => item.type === 'message' && item.role === 'assistant');
  if (last?.type !== 'message') return '';
  return last.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('');
}

function words(role: 'user' | 'assistant', text: string): ModelItem {
  return { type: 'message', role, content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }] };
}
