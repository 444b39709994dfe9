// From the host to the page: snapshots replace the state, notifications are reduced into it.
import { batch } from '@preact/signals';
import type { ItemPlace, PageSnapshot } from '../../server/protocol/chatBridge.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ServerNotification, UserRequest } from '../../server/protocol/methods.ts';
import { openRequest } from '../../server/protocol/state/pendingRequests.ts';
import { turnOfMessage } from '../../server/protocol/state/select.ts';
import { reduceThread } from '../../server/protocol/state/threadReducer.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { HostEvent } from '../bridge.ts';
import { strings } from '../strings.ts';
import type { ContextView } from './contextView.ts';
import type { DeltaQueue } from './deltaQueue.ts';
import type { History } from './history.ts';
import { EMPTY_DRAFT, isEmptyDraft, newerDraft } from './localState.ts';
import type { LocalStore } from './localStore.ts';
import type { Notices } from './notices.ts';
import type { OpenCards } from './openCards.ts';
import type { PageState } from './pageState.ts';
import type { PromptQueue } from '../queue/promptQueue.ts';
import type { QuestionCards } from '../questions/questionCards.ts';
import { itemKey, questionKey } from './rows.ts';
import type { Sending } from './sending.ts';

export interface Listener {
  readonly state: PageState;
  readonly local: LocalStore;
  readonly notices: Notices;
  readonly history: History;
  readonly queue: DeltaQueue;
  readonly sending: Sending;
  readonly cards: OpenCards;
  readonly questions: QuestionCards;
  readonly context: ContextView;
  readonly promptQueue: PromptQueue;
}

export function hear(listener: Listener, event: HostEvent): void {
  const { state, notices, queue, sending, context } = listener;
  switch (event.kind) {
    case 'snapshot':
      return batch(() => takeSnapshot(listener, event.snapshot));
    case 'notification':
      return queue.push([event.notification]);
    case 'notifications':
      return queue.push(event.notifications);
    case 'serverRequest':
      queue.flush();
      return batch(() => takeRequest(listener, event.request));
    case 'status':
      if (state.status.value.type === 'restarting' && event.status.type === 'ready') {
        notices.add('warning', strings.serverRestarted);
      }
      state.status.value = event.status;
      if (event.status.type === 'ready') listener.promptQueue.refresh();
      return;
    case 'model':
      state.model.value = event.model;
      state.isFirstRun.value = event.firstRun;
      return;
    case 'safety':
      state.safety.value = event.safety;
      return;
    case 'mode':
      state.mode.value = event.mode;
      return;
    case 'showQuestion':
      return showQuestion(state, event.requestId);
    case 'followUp':
      state.followUp.value = event.followUp;
      return;
    case 'writer':
      state.writer.value = event.writer;
      return;
    case 'showItem':
      return void showItem(listener, event);
    case 'showContext':
      if (!context.show(null)) notices.add('info', strings.contextNoTurn);
      return;
    case 'attach':
      sending.composer.attach(event.attachment);
      return sending.composer.focus();
    case 'focusComposer':
      return sending.composer.focus();
    case 'answerDiscarded':
      forgetAnswer(state, event.requestId);
      listener.questions.takeBack(event.requestId);
      return notices.add('warning', strings.answerDiscarded(event.reason));
  }
}

/** The thread may be long: older turns are fetched until the item's own is there. */
async function showItem({ state, history, notices }: Listener, { threadId, turnId, itemId }: ItemPlace): Promise<void> {
  const isThere = state.thread.value?.thread.id === threadId && (await history.reach(turnId));
  const item = isThere
    ? state.thread.value?.turns.find(({ id }) => id === turnId)?.items.find(({ id }) => id === itemId)
    : undefined;
  if (item === undefined) notices.add('info', strings.placeGone);
  else state.wanted.value = { key: itemKey(turnId, item) };
}

/** Nothing happens when it was answered in the meantime. */
function showQuestion({ thread, wanted }: PageState, requestId: RequestId): void {
  const open = thread.value?.questions.find(({ request }) => request.id === requestId);
  if (open !== undefined) wanted.value = { key: questionKey(open.request) };
}

