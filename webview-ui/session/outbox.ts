// The messages on their way: each is kept until the server has it in the thread, and comes back to the composer if it cannot go.
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Attachment, Draft } from '../../server/protocol/chatBridge.ts';
import type { ClientRequestResult } from '../../server/protocol/methods.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { Bridge } from '../bridge.ts';
import { reasonOf } from './notices.ts';
import { inputOf, type Mentions } from './userInput.ts';

/** `waiting`: the server is not ready; `sending`: not acknowledged; `accepted`: acknowledged, but not yet read by the agent. */
export interface OutgoingMessage {
  readonly messageId: string;
  readonly threadId: string;
  readonly text: string;
  readonly attachments: readonly Attachment[];
  readonly mentions: Mentions;
  readonly phase: 'waiting' | 'sending' | 'accepted';
  /** The turn that took it, once it is accepted. */
  readonly turnId?: string;
}

/** What the outbox needs of the page. */
export interface OutboxHost {
  readonly bridge: Bridge;
  /** The thread that is shown. */
  current(): ThreadState | null;
  /** Resolves when the server can take requests. */
  ready(): Promise<void>;
  /** A conversation that did not exist yet has been started, and is shown if the page still shows the new one. */
  opened(result: ClientRequestResult<'thread/start'>): void;
  /** What a new thread is started in; undefined when no folder is open. */
  folder(): string | undefined;
  /** Gives a message back that could not be sent or was not read. */
  giveBack(message: OutgoingMessage, reason: 'notRead' | { readonly error: string }): void;
  /** The server has the message: nothing needs to be kept any more. */
  acknowledged(message: OutgoingMessage): void;
}

export interface Outbox {
  readonly messages: ReadonlySignal<readonly OutgoingMessage[]>;
  /** Sends a draft; false if this very message is already on its way. */
  send(threadId: string, draft: Draft, mentions: Mentions): boolean;
  /** Drops what has arrived in the thread, and gives back what a finished turn did not read. */
  reconcile(state: ThreadState): void;
}

export function createOutbox(host: OutboxHost): Outbox {
  const messages = signal<readonly OutgoingMessage[]>([]);

  const update = (messageId: string, change: Partial<OutgoingMessage>): void => {
    messages.value = messages.value.map((entry) => (entry.messageId === messageId ? { ...entry, ...change } : entry));
  };
  const drop = (messageId: string): void => {
    messages.value = messages.value.filter((entry) => entry.messageId !== messageId);
  };

  const deliver = async (message: OutgoingMessage): Promise<void> => {
    try {
      await host.ready();
      const threadId = message.threadId || (await startThread(host));
      update(message.messageId, { phase: 'sending', threadId });
      const turnId = await sendTo(host, { ...message, threadId });
      const accepted: OutgoingMessage = { ...message, threadId, phase: 'accepted', turnId };
      update(message.messageId, accepted);
      host.acknowledged(accepted);
      const state = host.current();
      if (state !== null) reconcile(state);
    } catch (error) {
      const latest = messages.value.find((entry) => entry.messageId === message.messageId) ?? message;
      drop(message.messageId);
      host.giveBack(latest, { error: reasonOf(error) });
    }
  };

  const reconcile = (state: ThreadState): void => {
    for (const message of messages.value) {
      if (message.threadId !== state.thread.id) continue;
      if (hasArrived(state, message.messageId)) drop(message.messageId);
      else if (message.phase === 'accepted' && hasEnded(state.turns, message.turnId)) {
        drop(message.messageId);
        host.giveBack(message, 'notRead');
      }
    }
  };

  return {
    messages,
    send: (threadId, draft, mentions) => {
      const messageId = draft.messageId ?? crypto.randomUUID();
      if (messages.value.some((entry) => entry.messageId === messageId)) return false;
      const { text, attachments } = draft;
      const message: OutgoingMessage = { messageId, threadId, text, attachments, mentions, phase: 'waiting' };
      messages.value = [...messages.value, message];
      void deliver(message);
      return true;
    },
    reconcile,
  };
}

/** Whether a message of this id stands in the thread. */
export function hasArrived(state: ThreadState, messageId: string): boolean {
  return state.turns.some((turn) => turn.items.some((item) => item.type === 'userMessage' && item.clientId === messageId));
}

function hasEnded(turns: readonly Turn[], turnId: string | undefined): boolean {
  const turn = turns.findLast((candidate) => candidate.id === turnId);
  return turn !== undefined && turn.status !== 'inProgress' && turn.itemsView === 'full';
}

async function startThread(host: OutboxHost): Promise<string> {
  const folder = host.folder();
  const result = await host.bridge.request('thread/start', folder === undefined ? {} : { cwd: folder });
  host.opened(result);
  return result.thread.id;
}

/** Steers the running turn, or starts one; answers the turn that took the message. */
async function sendTo(host: OutboxHost, message: OutgoingMessage): Promise<string> {
  const state = host.current();
  const { threadId, messageId: clientUserMessageId } = message;
  const input = inputOf(message.text, message.attachments, message.mentions);
  const running = state?.thread.id === threadId ? runningTurn(state) : undefined;
  if (running !== undefined) {
    try {
      const { turnId } = await host.bridge.request('turn/steer', { threadId, input, expectedTurnId: running.id, clientUserMessageId });
      return turnId;
    } catch (error) {
      // the turn may have ended while the message was on its way: then it begins the next one
      const now = host.current();
      if (now?.thread.id === threadId && runningTurn(now)?.id === running.id) throw error;
    }
  }
  const { turn } = await host.bridge.request('turn/start', { threadId, input, clientUserMessageId });
  return turn.id;
}
