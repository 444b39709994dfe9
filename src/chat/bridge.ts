// Between the chat page and everything else: requests go to the server, calls to the host's services, events to the page.
import type {
  FollowUp,
  HostMessage,
  HostMethod,
  ModeFacts,
  PageSnapshot,
  SafetyFacts,
  ServerStatus,
} from '../../server/protocol/chatBridge.ts';
import { ERROR_CODES, isProtocolError, messageOf, ProtocolError } from '../../server/protocol/errors.ts';
import type { ClientRequestInput, ClientRequestMethod, ServerNotification } from '../../server/protocol/methods.ts';
import type { CollaborationMode } from '../../server/protocol/schema/common.ts';
import { turnOfMessage } from '../../server/protocol/state/select.ts';
import { threadIdOf } from '../../server/protocol/state/threadReducer.ts';
import { WRITER_HERE } from '../../server/protocol/threadWriter.ts';
import { Disposables, type Disposable, type Event } from '../emitter.ts';
import type { Log } from '../log.ts';
import type { ModelState } from '../models/modelState.ts';
import type { AnswerMemory } from '../questions/answerMemory.ts';
import type { TurnLimits } from '../sandbox/threadLimits.ts';
import { interruptTurn } from '../threads/interruptTurn.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import type { ThreadStore } from '../threads/threadStore.ts';
import type { Drafts } from './drafts.ts';
import type { Services } from './hostServices.ts';
import type { KeptFiles } from './keptFiles.ts';
import { NotificationBatch } from './notificationBatch.ts';
import {
  fitsRequest,
  isHostMethod,
  isPageRequest,
  parseCall,
  readEnvelope,
  type PageEnvelope,
} from './pageMessages.ts';
import { askQueue } from './queueRequests.ts';
import type { ShownThread } from './shownThread.ts';

type StartParams = ClientRequestInput<'thread/start'>;

export interface BridgePorts {
  readonly post: (message: HostMessage) => void;
  readonly server: ServerPort & { readonly status: ServerStatus; readonly onDidChangeStatus: Event<ServerStatus> };
  readonly store: ThreadStore;
  readonly shown: ShownThread;
  readonly models: ModelState;
  readonly drafts: Drafts;
  readonly services: Services;
  readonly folders: () => readonly string[];
  readonly limits: PageLimits;
  readonly followUp: FollowUpSetting;
  readonly kept: Pick<KeptFiles, 'checkInput'>;
  readonly plan: PageModes;
  readonly answers: Pick<AnswerMemory, 'ofThread' | 'answer'>;
  /** Opens a thread that the server has put away, asking the user where that takes it from another process. */
  readonly reopen: (threadId: string) => Promise<void>;
  readonly log: Log;
}

/** What Enter does while a turn runs. */
export interface FollowUpSetting {
  readonly value: () => FollowUp;
  readonly onDidChange: Event<void>;
}

/** Within which limits threads work. */
export interface PageLimits {
  readonly onDidChange: Event<void>;
  /** What a new thread is started with; may ask the user. */
  start(asked: StartParams): Promise<StartParams>;
  /** What the next turn of a thread is started with beside its input; may ask the user. */
  turn(threadId: string): Promise<TurnLimits>;
  /** What the user is told while a thread is shown; null is the new conversation. */
  tell(threadId: string | null): SafetyFacts;
}

/** Whether threads plan or act. */
export interface PageModes {
  readonly onDidChange: Event<void>;
  tell(threadId: string | null): ModeFacts;
  /** The new conversation has become a thread. */
  adopt(threadId: string): void;
  /** What the next turn of a thread is started with. */
  overridesFor(threadId: string): { readonly collaborationMode?: CollaborationMode };
  taken(threadId: string, asked: CollaborationMode): void;
}

export class ChatBridge implements Disposable {
  readonly #ports: BridgePorts;
  readonly #owned = new Disposables();
  readonly #batch: NotificationBatch;
  /** What the page shall hear once it is there and has its first snapshot; null from then on. */
  #waiting: HostMessage[] | null = [];
  #isPageThere = false;

