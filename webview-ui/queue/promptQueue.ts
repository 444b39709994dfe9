// The queue of messages of the shown thread: they wait at the server, which sends each exactly once when the turn before it has ended.
import { computed, type ReadonlySignal } from '@preact/signals';
import type { ServerNotification } from '../../server/protocol/methods.ts';
import type { QueuedSubmission } from '../../server/protocol/schema/queue.ts';
import { runningTurn, turnOfMessage } from '../../server/protocol/state/select.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { Bridge } from '../bridge.ts';
import { EMPTY_DRAFT } from '../session/localState.ts';
import type { LocalStore } from '../session/localStore.ts';
import type { Notices } from '../session/notices.ts';
import { messageInput, type OutgoingMessage } from '../session/outbox.ts';
import type { PageState } from '../session/pageState.ts';
import type { Sending } from '../session/sending.ts';
import { strings } from '../strings.ts';
import { createQueueActions, type QueueActions } from './queueActions.ts';
import { createQueueEdits, type QueueChange, type QueueEdits } from './queueEdits.ts';
import { createQueueList, isUnknownMethod, type HeldQueue, type QueueList } from './queueList.ts';

/** Why the messages wait although nothing runs. */
export type QueuePause = 'failed' | 'stopped' | 'offline';

export interface PromptQueue extends QueueActions, QueueEdits {
  /** What waits, in order. */
  readonly prompts: ReadonlySignal<readonly QueuedSubmission[]>;
  /** What is on its way into the queue. */
  readonly adding: ReadonlySignal<readonly OutgoingMessage[]>;
  readonly pause: ReadonlySignal<QueuePause | null>;
  /** False when the server has no queue: then messages go to the running turn. */
  readonly isOffered: ReadonlySignal<boolean>;
  /** Adds a message; false when it is to be sent like any other. */
  add(message: OutgoingMessage): Promise<boolean>;
  /** Reads the queue anew. */
  refresh(): void;
  /** Takes notice of what the server says. */
  hear(events: readonly ServerNotification[]): void;
}

export interface QueueSource {
  readonly bridge: Bridge;
  readonly state: PageState;
  readonly local: LocalStore;
  readonly notices: Notices;
  readonly sending: Sending;
}

export function createPromptQueue({ bridge, state, local, notices, sending }: QueueSource): PromptQueue {
  const { composer, outbox } = sending;
  const { thread } = state;
  const list = createQueueList({ bridge, threadId: () => thread.peek()?.thread.id ?? '' });
  const prompts = computed(() => {
    const onTheWay = new Set(outbox.messages.value.map(({ messageId }) => messageId));
    return waitingOf(list, thread.value, onTheWay);
  });
  const edits = createQueueEdits({ bridge, list, local, notices, composer });
  followHeld(list, (change) => {
    edits.reconcile(change);
    forgetQueued(sending, change.now);
  });
  const actions = createQueueActions({ bridge, list, notices, composer, outbox, thread, prompts });
  const { reconcile: _, ...editing } = edits;
  return {
    ...actions,
    ...editing,
    prompts,
    adding: computed(() =>
      outbox.messages.value.filter(({ way, threadId }) => way.type === 'queue' && threadId === composer.threadId.value),
    ),
    pause: computed(() => (state.status.value.type === 'ready' ? pauseOf(thread.value) : 'offline')),
    isOffered: list.isOffered,
    refresh: () => void list.refresh(),
    hear: (events) => {
      const id = thread.peek()?.thread.id;
      if (events.some((event) => event.method === 'thread/queue/changed' && event.params.threadId === id))
        void list.refresh();
    },
    add: (message) => add({ bridge, list, notices, thread: thread.value }, message),
  };
}

/** Those that neither stand in the thread by now nor are on their way out of here. The same array while all of them wait. */
function waitingOf(
  list: QueueList,
  state: ThreadState | null,
  onTheWay: ReadonlySet<string>,
): readonly QueuedSubmission[] {
  const { threadId, prompts } = list.held.value;
  if (state === null || state.thread.id !== threadId || prompts.length === 0) return NOTHING;
  const waiting = prompts.filter(
    ({ clientUserMessageId: id }) => !onTheWay.has(id) && turnOfMessage(state, id) === undefined,
  );
  return waiting.length === prompts.length ? prompts : waiting;
}

const NOTHING: readonly QueuedSubmission[] = [];

/** The server sends the next one by itself after a turn that completed. */
function pauseOf(state: ThreadState | null): QueuePause | null {
  switch (state?.turns.at(-1)?.status) {
    case 'failed':
      return 'failed';
    case 'interrupted':
      return 'stopped';
    default:
      return null;
  }
}

function followHeld(list: QueueList, changed: (change: QueueChange) => void): void {
  let before = list.held.peek();
  list.held.subscribe((now) => {
    if (now === before) return;
    const change = { before, now };
    before = now;
    changed(change);
  });
}

/** A message that was given back because nobody knew whether it had been queued stands in the queue after all. */
function forgetQueued({ composer, foundAfterAll }: Sending, { threadId, prompts }: HeldQueue): void {
  const { messageId } = composer.draft.peek();
  if (messageId === undefined || composer.threadId.peek() !== threadId) return;
  if (!prompts.some((prompt) => prompt.clientUserMessageId === messageId)) return;
  foundAfterAll(messageId);
  composer.show(threadId, EMPTY_DRAFT);
  composer.save();
}

interface Adding {
  readonly bridge: Bridge;
  readonly list: QueueList;
  readonly notices: Notices;
  readonly thread: ThreadState | null;
}

async function add({ bridge, list, notices, thread }: Adding, message: OutgoingMessage): Promise<boolean> {
  const { threadId, messageId: clientUserMessageId } = message;
  const isShown = thread?.thread.id === threadId;
  const isIdle = isShown && runningTurn(thread) === undefined;
  // the turn has ended meanwhile, and nothing else waits: it begins the next one
  if (isIdle && list.held.value.prompts.length === 0) return false;
  try {
    const input = messageInput(message);
    const { queuedSubmission } = await bridge.request('thread/queue/add', { threadId, input, clientUserMessageId });
    const { threadId: held, prompts } = list.held.value;
    const others = held === threadId ? prompts.filter(({ id }) => id !== queuedSubmission.id) : [];
    if (isShown) list.expect(threadId, [...others, queuedSubmission]);
    void list.refresh();
    return true;
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
    list.withdraw();
    notices.add('info', strings.noQueue);
    return false;
  }
}
