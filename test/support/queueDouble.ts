// A server's queue of one thread, for the chat page: it answers the methods as the server does and says when it has changed.
import type { PageMessage } from '../../server/protocol/chatBridge.ts';
import type { UserInput } from '../../server/protocol/schema/item.ts';
import type { QueuedSubmission } from '../../server/protocol/schema/queue.ts';
import type { ChatPage } from './chatPage.ts';
import * as sample from './chatSamples.ts';

type Asked = Extract<PageMessage, { kind: 'request' }>;

export const words = (text: string): UserInput => ({ type: 'text', text, text_elements: [] });

export function queued(id: string, ...input: UserInput[]): QueuedSubmission {
  return { id, input, clientUserMessageId: `m-${id}`, responsesapiClientMetadata: null };
}

export interface QueueDouble {
  prompts: QueuedSubmission[];
  /** Give it as `onRequest`; what it does not know it answers with nothing. */
  readonly answer: (message: Asked, chat: ChatPage) => Promise<unknown>;
  /** Takes a prompt out as a server does that sends it, or another window that deletes it. */
  lose(chat: ChatPage, id: string): Promise<void>;
}

export function queueDouble(...prompts: QueuedSubmission[]): QueueDouble {
  let lastId = 100;
  const changed = (chat: ChatPage) =>
    chat.notify({ method: 'thread/queue/changed', params: { threadId: sample.THREAD_ID } });
  const double: QueueDouble = {
    prompts,
    answer: async (message, chat) => {
      const result = answerOf(double, message, () => `q${++lastId}`);
      if (message.method.startsWith('thread/queue/') && message.method !== 'thread/queue/list') await changed(chat);
      return result;
    },
    lose: async (chat, id) => {
      double.prompts = double.prompts.filter((prompt) => prompt.id !== id);
      await changed(chat);
    },
  };
  return double;
}

function answerOf(double: QueueDouble, message: Asked, nextId: () => string): unknown {
  switch (message.method) {
    case 'thread/queue/list':
      return { data: double.prompts, nextCursor: null };
    case 'thread/queue/add': {
      const { input, clientUserMessageId } = message.params;
      const prompt = { ...queued(nextId(), ...(input as UserInput[])), clientUserMessageId };
      double.prompts = [...double.prompts, prompt];
      return { queuedSubmission: prompt };
    }
    case 'thread/queue/update': {
      const { queuedSubmissionId, input } = message.params;
      const known = double.prompts.find(({ id }) => id === queuedSubmissionId);
      if (known === undefined) throw new Error(`queued submission not found: ${queuedSubmissionId}`);
      const queuedSubmission = { ...known, input: input as UserInput[] };
      double.prompts = double.prompts.map((prompt) => (prompt === known ? queuedSubmission : prompt));
      return { queuedSubmission };
    }
    case 'thread/queue/delete': {
      const before = double.prompts.length;
      double.prompts = double.prompts.filter(({ id }) => id !== message.params.queuedSubmissionId);
      return { deleted: double.prompts.length < before };
    }
    case 'thread/queue/reorder': {
      const ids = message.params.queuedSubmissionIds;
      double.prompts = double.prompts.toSorted((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
      return {};
    }
    case 'thread/queue/start': {
      const { queuedSubmissionId: id } = message.params;
      double.prompts = double.prompts.filter((prompt) => (id ? prompt.id !== id : prompt !== double.prompts[0]));
      return { turn: sample.turn('t9', { status: 'inProgress' }) };
    }
    case 'turn/steer':
      return { turnId: message.params.expectedTurnId };
    case 'turn/start':
      return { turn: sample.turn('t9', { status: 'inProgress' }) };
    default:
      return undefined;
  }
}
