// Within which limits a thread works: what it is started, opened and gone on with, and what the user is told about that.
import type { SafetyFacts } from '../../server/protocol/chatBridge.ts';
import type { ClientRequestInput } from '../../server/protocol/methods.ts';
import { Disposables, Emitter, type Disposable } from '../emitter.ts';
import type { ModelState } from '../models/modelState.ts';
import {
  openOverrides,
  sandboxOf,
  threadStartParams,
  workspaceWrite,
  type StartParams,
  type WorkspaceFacts,
} from '../models/threadDefaults.ts';
import type { Settings } from '../settings.ts';
import type { OpenOverrides } from '../threads/openedThread.ts';
import type { ThreadStore } from '../threads/threadStore.ts';
import type { WorkspaceTrust } from '../trust/workspaceTrust.ts';
import type { FullAccess } from './fullAccess.ts';
import type { SandboxState } from './sandboxState.ts';

export interface ThreadLimitPorts {
  readonly settings: () => Settings;
  readonly folders: () => readonly string[];
  readonly models: Pick<ModelState, 'defaults' | 'refresh' | 'onDidChange'>;
  readonly store: Pick<ThreadStore, 'loaded'>;
  readonly trust: WorkspaceTrust;
  readonly access: FullAccess;
  readonly sandbox: SandboxState;
  readonly hasOtherServer?: () => boolean;
}

/** What a turn is started with beside its input. */
export type TurnLimits = Pick<ClientRequestInput<'turn/start'>, 'sandboxPolicy'>;

export class ThreadLimits implements Disposable {
  readonly #ports: ThreadLimitPorts;
  readonly #changed = new Emitter<void>();
  readonly #owned = new Disposables();
  /** Threads with full access in their settings whose turns were sent without it, as the user wanted. */
  readonly #confined = new Set<string>();

  /** What is told about the limits may be another. */
  readonly onDidChange = this.#changed.event;

  constructor(ports: ThreadLimitPorts) {
    this.#ports = ports;
    this.#owned.add(this.#changed);
    for (const source of [ports.models, ports.trust, ports.access, ports.sandbox])
      this.#owned.add(source.onDidChange(() => this.#changed.fire()));
  }

  /** What a new thread is started with; asks before the first one with full access. */
  async start(asked: StartParams): Promise<StartParams> {
    const { models, access, settings } = this.#ports;
    // what the configuration says is not known before the server was asked
    if (models.defaults === null) await models.refresh();
    const params = threadStartParams(asked, settings(), this.#facts());
    const mode = params.sandbox ?? models.defaults?.policies.sandbox;
    if (mode !== 'danger-full-access' || (await access.allows())) return params;
    return { ...params, sandbox: 'workspace-write' };
  }

  /** What a stored thread is opened or forked with. */
  async opening(threadId: string): Promise<OpenOverrides> {
    const { settings, trust, models } = this.#ports;
    const isRestricted = trust.isRestricted(threadId);
    // it gets what a new thread would get, which the configuration has a word in
    if (isRestricted && trust.isTrusted && models.defaults === null) await models.refresh();
    return openOverrides(settings(), this.#facts(), isRestricted);
  }

  /** What the next turn of a thread is started with; asks before the first one with full access. */
  async turn(threadId: string): Promise<TurnLimits> {
    const { access, settings } = this.#ports;
    if (!this.#hasFullAccess(threadId) || (await access.allows())) return {};
    this.#confined.add(threadId);
    this.#changed.fire();
    return { sandboxPolicy: workspaceWrite(settings()) };
  }

  /** What the user is told while a thread is shown; null is the new conversation. */
  tell(threadId: string | null): SafetyFacts {
    const { trust, sandbox } = this.#ports;
    return {
      sandbox: sandbox.value,
      trust: trust.isTrusted ? (trust.isLifting ? 'lifting' : 'trusted') : 'restricted',
      hasFullAccess: threadId === null ? this.#startsWithFullAccess() : this.#hasFullAccess(threadId),
    };
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #hasFullAccess(threadId: string): boolean {
    const policy = this.#ports.store.loaded(threadId)?.opened.sandbox;
    return policy?.type === 'dangerFullAccess' && !this.#confined.has(threadId);
  }

  #startsWithFullAccess(): boolean {
    const { settings, access } = this.#ports;
    return !access.isDeclined && sandboxOf(settings(), this.#facts()) === 'danger-full-access';
  }

  #facts(): WorkspaceFacts {
    const { folders, trust, models, hasOtherServer = () => false } = this.#ports;
    const configured = models.defaults?.policies ?? null;
    return { folders: folders(), isTrusted: trust.isTrusted, configured, hasOtherServer: hasOtherServer() };
  }
}
