// What the page knows: the thread that is shown, and how its host and server stand.
import { signal, type Signal } from '@preact/signals';
import type { FollowUp, ModeFacts, ModelChoice, SafetyFacts, ServerStatus } from '../../server/protocol/chatBridge.ts';
import type { RequestId } from '../../server/protocol/jsonrpc.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import { WRITER_HERE, type ThreadWriter } from '../../server/protocol/threadWriter.ts';

export interface PageState {
  readonly thread: Signal<ThreadState | null>;
  readonly status: Signal<ServerStatus>;
  readonly model: Signal<ModelChoice | null>;
  readonly isFirstRun: Signal<boolean>;
  readonly safety: Signal<SafetyFacts>;
  readonly mode: Signal<ModeFacts>;
  /** What Enter does while a turn runs. */
  readonly followUp: Signal<FollowUp>;
  /** Who writes the thread that is shown. */
  readonly writer: Signal<ThreadWriter>;
  /** Folders of the workspace, absolute. */
  readonly folders: Signal<readonly string[]>;
  /** False until the host has said what to show. */
  readonly isLoaded: Signal<boolean>;
  /** Unix milliseconds at which the server was last heard of. */
  readonly heardAt: Signal<number>;
  /** The turn that was asked to stop. */
  readonly stoppingTurn: Signal<string>;
  /** The requests that were answered here and are not yet resolved. */
  readonly answered: Signal<ReadonlySet<RequestId>>;
  /** The row to bring into sight; a new object for each wish. */
  readonly wanted: Signal<{ readonly key: string } | null>;
}

export function createPageState(): PageState {
  return {
    thread: signal(null),
    status: signal({ type: 'starting', phase: '' }),
    model: signal(null),
    isFirstRun: signal(false),
    safety: signal({ sandbox: null, trust: 'trusted', hasFullAccess: false }),
    mode: signal({ isAvailable: false, mode: 'default', fromNextTurn: false }),
    followUp: signal('steer'),
    writer: signal(WRITER_HERE),
    folders: signal([]),
    isLoaded: signal(false),
    heardAt: signal(0),
    stoppingTurn: signal(''),
    answered: signal(new Set()),
    wanted: signal(null),
  };
}

/** Resolves when the server can take requests; at once if it can now. */
export function whenReady({ status }: Pick<PageState, 'status'>): Promise<void> {
  if (status.peek().type === 'ready') return Promise.resolve();
  return new Promise((resolve) => {
    const stop = status.subscribe(({ type }) => {
      if (type !== 'ready') return;
      // the subscription calls back once before it has been handed out
      queueMicrotask(() => stop());
      resolve();
    });
  });
}
