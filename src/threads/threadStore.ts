// The threads that are open in this window: their live state, the server's open requests, and what survives a restart.
import { isProtocolError, messageOf } from '../../server/protocol/errors.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type {
  ClientRequestInput,
  ClientRequestResult,
  ServerNotification,
  ApprovalRequest,
  QuestionRequest,
  UserRequest,
} from '../../server/protocol/methods.ts';
import { isApproval, isQuestion } from '../../server/protocol/methods.ts';
import { closeRequest, openRequest } from '../../server/protocol/state/pendingRequests.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import { reduceThread, threadIdOf } from '../../server/protocol/state/threadReducer.ts';
import { threadStateOf, type ThreadState } from '../../server/protocol/state/threadState.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import { OpenRequests } from './openRequests.ts';
import type { ServerPort } from './serverPort.ts';

/** What `thread/start`, `thread/resume` and `thread/fork` answer. */
export type OpenedThread = ClientRequestResult<'thread/start'>;

/** What a stored thread is opened or forked with, beside its id. */
export type OpenOverrides = Pick<ClientRequestInput<'thread/resume'>, 'approvalPolicy' | 'sandbox' | 'config'>;

/** A thread that is open in this window. */
export interface LoadedThread {
  readonly state: ThreadState;
  /** Fetches what is older than `state.turns` by `thread/turns/list`; null when there is nothing older. */
  readonly olderCursor: string | null;
  /** The server's answer when the thread was opened: model, provider, policies, folder. */
  readonly opened: OpenedThread;
}

/** A change of an open thread. `notification` is null when the state was loaded or closed by other means. */
export interface ThreadChange {
  readonly threadId: string;
  readonly state: ThreadState;
  readonly previous: ThreadState | null;
  readonly notification: ServerNotification | null;
}

/** A request of the server that waits for an answer, with the state of its thread. */
export interface RequestOpened {
  readonly threadId: string;
  readonly request: ApprovalRequest;
  readonly state: ThreadState;
}

/** A question of the agent that waits for the user. */
export interface QuestionOpened {
  readonly threadId: string;
  readonly request: QuestionRequest;
}

/** A request needs no answer any more: answered here, answered or ended elsewhere, or its server has gone. */
export interface RequestResolved {
  readonly threadId: string;
  readonly requestId: RequestId;
  readonly by: 'answer' | 'server' | 'disconnect';
}

export type AnswerOutcome = 'accepted' | 'tooLate';

/** Turns that are fetched at first; the page asks for older ones when it is scrolled up to them. */
const FIRST_TURNS = 20;
/** Open threads beyond this many are let go of when nobody shows them and nothing runs in them. */
const KEEP_OPEN = 6;

export class ThreadStore implements Disposable {
  readonly #server: ServerPort;
  readonly #log: Log;
  readonly #openWith: (threadId: string) => Promise<OpenOverrides>;
  /** In the order of their last opening. */
  readonly #loaded = new Map<string, LoadedThread>();
  /** Threads on their way, with the notifications that arrived meanwhile. */
  readonly #loading = new Map<
    string,
    { readonly result: Promise<LoadedThread>; readonly missed: ServerNotification[] }
  >();
  /** Threads that the server has put away while they were open here: they can be read, and are opened again when needed. */
  readonly #putAway = new Set<string>();
  readonly #requests = new OpenRequests();
  /** What was open is being read anew after a restart. */
  #reopening = Promise.resolve();
  readonly #changed = new Emitter<ThreadChange>();
  readonly #closed = new Emitter<{ readonly threadId: string }>();
  readonly #requestOpened = new Emitter<RequestOpened>();
  readonly #questionOpened = new Emitter<QuestionOpened>();
  readonly #requestResolved = new Emitter<RequestResolved>();
  readonly #owned = new Disposables();

  readonly onDidChangeThread = this.#changed.event;
  /** The thread is not followed any more in this window. */
  readonly onDidCloseThread = this.#closed.event;
  readonly onDidOpenRequest = this.#requestOpened.event;
  readonly onDidOpenQuestion = this.#questionOpened.event;
  readonly onDidResolveRequest = this.#requestResolved.event;

