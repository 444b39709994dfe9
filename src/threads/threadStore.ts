// The threads that are open in this window: their live state, the server's open requests, and what survives a restart.
import { isProtocolError, messageOf } from '../../server/protocol/errors.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import {
  isApproval,
  isQuestion,
  type ApprovalRequest,
  type ClientRequestInput,
  type QuestionRequest,
  type ServerNotification,
  type UserRequest,
} from '../../server/protocol/methods.ts';
import type { ThreadLease } from '../../server/protocol/schema/thread.ts';
import { closeRequest, openRequest } from '../../server/protocol/state/pendingRequests.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import { reduceThread, threadIdOf } from '../../server/protocol/state/threadReducer.ts';
import { threadStateOf, type ThreadState } from '../../server/protocol/state/threadState.ts';
import {
  isReadOnly,
  writerAfter,
  writerOf,
  WRITER_HERE,
  WRITER_UNREACHABLE,
  type ThreadWriter,
} from '../../server/protocol/threadWriter.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import {
  HOW,
  isJoined,
  type AnswerOutcome,
  type LoadedThread,
  type Loading,
  type OpenedThread,
  type OpenHow,
  type OpenOverrides,
  type QuestionOpened,
  type RequestOpened,
  type RequestResolved,
  type ThreadChange,
} from './openedThread.ts';
import { OpenRequests } from './openRequests.ts';
import { cutOff } from './cutOff.ts';
import { isHeldElsewhere } from './heldElsewhere.ts';
import { interruptTurn } from './interruptTurn.ts';
import { isBehind } from './isBehind.ts';
import type { ServerPort } from './serverPort.ts';

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
  readonly #loading = new Map<string, Loading & { readonly result: Promise<LoadedThread> }>();
  readonly #requests = new OpenRequests();
  /** What was open is being read anew after a restart. */
  #reopening = Promise.resolve();
  readonly #changed = new Emitter<ThreadChange>();
  readonly #closed = new Emitter<{ readonly threadId: string }>();
  readonly #writerChanged = new Emitter<{ readonly threadId: string; readonly writer: ThreadWriter }>();
  readonly #requestOpened = new Emitter<RequestOpened>();
  readonly #questionOpened = new Emitter<QuestionOpened>();
  readonly #requestResolved = new Emitter<RequestResolved>();
  readonly #owned = new Disposables();

  readonly onDidChangeThread = this.#changed.event;
  /** The thread is not followed any more in this window. */
  readonly onDidCloseThread = this.#closed.event;
  readonly onDidChangeWriter = this.#writerChanged.event;
  /** Also for a request of a thread that another process writes: see `isOpen`. */
  readonly onDidOpenRequest = this.#requestOpened.event;
  readonly onDidOpenQuestion = this.#questionOpened.event;
  readonly onDidResolveRequest = this.#requestResolved.event;

  /** `openWith` is what a server must know before it can go on with a stored thread, and within which limits. */
  constructor(server: ServerPort, log: Log, openWith: (threadId: string) => Promise<OpenOverrides> = async () => ({})) {
    this.#server = server;
    this.#log = log;
    this.#openWith = openWith;
    this.#owned.add(server.onDidNotify((notification) => this.#apply(notification)));
    this.#owned.add(server.answerRequests((request) => this.#ask(request)));
    this.#owned.add(server.onDidDisconnect(() => this.#dropAllRequests()));
    this.#owned.add(server.onDidConnect(() => void (this.#reopening = this.#reopening.then(() => this.#reopenAll()))));
    const asked = [this.#requestOpened, this.#questionOpened, this.#requestResolved];
    for (const emitter of [this.#changed, this.#closed, this.#writerChanged, ...asked]) this.#owned.add(emitter);
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

  /** Who writes an open thread. */
  writer(threadId: string): ThreadWriter {
    return this.#loaded.get(threadId)?.writer ?? WRITER_HERE;
  }

  /** Whether the server has put an open thread away: it can be read, and is opened again to go on. */
  isPutAway(threadId: string): boolean {
    return !isJoined(this.writer(threadId));
  }

  /** For what only the one who writes the thread may do. */
  needWriter(threadId: string): void {
    if (isReadOnly(this.writer(threadId)))
      throw new Error('Another window is writing this conversation. Take it over to go on with it here.');
  }

  /** Resolves when the threads that were open before a restart of the server are known to it again. */
  async whenReopened(): Promise<void> {
    await this.#reopening;
  }

  /** All requests that wait for consent of this window, oldest first. */
  openRequests(): ApprovalRequest[] {
    return this.#answerable().filter(isApproval);
  }

  /** All questions of the agent that wait for an answer of this window, oldest first. */
  openQuestions(): QuestionRequest[] {
    return this.#answerable().filter(isQuestion);
  }

  /** Whether the request still waits, and may be answered here; ask this right before putting it to the user. */
  isOpen(requestId: RequestId): boolean {
    const request = this.#requests.get(requestId);
    return request !== undefined && this.#mayAnswer(request);
  }

  /** Answers a request of the server. The first answer wins; "tooLate" when it was answered or has ended before. */
  answer(requestId: RequestId, result: unknown): AnswerOutcome {
    const request = this.isOpen(requestId) ? this.#requests.answer(requestId, result) : undefined;
    if (request === undefined) return 'tooLate';
    this.#resolved(request, 'answer');
    return 'accepted';
  }

  /** Starts a new thread and keeps it open. */
  async start(params: ClientRequestInput<'thread/start'>): Promise<OpenedThread> {
    const opened = await this.#server.request('thread/start', params);
    this.#put(opened, { olderCursor: null, writer: WRITER_HERE });
    return opened;
  }

  /** Opens a thread as a copy of another, up to and including `lastTurnId` if one is given. */
  async fork(params: ClientRequestInput<'thread/fork'>): Promise<OpenedThread> {
    const overrides = await this.#openWith(params.threadId);
    const opened = await this.#server.request('thread/fork', { ...overrides, ...params, excludeTurns: true });
    await this.open(opened.thread.id);
    return opened;
  }

  /** Opens a stored thread with its latest turns; one that is open already as it is wanted is given as it is. */
  async open(threadId: string, how: OpenHow = 'follow'): Promise<LoadedThread> {
    const loading = this.#loading.get(threadId);
    const known = loading === undefined ? this.#loaded.get(threadId) : await loading.result;
    if (known === undefined || !(known.writer.type === 'here' || (how === 'follow' && isJoined(known.writer))))
      return await this.#load(threadId, how);
    this.#loaded.delete(threadId);
    this.#loaded.set(threadId, known);
    return known;
  }

  /** Stops what runs in an open thread; false when nothing does. */
  async interrupt(threadId: string): Promise<boolean> {
    const state = this.get(threadId);
    const turn = state === undefined ? undefined : runningTurn(state);
    if (turn === undefined) return false;
    await interruptTurn(this.#server, { threadId, turnId: turn.id });
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

  async #load(threadId: string, how: OpenHow): Promise<LoadedThread> {
    const loading: Loading = { missed: [], asked: new Set() };
    const result = this.#fetch(threadId, how, loading);
    this.#loading.set(threadId, { ...loading, result });
    try {
      return await result;
    } finally {
      this.#loading.delete(threadId);
    }
  }

  /** Resumes without turns and then reads the latest ones, so that the length of a thread does not matter. */
  async #fetch(threadId: string, how: OpenHow, loading: Loading): Promise<LoadedThread> {
    const resume = { threadId, excludeTurns: true, ...HOW[how] };
    const opened = await this.#server.request('thread/resume', { ...(await this.#openWith(threadId)), ...resume });
    const missedBefore = loading.missed.length;
    const page = await this.#server.request('thread/turns/list', {
      threadId,
      limit: FIRST_TURNS,
      sortDirection: 'desc',
      itemsView: 'full',
    });
    const withTurns = { ...opened, thread: { ...opened.thread, turns: page.data.toReversed() } };
    this.#loading.delete(threadId);
    const writer = loading.missed.slice(missedBefore).reduce(writerAfter, writerOf(opened.thread.lease));
    // a question that the new owner does not ask again is none any more
    if (this.writer(threadId).type === 'elsewhere') this.#dropRequests(threadId, loading.asked);
    return this.#put(withTurns, { olderCursor: page.nextCursor, writer }, loading.missed);
  }

  /** Takes a thread in. What was missed is applied again; each notification carries enough for that to end in the same state. */
  #put(
    opened: OpenedThread,
    { olderCursor, writer }: Pick<LoadedThread, 'olderCursor' | 'writer'>,
    missed: readonly ServerNotification[] = [],
  ): LoadedThread {
    const threadId = opened.thread.id;
    const previous = this.get(threadId) ?? null;
    const requests = this.#requests.ofThread(threadId);
    const caughtUp = missed.reduce(reduceThread, threadStateOf(opened.thread));
    const state = requests.reduce(openRequest, caughtUp);
    const loaded = { state, olderCursor, opened, writer };
    const before = this.writer(threadId);
    this.#loaded.delete(threadId);
    this.#loaded.set(threadId, loaded);
    this.#changed.fire({ threadId, state, previous, notification: null });
    if (before !== writer) this.#writerChanged.fire({ threadId, writer });
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
    if (before === undefined) return;
    this.#followWriter(before, notification);
    if (isBehind(this.get(threadId) ?? before.state, notification)) this.#readAnew(threadId);
  }

  #readAnew(threadId: string): void {
    this.#load(threadId, 'follow').catch((error: unknown) =>
      this.#log.warn(`Thread ${threadId} could not be read anew: ${messageOf(error)}`),
    );
  }

  /** Who lets a thread go, or loses it, goes on as one who follows whoever writes it next. */
  #followWriter({ state: { thread }, writer }: LoadedThread, notification: ServerNotification): void {
    const { method, params } = notification;
    const next = writerAfter(writer, notification);
    if (method === 'thread/closed') {
      this.#putAwayThread(thread.id, next);
      // the new owner may have said that it is there before this one was let go
      void this.#server.request('thread/read', { threadId: thread.id }).then(
        (read) => this.#followNext(thread.id, read.thread.lease),
        (error: unknown) => this.#log.debug(`It is not known who writes thread ${thread.id}: ${messageOf(error)}`),
      );
    } else if (next !== writer) this.#leave(thread.id, next);
    else if (method === 'thread/status/changed') this.#followNext(thread.id, params.lease);
  }

  #followNext(threadId: string, lease: ThreadLease | null | undefined): void {
    if (lease === null || lease === undefined || !this.isPutAway(threadId) || this.#loading.has(threadId)) return;
    this.#readAnew(threadId);
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
    this.#loading.get(threadId)?.asked.add(request.id);
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

  #putAwayThread(threadId: string, writer: ThreadWriter): void {
    const before = this.#loaded.get(threadId);
    if (before !== undefined) this.#loaded.set(threadId, { ...before, writer });
    this.#dropRequests(threadId);
    this.#writerChanged.fire({ threadId, writer });
  }

  #answerable(): UserRequest[] {
    return this.#requests.all().filter((request) => this.#mayAnswer(request));
  }

  #mayAnswer({ params: { threadId } }: UserRequest): boolean {
    return this.#loaded.get(threadId)?.writer.type === 'here';
  }

  #forget(threadId: string): boolean {
    if (!this.#loaded.delete(threadId)) return false;
    this.#dropRequests(threadId);
    this.#closed.fire({ threadId });
    return true;
  }

  #dropRequests(threadId: string, kept: ReadonlySet<RequestId> = new Set()): void {
    for (const request of this.#requests.ofThread(threadId).filter(({ id }) => !kept.has(id))) {
      this.#requests.drop(request.id);
      this.#resolved(request, 'server');
    }
  }

  /** Who wrote the thread does so no more: what ran in it was cut, and the rest can be read as it stands. */
  #leave(threadId: string, writer: ThreadWriter): void {
    const before = this.#loaded.get(threadId);
    if (before === undefined) return;
    this.#update(before, cutOff(before.state), null);
    this.#putAwayThread(threadId, writer);
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
        await this.#load(threadId, 'follow');
      } catch (error) {
        this.#log.error(`Could not open thread ${threadId} again: ${messageOf(error)}`);
        // a thread that exists no more is closed; after a lost connection the next start tries again
        if (!isProtocolError(error)) continue;
        if (isHeldElsewhere(error)) this.#leave(threadId, WRITER_UNREACHABLE);
        else this.#forget(threadId);
      }
    }
  }
}
