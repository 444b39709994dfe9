// The messages that wait in the queue of the shown thread, as the server has them: read anew whenever it says that they have changed.
import { signal, type ReadonlySignal } from '@preact/signals';
import type { QueuedSubmission } from '../../server/protocol/schema/queue.ts';
import { BridgeError, type Bridge } from '../bridge.ts';

export interface HeldQueue {
  readonly threadId: string;
  readonly prompts: readonly QueuedSubmission[];
}

export interface QueueList {
  readonly held: ReadonlySignal<HeldQueue>;
  /** False once the server has said that it has no such thing. */
  readonly isOffered: ReadonlySignal<boolean>;
  /** Reads it anew; resolves when that is done. */
  refresh(): Promise<void>;
  /** Shows what is known to be so before it is read anew. */
  expect(threadId: string, prompts: readonly QueuedSubmission[]): void;
  /** The server does not know the methods. */
  withdraw(): void;
}

export interface QueueListSource {
  readonly bridge: Bridge;
  /** "" is the conversation that does not exist yet. */
  threadId(): string;
}

export function createQueueList({ bridge, threadId }: QueueListSource): QueueList {
  const held = signal<HeldQueue>({ threadId: '', prompts: [] });
  const isOffered = signal(true);
  let reading: Promise<void> | undefined;
  let isDue = false;

  const read = async (): Promise<void> => {
    const id = threadId();
    if (id === '') return;
    try {
      const prompts = await readAll(bridge, id);
      isOffered.value = true;
      if (id === threadId() && !isDue) held.value = { threadId: id, prompts };
    } catch (error) {
      // what is shown stays, and is read again with the next change
      if (isUnknownMethod(error)) isOffered.value = false;
    }
  };
  const readWhileDue = async (): Promise<void> => {
    while (isDue) {
      isDue = false;
      await read();
    }
    reading = undefined;
  };

  return {
    held,
    isOffered,
    refresh: () => {
      isDue = true;
      reading ??= readWhileDue();
      return reading;
    },
    expect: (id, prompts) => {
      // an answer that was asked for before may be older than this
      if (reading !== undefined) isDue = true;
      held.value = { threadId: id, prompts };
    },
    withdraw: () => {
      isOffered.value = false;
    },
  };
}

async function readAll(bridge: Bridge, threadId: string): Promise<QueuedSubmission[]> {
  const prompts: QueuedSubmission[] = [];
  for (let cursor: string | null = null; ;) {
    const page: { data: QueuedSubmission[]; nextCursor: string | null } = await bridge.request('thread/queue/list', {
      threadId,
      cursor,
    });
    prompts.push(...page.data);
    cursor = page.nextCursor ?? null;
    if (cursor === null) return prompts;
  }
}

const METHOD_NOT_FOUND = -32601;

/** Whether the server refused because it does not know the method: Bowline by the code, the reference server in words. */
export function isUnknownMethod(error: unknown): boolean {
  if (!(error instanceof BridgeError)) return false;
  return error.code === METHOD_NOT_FOUND || error.message.startsWith('Invalid request: unknown variant `');
}