  constructor(ports: BridgePorts) {
    this.#ports = ports;
    this.#batch = new NotificationBatch((notifications) => this.#sendBatch(notifications));
    const { server, store, shown, models, limits, plan, followUp } = ports;
    this.#owned.add({ dispose: () => this.#batch.clear() });
    this.#owned.add(server.onDidNotify((notification) => this.#hear(notification)));
    this.#owned.add(server.onDidChangeStatus((status) => this.#post({ kind: 'status', status })));
    this.#owned.add(shown.onDidChange(() => this.#sendSnapshot()));
    this.#owned.add(models.onDidChange(() => this.#sendModel()));
    this.#owned.add(limits.onDidChange(() => this.#sendSafety()));
    this.#owned.add(plan.onDidChange(() => this.#post({ kind: 'mode', mode: plan.tell(shown.id) })));
    this.#owned.add(followUp.onDidChange(() => this.#post({ kind: 'followUp', followUp: followUp.value() })));
    this.#owned.add(
      store.onDidChangeWriter(({ threadId, writer }) => {
        if (threadId === shown.id) this.#post({ kind: 'writer', writer });
      }),
    );
    this.#owned.add(
      store.onDidOpenRequest(({ threadId, request }) => {
        if (threadId === shown.id) this.#post({ kind: 'serverRequest', request });
      }),
    );
    this.#owned.add(
      store.onDidOpenQuestion(({ threadId, request }) => {
        if (threadId === shown.id) this.#post({ kind: 'serverRequest', request });
      }),
    );
    this.#owned.add(
      store.onDidResolveRequest(({ threadId, requestId, by }) => {
        // a server that has gone cannot say so itself
        if (by === 'disconnect') this.#hear({ method: 'serverRequest/resolved', params: { threadId, requestId } });
      }),
    );
  }

  /** Takes a message of the page. */
  receive(message: unknown): void {
    const envelope = readEnvelope(message);
    if (envelope === null) this.#ports.log.warn('The chat page sent a message that is not understood.');
    else this.#take(envelope);
  }

  /** Says something to the page, as soon as it can hear it. */
  say(message: HostMessage): void {
    if (this.#waiting === null) this.#post(message);
    else this.#waiting.push(message);
  }

  /** The page is out of sight and so exists no more; it says that it is ready when it comes up again. */
  pageLeft(): void {
    this.#isPageThere = false;
    this.#waiting ??= [];
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #take(envelope: PageEnvelope): void {
    switch (envelope.kind) {
      case 'ready':
        this.#isPageThere = true;
        this.#post({ kind: 'status', status: this.#ports.server.status });
        this.#sendSnapshot();
        return;
      case 'answer':
        this.#answer(envelope);
        return;
      case 'request':
        void this.#reply(envelope.id, this.#request(envelope.method, envelope.params));
        return;
      case 'call':
        void this.#reply(envelope.id, this.#call(envelope.method, envelope.params));
    }
  }

  #answer({ threadId, requestId, result }: Extract<PageEnvelope, { kind: 'answer' }>): void {
    if (this.#ports.answers.answer(threadId, requestId, result) === 'accepted') return;
    const reason = 'It was answered elsewhere, or its turn has ended.';
    this.#post({ kind: 'answerDiscarded', requestId, reason });
  }

  async #reply(id: number, answer: Promise<unknown>): Promise<void> {
    try {
      const result = await answer;
      this.#post({ kind: 'reply', id, result });
    } catch (error) {
      const code = isProtocolError(error) ? error.code : ERROR_CODES.internalError;
      this.#post({ kind: 'reply', id, error: { code, message: messageOf(error) } });
    }
  }

  async #call(method: string, params: unknown): Promise<unknown> {
    if (!isHostMethod(method)) throw new ProtocolError('methodNotFound', `The host has no service "${method}".`);
    return await this.#callService(method, params);
  }

  async #callService<M extends HostMethod>(method: M, params: unknown): Promise<unknown> {
    return await this.#ports.services[method](parseCall(method, params));
  }

  async #request(method: string, params: unknown): Promise<unknown> {
    if (!isPageRequest(method)) throw new ProtocolError('methodNotFound', `The page may not send "${method}".`);
    const { store, shown, limits, plan } = this.#ports;
    // a server that was just started again knows no thread before it is opened there
    await store.whenReopened();
    if (method === 'thread/start') {
      const opened = await store.start(await limits.start(this.#checked(method, params)));
      shown.adopt(opened.thread.id);
      plan.adopt(opened.thread.id);
      this.#sendSafety();
      this.#sendModel();
      return opened;
    }
    if (method === 'turn/start') return await this.#startTurn(this.#checked(method, params));
    if (method === 'turn/interrupt') return await this.#interrupt(this.#checked(method, params));
    if (method === 'turn/steer') return await this.#steerTurn(this.#checked(method, params));
    if (method === 'thread/queue/add' || method === 'thread/queue/update' || method === 'thread/queue/start')
      return await askQueue(this.#ports, method, this.#checked(method, params));
    return await this.#forward(method, params);
  }

  async #startTurn(params: ClientRequestInput<'turn/start'>): Promise<unknown> {
    const { server, models, store, reopen, limits, kept, plan } = this.#ports;
    await kept.checkInput(params.input);
    if (store.isPutAway(params.threadId)) await reopen(params.threadId);
    if (store.isPutAway(params.threadId))
      throw new ProtocolError(
        'invalidRequest',
        'This conversation is open elsewhere. Take it over to go on with it here.',
      );
    store.needWriter(params.threadId);
    // a server that ended before it answered may have taken the message all the same
    const turn = turnOfMessage(store.get(params.threadId), params.clientUserMessageId);
    if (turn !== undefined) return { turn };
    const limit = await limits.turn(params.threadId);
    const mode = plan.overridesFor(params.threadId);
    const overrides = { ...models.overridesFor(params.threadId), ...mode, ...limit };
    const started = await server.request('turn/start', { ...overrides, ...params });
    if (mode.collaborationMode !== undefined) plan.taken(params.threadId, mode.collaborationMode);
    return started;
  }

  async #steerTurn(params: ClientRequestInput<'turn/steer'>): Promise<unknown> {
    await this.#ports.kept.checkInput(params.input);
    this.#ports.store.needWriter(params.threadId);
    return await this.#ports.server.request('turn/steer', params);
  }

  async #interrupt(params: ClientRequestInput<'turn/interrupt'>): Promise<unknown> {
    await interruptTurn(this.#ports.server, params);
    return {};
  }

  async #forward<M extends ClientRequestMethod>(method: M, params: unknown): Promise<unknown> {
    return await this.#ports.server.request(method, this.#checked(method, params));
  }

  #checked<M extends ClientRequestMethod>(method: M, params: unknown): ClientRequestInput<M> {
    if (fitsRequest(method, params)) return params;
    throw new ProtocolError('invalidParams', `The page sent ${method} with params that do not fit.`);
  }

  #hear(notification: ServerNotification): void {
    // a broken configuration file is told by the editor, with a way to open it
    if (this.#waiting !== null || notification.method === 'configWarning') return;
    const threadId = threadIdOf(notification);
    if (threadId === undefined || threadId === this.#ports.shown.id) this.#batch.push(notification);
  }

  #sendSnapshot(): void {
    const snapshot = this.#snapshot();
    if (snapshot === null) return;
    this.#batch.clear();
    this.#post({ kind: 'snapshot', snapshot });
    if (!this.#isPageThere) return;
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const message of waiting) this.#post(message);
  }

  /** null while the shown thread is on its way: an empty page would be taken for a new conversation. */
  #snapshot(): PageSnapshot | null {
    const { server, shown, drafts, models, folders, limits, plan, answers, followUp } = this.#ports;
    const { id, loaded } = shown;
    if (id !== null && loaded === undefined) return null;
    return {
      thread: loaded?.state ?? null,
      writer: loaded?.writer ?? WRITER_HERE,
      ...(shown.goneId !== null && { goneThreadId: shown.goneId }),
      olderCursor: loaded?.olderCursor ?? null,
      draft: drafts.get(id),
      status: server.status,
      model: models.choice(id, loaded?.opened),
      workspaceFolders: folders(),
      firstRun: models.isFirstRun,
      safety: limits.tell(id),
      mode: plan.tell(id),
      answered: answers.ofThread(id),
      followUp: followUp.value(),
    };
  }

  #sendModel(): void {
    const { shown, models } = this.#ports;
    const model = models.choice(shown.id, shown.loaded?.opened);
    this.#post({ kind: 'model', model, firstRun: models.isFirstRun });
  }

  #sendSafety(): void {
    const { shown, limits } = this.#ports;
    this.#post({ kind: 'safety', safety: limits.tell(shown.id) });
  }

  #sendBatch(notifications: readonly ServerNotification[]): void {
    const [only] = notifications;
    if (only !== undefined && notifications.length === 1)
      this.#ports.post({ kind: 'notification', notification: only });
    else this.#ports.post({ kind: 'notifications', notifications });
  }

  /** Keeps the order: what was gathered before goes first. */
  #post(message: HostMessage): void {
    this.#batch.flush();
    this.#ports.post(message);
  }
}
