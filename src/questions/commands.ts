// The command that leads from a notification or the inbox to a question of the agent.
import type { QuestionRequest } from '../../server/protocol/methods.ts';
import type { ChatControl } from '../chat/chatView.ts';
import type { Commands } from '../commands.ts';
import type { ThreadStore } from '../threads/threadStore.ts';

export interface QuestionPorts {
  readonly store: Pick<ThreadStore, 'openQuestions'>;
  readonly chat: Pick<ChatControl, 'showQuestion'>;
  /** Shows a thread in the chat, asking the user where that takes it from another process. */
  readonly showThread: (threadId: string) => Promise<void>;
}

/** Shows the card of a question, with the focus on it. */
export async function showQuestion(
  { chat, showThread }: QuestionPorts,
  { id, params }: QuestionRequest,
): Promise<void> {
  await showThread(params.threadId);
  await chat.showQuestion(id);
}

/** Takes `{requestId}`, or nothing: then the question that waits longest is meant. */
export function questionCommands(ports: QuestionPorts): Commands {
  return {
    'bowline.answerQuestion': async (argument) => {
      const open = ports.store.openQuestions();
      const wanted = requestIdIn(argument);
      const question = wanted === undefined ? open[0] : open.find(({ id }) => id === wanted);
      if (question !== undefined) await showQuestion(ports, question);
    },
  };
}

function requestIdIn(argument: unknown): unknown {
  return typeof argument === 'object' && argument !== null && 'requestId' in argument ? argument.requestId : undefined;
}
