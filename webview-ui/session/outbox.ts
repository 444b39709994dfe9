// The messages on their way: each is kept until the server has it in the thread, and comes back to the composer if it cannot go.
import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { Attachment, Draft } from '../../server/protocol/chatBridge.ts';
import type { ClientRequestResult } from '../../server/protocol/methods.ts';
import type { QueuedSubmission } from '../../server/protocol/schema/queue.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import { runningTurn, turnOfMessage } from '../../server/protocol/state/select.ts';
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
  readonly way: MessageWay;
  /** The turn that took it, once it is accepted, and whether the message began it. */
  readonly turnId?: string;
  readonly beganTurn?: boolean;
}

/**
 * `turn`: to the running turn, or as the beginning of one. `queue`: to the end of the thread's queue. `fromQueue`: it stands in the queue
 * and shall go before the others.
 */
export type MessageWay =
  | { readonly type: 'turn' }
  | { readonly type: 'queue' }
  | { readonly type: 'fromQueue'; readonly prompt: QueuedSubmission };

const TO_TURN: MessageWay = { type: 'turn' };

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
  /** Adds a message to the queue of its thread; false when it is not one for the queue after all. */
  enqueue(message: OutgoingMessage): Promise<boolean>;
  /** Gives a message back that could not be sent or was not read. */
  giveBack(message: OutgoingMessage, reason: 'notRead' | { readonly error: string }): void;
  /** A message stands in the thread: it needs to be kept no more. */
  arrived(): void;
}

export interface SendOptions {
  readonly mentions?: Mentions;
  readonly way?: MessageWay;
}

export interface Outbox {
  readonly messages: ReadonlySignal<readonly OutgoingMessage[]>;
  /** Sends a draft; false if this very message is already on its way. */
  send(threadId: string, draft: Draft, how?: SendOptions): boolean;
  /** Drops what has arrived in the thread, and gives back what a finished turn did not read. */
  reconcile(state: ThreadState): void;
}

type Messages = Signal<readonly OutgoingMessage[]>;

export function createOutbox(host: OutboxHost): Outbox {
  const messages: Messages = signal([]);
  let delivered = Promise.resolve();

  const reconcile = (state: ThreadState): void => {
    for (const message of messages.value) {
      if (message.threadId !== state.thread.id) continue;
      const hasArrived = turnOfMessage(state, message.messageId) !== undefined;
      if (hasArrived || isInTurn(state.turns, message)) {
        drop(messages, message.messageId);
        host.arrived();
      } else if (message.phase === 'accepted' && hasEnded(state.turns, message.turnId)) {
        drop(messages, message.messageId);
        host.giveBack(message, 'notRead');
      }
    }
  };
  const deliver = async (messageId: string): Promise<void> => {
    try {
      await deliverOne(host, messages, messageId);
      const state = host.current();
      if (state !== null) reconcile(state);
    } catch (error) {
      const refused = messages.value.find((entry) => entry.messageId === messageId);
      drop(messages, messageId);
      if (refused !== undefined) host.giveBack(refused, { error: reasonOf(error) });
    }
  };

  return {
    messages,
    send: (threadId, draft, { mentions = {}, way = TO_TURN } = {}) => {
      const messageId = draft.messageId ?? crypto.randomUUID();
      if (messages.value.some((entry) => entry.messageId === messageId)) return false;
      const { text, attachments } = draft;
      const message: OutgoingMessage = { messageId, threadId, text, attachments, mentions, phase: 'waiting', way };
      messages.value = [...messages.value, message];
      // one after the other: the second message of a new conversation belongs to the thread that the first one starts
      delivered = delivered.then(() => deliver(messageId));
      return true;
    },
    reconcile,
  };
}

function drop(messages: Messages, messageId: string): void {
  messages.value = messages.value.filter((entry) => entry.messageId !== messageId);
}

/** Sends one message and waits until the server has acknowledged it. */
async function deliverOne(host: OutboxHost, messages: Messages, messageId: string): Promise<void> {
  const update = (change: Partial<OutgoingMessage>): OutgoingMessage | undefined => {
    messages.value = messages.value.map((entry) => (entry.messageId === messageId ? { ...entry, ...change } : entry));
    return messages.value.find((entry) => entry.messageId === messageId);
  };
  await host.ready();
  const message = update({ phase: 'sending' });
  if (message === undefined) return;
  const threadId = message.threadId || (await openThread(host, messages));
  if (message.way.type === 'queue' && (await host.enqueue({ ...message, threadId }))) {
    drop(messages, messageId);
    return host.arrived();
  }
  update({ phase: 'accepted', ...(await sendTo(host, { ...message, threadId })) });
}

/** Starts the thread that the messages without one are for. */
async function openThread(host: OutboxHost, messages: Messages): Promise<string> {
  const folder = host.folder();
  const result = await host.bridge.request('thread/start', folder === undefined ? {} : { cwd: folder });
  const { id } = result.thread;
  batch(() => {
    messages.value = messages.value.map((entry) => (entry.threadId === '' ? { ...entry, threadId: id } : entry));
    host.opened(result);
  });
  return id;
}

/** Whether the turn that the message began shows a message, of whatever id: not every server hands ours on. */
function isInTurn(turns: readonly Turn[], { turnId, beganTurn = false }: OutgoingMessage): boolean {
  const turn = beganTurn ? turns.findLast((candidate) => candidate.id === turnId) : undefined;
  return turn !== undefined && turn.items.some((item) => item.type === 'userMessage');
}

function hasEnded(turns: readonly Turn[], turnId: string | undefined): boolean {
  const turn = turns.findLast((candidate) => candidate.id === turnId);
  return turn !== undefined && turn.status !== 'inProgress' && turn.itemsView === 'full';
}

/** What is sent of it: of one that stood in the queue every part as it is there. */
export function messageInput({ text, attachments, mentions, way }: OutgoingMessage): ReturnType<typeof inputOf> {
  return way.type === 'fromQueue' ? way.prompt.input : inputOf(text, attachments, mentions);
}

/** Steers the running turn, or starts one; answers the turn that took the message. */
async function sendTo(host: OutboxHost, message: OutgoingMessage): Promise<{ turnId: string; beganTurn: boolean }> {
  const state = host.current();
  const { threadId, messageId: clientUserMessageId, way } = message;
  const input = messageInput(message);
  const running = state?.thread.id === threadId ? runningTurn(state) : undefined;
  if (running !== undefined) {
    try {
      const { turnId } = await host.bridge.request('turn/steer', {
        threadId,
        input,
        expectedTurnId: running.id,
        clientUserMessageId,
      });
      return { turnId, beganTurn: false };
    } catch (error) {
      // the turn may have ended while the message was on its way: then it begins the next one
      const now = host.current();
      if (now?.thread.id === threadId && runningTurn(now)?.id === running.id) throw error;
    }
  }
  const { turn } =
    way.type === 'fromQueue'
      ? await host.bridge.request('thread/queue/start', { threadId, queuedSubmissionId: way.prompt.id })
      : await host.bridge.request('turn/start', { threadId, input, clientUserMessageId });
  // a server that steers by turn/start answers with the turn that runs already
  return { turnId: turn.id, beganTurn: turn.id !== running?.id };
}