  /** `openWith` is what a server must know before it can go on with a stored thread, and within which limits. */
  constructor(server: ServerPort, log: Log, openWith: (threadId: string) => Promise<OpenOverrides> = nothing) {
    this.#server = server;
    this.#log = log;
    this.#openWith = openWith;
    this.#owned.add(server.onDidNotify((notification) => this.#apply(notification)));
    this.#owned.add(server.answerRequests((request) => this.#ask(request)));
    this.#owned.add(server.onDidDisconnect(() => this.#dropAllRequests()));
    this.#owned.add(server.onDidConnect(() => void (this.#reopening = this.#reopening.then(() => this.#reopenAll()))));
    const emitters = [this.#changed, this.#closed, this.#requestOpened, this.#questionOpened, this.#requestResolved];
    for (const emitter of emitters) this.#owned.add(emitter);
  }

  /** The state of an open thread. */
  get(threadId: string): ThreadState | undefined {
    return this.#loaded.get(threadId)?.state;
  }

  /** An open thread with the settings it was opened with. */
  loaded(threadId: string): LoadedThread | undefined {
    return this.#loaded.get(threadId);
  }

  /** The states of all open threads. */
  all(): ThreadState[] {
    return [...this.#loaded.values()].map(({ state }) => state);
  }

  /** Whether the server has put an open thread away, such as when another process took it over: open it again to go on. */
  isPutAway(threadId: string): boolean {
    return this.#putAway.has(threadId);
  }

  /** Resolves when the threads that were open before a restart of the server are known to it again. */
  async whenReopened(): Promise<void> {
    await this.#reopening;
  }

  /** All requests that wait for consent, oldest first. */
  openRequests(): ApprovalRequest[] {
    return this.#requests.all().filter(isApproval);
  }

  /** All questions of the agent that wait for an answer, oldest first. */
  openQuestions(): QuestionRequest[] {
    return this.#requests.all().filter(isQuestion);
  }

  /** Whether the request still waits; ask this right before putting it to the user. */
  isOpen(requestId: RequestId): boolean {
    return this.#requests.get(requestId) !== undefined;
  }

  /** Answers a request of the server. The first answer wins; "tooLate" when it was answered or has ended before. */
  answer(requestId: RequestId, result: unknown): AnswerOutcome {
    const request = this.#requests.answer(requestId, result);
    if (request === undefined) return 'tooLate';
    this.#resolved(request, 'answer');
    return 'accepted';
  }

  /** Starts a new thread and keeps it open. */
  async start(params: ClientRequestInput<'thread/start'>): Promise<OpenedThread> {
    const opened = await this.#server.request('thread/start', params);
    this.#put(opened, null);
    return opened;
  }

  /** Opens a thread as a copy of another, up to and including `lastTurnId` if one is given. */
  async fork(params: ClientRequestInput<'thread/fork'>): Promise<OpenedThread> {
    const overrides = await this.#openWith(params.threadId);
    const opened = await this.#server.request('thread/fork', { ...overrides, ...params, excludeTurns: true });
    await this.open(opened.thread.id);
    return opened;
  }

  /** Opens a stored thread with its latest turns; one that is open already is given as it is. */
  async open(threadId: string, takeover = false): Promise<LoadedThread> {
    const known = this.#loaded.get(threadId);
    if (known !== undefined && !this.#putAway.has(threadId)) {
      this.#loaded.delete(threadId);
      this.#loaded.set(threadId, known);
      return known;
    }
    return await (this.#loading.get(threadId)?.result ?? this.#load(threadId, takeover));
  }

  /** Stops what runs in an open thread; false when nothing does. */
  async interrupt(threadId: string): Promise<boolean> {
    const state = this.get(threadId);
    const turn = state === undefined ? undefined : runningTurn(state);
    if (turn === undefined) return false;
    await this.#server.request('turn/interrupt', { threadId, turnId: turn.id });
    return true;
  }

  /** Stops following a thread; what runs in it goes on. */
  async close(threadId: string): Promise<void> {
    if (!this.#forget(threadId)) return;
    await this.#server.request('thread/unsubscribe', { threadId });
  }

  /** Lets go of threads that were not opened lately, keeping `shownId` and whatever is at work. */
  async trim(shownId: string | null): Promise<void> {
    const idle = [...this.#loaded.values()].filter(({ state }) => {
      const isBusy = runningTurn(state) !== undefined || this.#requests.ofThread(state.thread.id).length > 0;
      return !isBusy && state.thread.id !== shownId;
    });
    const tooMany = idle.slice(0, Math.max(0, this.#loaded.size - KEEP_OPEN));
    for (const { state } of tooMany) await this.close(state.thread.id);
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #load(threadId: string, takeover: boolean): Promise<LoadedThread> {
    const missed: ServerNotification[] = [];
    const result = this.#fetch(threadId, takeover, missed);
    this.#loading.set(threadId, { result, missed });
    try {
      return await result;
    } finally {
      this.#loading.delete(threadId);
    }
  }

  /** Resumes without turns and then reads the latest ones, so that the length of a thread does not matter. */
  async #fetch(threadId: string, takeover: boolean, missed: readonly ServerNotification[]): Promise<LoadedThread> {
    const resume = { threadId, excludeTurns: true, ...(takeover ? { takeover } : {}) };
    const opened = await this.#server.request('thread/resume', { ...(await this.#openWith(threadId)), ...resume });
    const page = await this.#server.request('thread/turns/list', {
      threadId,
      limit: FIRST_TURNS,
      sortDirection: 'desc',
      itemsView: 'full',
    });
    const withTurns = { ...opened, thread: { ...opened.thread, turns: page.data.toReversed() } };
    this.#loading.delete(threadId);
    return this.#put(withTurns, page.nextCursor, missed);
  }

  /** Takes a thread in. What was missed is applied again; each notification carries enough for that to end in the same state. */
  #put(opened: OpenedThread, olderCursor: string | null, missed: readonly ServerNotification[] = []): LoadedThread {
    const threadId = opened.thread.id;
    const previous = this.get(threadId) ?? null;
    const requests = this.#requests.ofThread(threadId);
    const caughtUp = missed.reduce(reduceThread, threadStateOf(opened.thread));
    const state = requests.reduce(openRequest, caughtUp);
    const loaded = { state, olderCursor, opened };
    this.#putAway.delete(threadId);
    this.#loaded.delete(threadId);
    this.#loaded.set(threadId, loaded);
    this.#changed.fire({ threadId, state, previous, notification: null });
    for (const request of requests) this.#tellOpened(request, state);
    return loaded;
  }

  #apply(notification: ServerNotification): void {
    const threadId = threadIdOf(notification);
    if (threadId === undefined) return;
    this.#loading.get(threadId)?.missed.push(notification);
    const before = this.#loaded.get(threadId);
    if (before !== undefined) this.#update(before, reduceThread(before.state, notification), notification);
    if (notification.method === 'serverRequest/resolved') {
      const request = this.#requests.drop(notification.params.requestId);
      if (request !== undefined) this.#resolved(request, 'server');
    }
    if (notification.method === 'thread/deleted') this.#forget(threadId);
    if (notification.method === 'thread/closed' && before !== undefined) this.#putAwayThread(threadId);
  }

