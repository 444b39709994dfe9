// The page's state: the thread that is shown, reduced from what the host says, and everything the user can do to it.
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ModelChoice, PageSnapshot, ServerStatus } from '../../server/protocol/chatBridge.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ServerNotification, ServerRequest } from '../../server/protocol/methods.ts';
import type { Turn } from '../../server/protocol/schema/turn.ts';
import type { CommandApprovalDecision } from '../../server/protocol/schema/approval.ts';
import { openRequest } from '../../server/protocol/state/pendingRequests.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import { reduceThread } from '../../server/protocol/state/threadReducer.ts';
import { threadStateOf, type ThreadState } from '../../server/protocol/state/threadState.ts';
import type { Bridge, HostEvent } from '../bridge.ts';
import { strings } from '../strings.ts';
import { activityOf, type Activity } from './activity.ts';
import { createComposerState, type ComposerState } from './composerState.ts';
import { createDeltaQueue, eachFrame } from './deltaQueue.ts';
import { createHistory, type History } from './history.ts';
import { EMPTY_DRAFT, newerDraft, parseLocalState, withoutImages, type LocalState, type ScrollPlace } from './localState.ts';
import { createNotices, type Notices } from './notices.ts';
import { createOutbox, hasArrived, type Outbox } from './outbox.ts';
import { approvalKey, rowsOf, type Row } from './rows.ts';
import { shownMessage } from './userInput.ts';

export interface Session {
  readonly bridge: Bridge;
  readonly thread: ReadonlySignal<ThreadState | null>;
  readonly status: ReadonlySignal<ServerStatus>;
  readonly model: ReadonlySignal<ModelChoice | null>;
  readonly isFirstRun: ReadonlySignal<boolean>;
  readonly folders: ReadonlySignal<readonly string[]>;
  /** False until the host has said what to show. */
  readonly isLoaded: ReadonlySignal<boolean>;
  readonly rows: ReadonlySignal<readonly Row[]>;
  readonly activity: ReadonlySignal<Activity>;
  /** Unix milliseconds at which the server was last heard of. */
  readonly heardAt: ReadonlySignal<number>;
  readonly isStopping: ReadonlySignal<boolean>;
  /** The requests that were answered here and are not yet resolved. */
  readonly answered: ReadonlySignal<ReadonlySet<RequestId>>;
  readonly unfolded: ReadonlySignal<Readonly<Record<string, boolean>>>;
  readonly composer: ComposerState;
  readonly notices: Notices;
  readonly history: History;
  /** Where the transcript stood when the page was left. */
  place(): ScrollPlace;
  keepPlace(place: ScrollPlace): void;
  setUnfolded(key: string, open: boolean): void;
  /** Sends what stands in the composer. */
  send(): void;
  /** Sends a text of the page's own, such as "Continue." */
  say(text: string): void;
  /** Sends the turn's own message once more. */
  sayAgain(turn: Turn): void;
  stop(): Promise<void>;
  /** Brings the first open request into sight. */
  showApproval(): void;
  /** The row to bring into sight; a new object for each wish. */
  readonly wanted: ReadonlySignal<{ readonly key: string } | null>;
  answer(request: ServerRequest, decision: CommandApprovalDecision): void;
  /** Calls a service of the host and shows its refusal, if any. */
  ask(asked: Promise<unknown>): void;
  start(): () => void;
}