/** A request that is asked again after it was answered here was answered with a rehearsal that is out of date. */
function takeRequest({ state, cards }: Listener, request: UserRequest): void {
  if (state.answered.value.has(request.id)) {
    forgetAnswer(state, request.id);
    cards.forget(request.id);
  }
  if (state.thread.value !== null) state.thread.value = openRequest(state.thread.value, request);
}

function forgetAnswer({ answered }: PageState, requestId: RequestId): void {
  answered.value = new Set([...answered.value].filter((id) => id !== requestId));
}

/** Folds what the server said into the thread, and tells the user what is meant for them alone. */
export function takeIn(
  { state, notices }: Pick<Listener, 'state' | 'notices'>,
  events: readonly ServerNotification[],
): boolean {
  state.heardAt.value = Date.now();
  for (const event of events) warnOf(event, notices);
  const before = state.thread.value;
  if (before === null) return false;
  state.thread.value = events.reduce(reduceThread, before);
  return state.thread.value !== before;
}

function takeSnapshot(listener: Listener, snapshot: PageSnapshot): void {
  const { state, local, history, queue, sending } = listener;
  queue.clear();
  const { composer, outbox } = sending;
  const id = snapshot.thread?.thread.id ?? '';
  const hadTurns = (state.thread.value?.turns.length ?? 0) > 0;
  const isFirst = !state.isLoaded.value;
  state.thread.value = snapshot.thread;
  state.status.value = snapshot.status;
  state.model.value = snapshot.model;
  state.isFirstRun.value = snapshot.firstRun;
  state.folders.value = snapshot.workspaceFolders;
  state.safety.value = snapshot.safety;
  state.mode.value = snapshot.mode;
  listener.questions.show(snapshot.answered);
  state.followUp.value = snapshot.followUp;
  state.writer.value = snapshot.writer;
  state.answered.value = new Set();
  listener.cards.keepOnly(snapshot.thread?.pending ?? []);
  if (listener.context.shown.value?.threadId !== id) listener.context.close();
  history.begin(snapshot.olderCursor);

  // a conversation that is being started from this page becomes the thread it was started as
  const isOpening =
    composer.threadId.value === '' &&
    snapshot.thread?.turns.length === 0 &&
    outbox.messages.value.some((message) => message.threadId === '');
  if (snapshot.goneThreadId === composer.threadId.value) {
    if (hadTurns) listener.notices.add('warning', strings.threadGone);
    composer.rename(id);
    if (!isEmptyDraft(snapshot.draft)) composer.giveBack(snapshot.draft);
  } else if (id === composer.threadId.value) {
    if (isFirst) restoreDraft(listener, snapshot);
  } else if (isOpening) composer.rename(id);
  else {
    local.keep({ place: { type: 'end' } });
    composer.show(id, snapshot.draft);
  }
  state.isLoaded.value = true;
  if (snapshot.thread === null) return;
  forgetArrived(sending, snapshot.thread);
  listener.promptQueue.refresh();
}

/** Lets go of what stands in the thread: messages on their way, and a draft that turns out to be one of them. */
export function forgetArrived({ composer, outbox, foundAfterAll }: Sending, thread: ThreadState): void {
  const { messageId } = composer.draft.value;
  const isOfThread = composer.threadId.value === thread.thread.id;
  if (isOfThread && messageId !== undefined && turnOfMessage(thread, messageId) !== undefined) {
    foundAfterAll(messageId);
    composer.show(thread.thread.id, EMPTY_DRAFT);
    composer.save();
  }
  outbox.reconcile(thread);
}

/** Shows what was unsent when the page was left; the last keystrokes may not have reached the host. */
function restoreDraft({ local, sending: { composer } }: Listener, snapshot: PageSnapshot): void {
  const draft = newerDraft(local.current().draft, snapshot.draft);
  composer.show(snapshot.thread?.thread.id ?? '', draft);
  if (draft !== snapshot.draft) composer.save();
}

function warnOf(event: ServerNotification, notices: Notices): void {
  if (event.method === 'warning') {
    // who writes the thread stands above the composer
    if (event.params.about !== 'writer') notices.add('warning', event.params.message);
  } else if (event.method === 'configWarning') {
    notices.add('warning', [event.params.summary, event.params.details].filter(Boolean).join(' '));
  }
}