  #update(before: LoadedThread, state: ThreadState, notification: ServerNotification | null): void {
    const threadId = state.thread.id;
    // listeners hear of a notification that changes nothing too: some are about more than the state
    if (state !== before.state) this.#loaded.set(threadId, { ...before, state });
    this.#changed.fire({ threadId, state, previous: before.state, notification });
  }

  async #ask(request: UserRequest): Promise<unknown> {
    const { isNew, answer } = this.#requests.open(request);
    const threadId = request.params.threadId;
    const before = this.#loaded.get(threadId);
    if (isNew && before !== undefined) {
      const state = openRequest(before.state, request);
      this.#update(before, state, null);
      this.#tellOpened(request, state);
    }
    return await answer;
  }

  #tellOpened(request: UserRequest, state: ThreadState): void {
    const { threadId } = request.params;
    if (isQuestion(request)) this.#questionOpened.fire({ threadId, request });
    else if (isApproval(request)) this.#requestOpened.fire({ threadId, request, state });
  }

  #resolved(request: UserRequest, by: RequestResolved['by']): void {
    const threadId = request.params.threadId;
    const before = this.#loaded.get(threadId);
    if (before !== undefined) {
      const state = closeRequest(before.state, request.id);
      if (state !== before.state) this.#update(before, state, null);
    }
    this.#requestResolved.fire({ threadId, requestId: request.id, by });
  }

  #putAwayThread(threadId: string): void {
    this.#putAway.add(threadId);
    this.#dropRequests(threadId);
  }

  #forget(threadId: string): boolean {
    if (!this.#loaded.delete(threadId)) return false;
    this.#putAway.delete(threadId);
    this.#dropRequests(threadId);
    this.#closed.fire({ threadId });
    return true;
  }

  #dropRequests(threadId: string): void {
    for (const request of this.#requests.ofThread(threadId)) {
      this.#requests.drop(request.id);
      this.#resolved(request, 'server');
    }
  }

  /** Another process writes the thread by now: what ran in it was cut, and the rest can be read as it stands. */
  #leave(threadId: string): void {
    const before = this.#loaded.get(threadId);
    if (before === undefined) return;
    const running = runningTurn(before.state);
    const cut: ServerNotification[] =
      running === undefined
        ? []
        : [{ method: 'turn/completed', params: { threadId, turn: { ...running, status: 'interrupted' } } }];
    const events: readonly ServerNotification[] = [...cut, { method: 'thread/closed', params: { threadId } }];
    this.#update(before, events.reduce(reduceThread, before.state), null);
    this.#putAwayThread(threadId);
  }

  /** The server has gone, and nobody waits for an answer any more. */
  #dropAllRequests(): void {
    for (const request of this.#requests.all()) {
      this.#requests.drop(request.id);
      this.#resolved(request, 'disconnect');
    }
  }

  /** After a restart each open thread is read anew, one after the other. */
  async #reopenAll(): Promise<void> {
    for (const threadId of [...this.#loaded.keys()]) {
      try {
        await this.#load(threadId, false);
      } catch (error) {
        this.#log.error(`Could not open thread ${threadId} again: ${messageOf(error)}`);
        // a thread that exists no more is closed; after a lost connection the next start tries again
        if (!isProtocolError(error)) continue;
        if (error.kind === 'threadHeld') this.#leave(threadId);
        else this.#forget(threadId);
      }
    }
  }
}

function nothing(): Promise<OpenOverrides> {
  return Promise.resolve({});
}