export function createSession(bridge: Bridge): Session {
  let local: LocalState = parseLocalState(bridge.load());
  const thread = signal<ThreadState | null>(null);
  const status = signal<ServerStatus>({ type: 'starting', phase: '' });
  const model = signal<ModelChoice | null>(null);
  const isFirstRun = signal(false);
  const folders = signal<readonly string[]>([]);
  const isLoaded = signal(false);
  const heardAt = signal(0);
  const stoppingTurn = signal('');
  const answered = signal<ReadonlySet<RequestId>>(new Set());
  const unfolded = signal(local.unfolded);
  const wanted = signal<{ readonly key: string } | null>(null);
  const notices = createNotices();

  const keep = (change: Partial<LocalState>): void => {
    local = { ...local, ...change };
    bridge.save(local);
  };
  const fail = (tone: 'error' | 'warning', text: string) => notices.add(tone, text);

  const composer: ComposerState = createComposerState(
    {
      keepLocally: (draft) => keep({ threadId: composer.threadId.value, draft: withoutImages(draft) }),
      keepAtHost: (threadId, draft) => ask(bridge.call('saveDraft', { threadId, draft })),
      unacknowledged: (threadId) =>
        outbox.messages.value.filter((message) => message.threadId === threadId && message.phase !== 'accepted'),
    },
    { threadId: local.threadId, draft: local.draft },
  );

  const outbox: Outbox = createOutbox({
    bridge,
    current: () => {
      queue.flush();
      return thread.value;
    },
    ready: () => whenReady(status),
    folder: () => folders.value[0],
    opened: ({ thread: opened }) => {
      if (thread.value !== null) return;
      thread.value = threadStateOf(opened);
      ask(bridge.call('saveDraft', { threadId: '', draft: EMPTY_DRAFT }));
      composer.rename(opened.id);
    },
    acknowledged: () => composer.save(),
    giveBack: (message, reason) => {
      fail(reason === 'notRead' ? 'warning' : 'error', reason === 'notRead' ? strings.notRead : strings.notSent(reason.error));
      if (message.threadId === composer.threadId.value) composer.giveBack(message);
      else ask(bridge.call('saveDraft', { threadId: message.threadId, draft: message }));
    },
  });

  const history = createHistory({ bridge, thread, failed: (text) => fail('error', text) });

  const queue = createDeltaQueue(eachFrame, (events) => {
    heardAt.value = Date.now();
    for (const event of events) warnOf(event, fail);
    const before = thread.value;
    if (before === null) return;
    const after = events.reduce(reduceThread, before);
    if (after === before) return;
    batch(() => {
      thread.value = after;
      outbox.reconcile(after);
    });
  });

  const takeSnapshot = (snapshot: PageSnapshot): void => {
    queue.clear();
    const id = snapshot.thread?.thread.id ?? '';
    const isSame = id === composer.threadId.value;
    const isOpening = composer.threadId.value === '' && outbox.messages.value.some((message) => message.threadId === '');
    batch(() => {
      thread.value = snapshot.thread;
      status.value = snapshot.status;
      model.value = snapshot.model;
      isFirstRun.value = snapshot.firstRun;
      folders.value = snapshot.workspaceFolders;
      answered.value = new Set();
      history.begin(snapshot.olderCursor);
      if (!isSame && !isOpening) {
        if (isLoaded.value || local.threadId !== '') keep({ place: { type: 'end' } });
        composer.show(id, snapshot.draft);
      } else if (!isLoaded.value) composer.show(id, newerDraft(local.draft, snapshot.draft));
      else if (!isSame) composer.rename(id);
      isLoaded.value = true;
      if (snapshot.thread === null) return;
      const { messageId } = composer.draft.value;
      if (messageId !== undefined && hasArrived(snapshot.thread, messageId)) composer.show(id, EMPTY_DRAFT);
      outbox.reconcile(snapshot.thread);
    });
  };

  const hear = (event: HostEvent): void => {
    switch (event.kind) {
      case 'snapshot':
        return takeSnapshot(event.snapshot);
      case 'notification':
        return queue.push([event.notification]);
      case 'notifications':
        return queue.push(event.notifications);
      case 'serverRequest':
        queue.flush();
        if (thread.value !== null) thread.value = openRequest(thread.value, event.request);
        return;
      case 'status':
        status.value = event.status;
        return;
      case 'model':
        model.value = event.model;
        isFirstRun.value = event.firstRun;
        return;
      case 'attach':
        composer.attach(event.attachment);
        return composer.focus();
      case 'focusComposer':
        return composer.focus();
      case 'answerDiscarded':
        answered.value = new Set([...answered.value].filter((id) => id !== event.requestId));
        return fail('warning', strings.answerDiscarded(event.reason));
    }
  };

  const ask = (asked: Promise<unknown>): void => {
    asked.catch((error: unknown) => fail('error', error instanceof Error ? error.message : String(error)));
  };

  const threadId = () => composer.threadId.value;
  return {
    bridge,
    thread,
    status,
    model,
    isFirstRun,
    folders,
    isLoaded,
    rows: computed(() =>
      rowsOf({
        state: thread.value,
        hasOlder: history.hasOlder.value,
        outgoing: outbox.messages.value.filter((message) => message.threadId === threadId()),
      }),
    ),
    activity: computed(() => activityOf(thread.value, status.value)),
    heardAt,
    isStopping: computed(() => thread.value !== null && runningTurn(thread.value)?.id === stoppingTurn.value),
    answered,
    unfolded,
    composer,
    notices,
    history,
    place: () => local.place,
    keepPlace: (place) => keep({ place }),
    setUnfolded: (key, open) => {
      unfolded.value = { ...unfolded.value, [key]: open };
      keep({ unfolded: unfolded.value });
    },
    send: () => {
      const mentions = composer.mentions.value;
      const taken = composer.take();
      if (taken === undefined) return;
      notices.clear();
      outbox.send(threadId(), taken, mentions);
      composer.save();
    },
    say: (text) => {
      notices.clear();
      outbox.send(threadId(), { text, attachments: [], messageId: crypto.randomUUID() }, {});
    },
    sayAgain: (turn) => {
      const said = turn.items.find((item) => item.type === 'userMessage');
      if (said === undefined) return;
      notices.clear();
      outbox.send(threadId(), { ...shownMessage(said.content), messageId: crypto.randomUUID() }, {});
    },
    wanted,
    showApproval: () => {
      const first = thread.value?.pending[0];
      if (first !== undefined) wanted.value = { key: approvalKey(first) };
    },
    stop: async () => {
      const state = thread.value;
      const turn = state === null ? undefined : runningTurn(state);
      if (state === null || turn === undefined || stoppingTurn.value === turn.id) return;
      stoppingTurn.value = turn.id;
      try {
        await bridge.request('turn/interrupt', { threadId: state.thread.id, turnId: turn.id });
      } catch (error) {
        stoppingTurn.value = '';
        fail('error', strings.couldNotStop(error instanceof Error ? error.message : String(error)));
      }
    },
    answer: (request, decision) => {
      if (answered.value.has(request.id)) return;
      answered.value = new Set([...answered.value, request.id]);
      bridge.answer(request, { decision });
    },
    ask,
    start: () => bridge.start(hear),
  };
}

/** Resolves when the server can take requests; at once if it can now. */
function whenReady(status: ReadonlySignal<ServerStatus>): Promise<void> {
  if (status.peek().type === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const stop = status.subscribe(({ type }) => {
      if (type !== 'ready') return;
      queueMicrotask(() => stop());
      resolve();
    });
  });
}

function warnOf(event: ServerNotification, fail: (tone: 'warning', text: string) => void): void {
  if (event.method === 'warning') fail('warning', event.params.message);
  else if (event.method === 'configWarning') fail('warning', [event.params.summary, event.params.details].filter(Boolean).join(' '));
}
