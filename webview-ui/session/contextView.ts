// The panel that tells what the model sees in a turn: which turn, and what the server says about it.
import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { ContextEntry } from '../../server/protocol/schema/safety.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { Bridge } from '../bridge.ts';
import { reasonOf } from './notices.ts';
import type { Asked } from './openCards.ts';

export interface ShownContext {
  readonly threadId: string;
  readonly turnId: string;
  readonly entries: Asked<readonly ContextEntry[]>;
}

export interface ContextView {
  readonly shown: ReadonlySignal<ShownContext | null>;
  /** Shows what the model saw in a turn; in the newest one for null. Answers whether there is a turn. */
  show(turnId: string | null): boolean;
  close(): void;
}

export interface ContextViewSource {
  readonly bridge: Bridge;
  readonly thread: Signal<ThreadState | null>;
}

export function createContextView({ bridge, thread }: ContextViewSource): ContextView {
  const shown = signal<ShownContext | null>(null);
  const read = async (asked: ShownContext): Promise<void> => {
    const { threadId, turnId } = asked;
    const entries = await bridge.request('turn/context/read', { threadId, turnId }).then(
      ({ data }): ShownContext['entries'] => ({ type: 'known', value: data }),
      (error: unknown): ShownContext['entries'] => ({ type: 'failed', reason: reasonOf(error) }),
    );
    if (shown.value === asked) shown.value = { threadId, turnId, entries };
  };
  return {
    shown,
    show: (wanted) => {
      const state = thread.value;
      const turnId = wanted ?? state?.turns.at(-1)?.id;
      if (state === null || turnId === undefined) return false;
      const asked: ShownContext = { threadId: state.thread.id, turnId, entries: { type: 'waiting' } };
      shown.value = asked;
      void read(asked);
      return true;
    },
    close: () => {
      shown.value = null;
    },
  };
}

/** A number of bytes as people say it. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const kilobytes = bytes / 1000;
  if (kilobytes < 1000) return `${kilobytes < 10 ? kilobytes.toFixed(1) : Math.round(kilobytes)} kB`;
  return `${(kilobytes / 1000).toFixed(1)} MB`;
}
