// Whether the agent plans or acts, thread by thread: what the server says, and what the user wants from the next turn on.
import type { ModeFacts, WorkMode } from '../../server/protocol/chatBridge.ts';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ServerNotification } from '../../server/protocol/methods.ts';
import type { CollaborationMode, ReasoningEffort } from '../../server/protocol/schema/common.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { Log } from '../log.ts';
import type { PickedModel } from '../models/modelState.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import type { ThreadStore } from '../threads/threadStore.ts';

export interface PlanModePorts {
  readonly server: Pick<ServerPort, 'request' | 'onDidNotify' | 'onDidConnect'>;
  readonly store: Pick<ThreadStore, 'get' | 'loaded' | 'onDidChangeThread' | 'onDidCloseThread'>;
  readonly models: { overridesFor(threadId: string): PickedModel | undefined };
  readonly log: Log;
}

/** The mode was changed while a turn ran, which keeps the one that it began in. */
interface Change {
  readonly turnId: string;
  readonly before: WorkMode;
}

export class PlanMode implements Disposable {
  readonly #ports: PlanModePorts;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  /** As the server has it. */
  readonly #known = new Map<string, CollaborationMode>();
  /** What the server does not know yet: it goes along with the next turn. */
  readonly #wanted = new Map<string, WorkMode>();
  readonly #changes = new Map<string, Change>();
  #next: WorkMode = 'default';
  #isAvailable = false;

  /** Some thread's mode has changed, or whether there are modes. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: PlanModePorts) {
    this.#ports = ports;
    const { server, store } = ports;
    this.#owned.add(this.#changed);
    this.#owned.add(server.onDidConnect(() => void this.#look()));
    this.#owned.add(server.onDidNotify((notification) => this.#hear(notification)));
    this.#owned.add(
      store.onDidChangeThread(({ threadId, notification }) => {
        if (notification === null) this.#takeOpened(threadId);
      }),
    );
    this.#owned.add(
      store.onDidCloseThread(({ threadId }) => {
        for (const kept of [this.#known, this.#wanted, this.#changes]) kept.delete(threadId);
      }),
    );
  }

  get isAvailable(): boolean {
    return this.#isAvailable;
  }

  /** null is the next new thread. */
  modeOf(threadId: string | null): WorkMode {
    if (threadId === null) return this.#next;
    return this.#wanted.get(threadId) ?? this.#known.get(threadId)?.mode ?? 'default';
  }

  tell(threadId: string | null): ModeFacts {
    const mode = this.modeOf(threadId);
    const change = threadId === null ? undefined : this.#changes.get(threadId);
    const fromNextTurn = change !== undefined && change.before !== mode && change.turnId === this.#running(threadId);
    return { isAvailable: this.#isAvailable, mode, fromNextTurn };
  }

  /** Holds from the next turn on. A server that cannot take it now is told with that turn. */
  async set(threadId: string | null, mode: WorkMode): Promise<void> {
    const before = this.modeOf(threadId);
    if (before === mode) return;
    if (threadId === null) this.#next = mode;
    else {
      const turnId = this.#running(threadId);
      if (turnId !== undefined && this.#changes.get(threadId)?.turnId !== turnId)
        this.#changes.set(threadId, { turnId, before });
      this.#wanted.set(threadId, mode);
    }
    this.#changed.fire();
    if (threadId !== null) await this.#settle(threadId, mode);
  }

  /** The new conversation has become a thread. */
  adopt(threadId: string): void {
    if (this.#next === 'default') return;
    this.#wanted.set(threadId, this.#next);
    this.#next = 'default';
    this.#changed.fire();
  }

  /** What to add to the next `turn/start` of a thread. */
  overridesFor(threadId: string): { readonly collaborationMode?: CollaborationMode } {
    const mode = this.#wanted.get(threadId);
    return mode === undefined ? {} : { collaborationMode: this.#asked(threadId, mode) };
  }

  /** The server has taken a turn that was started with {@link overridesFor}. */
  taken(threadId: string, asked: CollaborationMode): void {
    this.#known.set(threadId, asked);
    if (this.#wanted.get(threadId) === asked.mode) this.#wanted.delete(threadId);
    this.#changed.fire();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async #settle(threadId: string, mode: WorkMode): Promise<void> {
    const collaborationMode = this.#asked(threadId, mode);
    try {
      await this.#ports.server.request('thread/settings/update', { threadId, collaborationMode });
    } catch (error) {
      this.#ports.log.info(`The mode of thread ${threadId} goes along with its next turn: ${messageOf(error)}`);
      return;
    }
    // another change may have been made in the meantime
    if (this.#wanted.get(threadId) === mode) this.taken(threadId, collaborationMode);
  }

  /** A mode brings a model along: the thread keeps its own, and its effort. Null instructions are the server's for the mode. */
  #asked(threadId: string, mode: WorkMode): CollaborationMode {
    const picked = this.#ports.models.overridesFor(threadId);
    const known = this.#known.get(threadId)?.settings;
    const opened = this.#ports.store.loaded(threadId)?.opened;
    return {
      mode,
      settings: {
        model: picked?.model ?? known?.model ?? opened?.model ?? '',
        reasoning_effort: effortOf(picked?.effort) ?? known?.reasoning_effort ?? opened?.reasoningEffort ?? null,
        developer_instructions: null,
      },
    };
  }

  async #look(): Promise<void> {
    const { server, log } = this.#ports;
    let isAvailable = false;
    try {
      const { data } = await server.request('collaborationMode/list', {});
      isAvailable = data.some(({ mode }) => mode === 'plan');
    } catch (error) {
      log.info(`The server has no plan mode: ${messageOf(error)}`);
    }
    if (isAvailable === this.#isAvailable) return;
    this.#isAvailable = isAvailable;
    this.#changed.fire();
  }

  /** What a thread was opened with; a server that was started anew knows of what it was told, and of nothing else. */
  #takeOpened(threadId: string): void {
    const opened: object | undefined = this.#ports.store.loaded(threadId)?.opened;
    if (opened === undefined || !('collaborationMode' in opened)) return;
    const mode = readMode(opened.collaborationMode);
    if (mode !== null) this.#take(threadId, mode);
  }

  #hear({ method, params }: ServerNotification): void {
    if (method === 'thread/settings/updated') this.#take(params.threadId, params.threadSettings.collaborationMode);
    // what was changed in the turn holds by now
    else if (method === 'turn/completed' && this.#changes.delete(params.threadId)) this.#changed.fire();
  }

  #take(threadId: string, mode: CollaborationMode): void {
    const before = this.modeOf(threadId);
    this.#known.set(threadId, mode);
    if (this.modeOf(threadId) !== before) this.#changed.fire();
  }

  #running(threadId: string | null): string | undefined {
    const state = threadId === null ? undefined : this.#ports.store.get(threadId);
    return state === undefined ? undefined : runningTurn(state)?.id;
  }
}

/** The mode as `thread/resume` gives it; null when it is none. */
function readMode(value: unknown): CollaborationMode | null {
  if (!isRecord(value) || !isRecord(value['settings'])) return null;
  const { mode } = value;
  const { model, reasoning_effort: effort, developer_instructions: instructions } = value['settings'];
  if ((mode !== 'plan' && mode !== 'default') || typeof model !== 'string') return null;
  return {
    mode,
    settings: {
      model,
      reasoning_effort: effortOf(effort),
      developer_instructions: typeof instructions === 'string' ? instructions : null,
    },
  };
}

function effortOf(value: unknown): ReasoningEffort | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
