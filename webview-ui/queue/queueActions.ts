// What the user can do with the messages that wait: move, remove and bring back, send before the others, and let a paused queue go on.
import { signal, type ReadonlySignal, type Signal } from '@preact/signals';
import type { QueuedSubmission } from '../../server/protocol/schema/queue.ts';
import { runningTurn } from '../../server/protocol/state/select.ts';
import type { ThreadState } from '../../server/protocol/state/threadState.ts';
import type { Bridge } from '../bridge.ts';
import type { ComposerState } from '../session/composerState.ts';
import { reasonOf, type Notices } from '../session/notices.ts';
import type { Outbox } from '../session/outbox.ts';
import { shownMessage } from '../session/userInput.ts';
import { strings } from '../strings.ts';
import type { HeldQueue, QueueList } from './queueList.ts';
import { moved } from './queueParts.ts';

/** A message that was taken out, and where it stood. */
export interface RemovedPrompt {
  readonly threadId: string;
  readonly prompt: QueuedSubmission;
  readonly index: number;
}

/** What shall have the focus once it is drawn; a new object for each wish. */
export type QueueFocus = { readonly promptId: string } | { readonly on: 'undo' };

export interface QueueActions {
  /** The message that was removed last, while it can be brought back. */
  readonly removed: ReadonlySignal<RemovedPrompt | null>;
  readonly focus: ReadonlySignal<QueueFocus | null>;
  /** What was done last, to be read out. */
  readonly said: ReadonlySignal<string>;
  move(id: string, steps: number): Promise<void>;
  remove(id: string): Promise<void>;
  undo(): Promise<void>;
  /** Lets go of what could be brought back. */
  forget(): void;
  /** To the running turn, or as the beginning of the next one. */
  sendNow(prompt: QueuedSubmission): void;
  resume(): Promise<void>;
  focusOn(wanted: QueueFocus): void;
}

export interface ActionParts {
  readonly bridge: Bridge;
  readonly list: QueueList;
  readonly notices: Notices;
  readonly composer: ComposerState;
  readonly outbox: Outbox;
  readonly thread: Signal<ThreadState | null>;
  /** The messages as they are shown. */
  readonly prompts: ReadonlySignal<readonly QueuedSubmission[]>;
}

interface Signals {
  readonly removed: Signal<RemovedPrompt | null>;
  readonly focus: Signal<QueueFocus | null>;
  readonly said: Signal<string>;
}

export function createQueueActions(parts: ActionParts): QueueActions {
  const signals: Signals = { removed: signal(null), focus: signal(null), said: signal('') };
  const { bridge, list, notices, outbox, thread } = parts;
  return {
    ...signals,
    move: (id, steps) => move(parts, signals, { id, steps }),
    remove: (id) => remove(parts, signals, id),
    undo: () => undo(parts, signals),
    forget: () => {
      signals.removed.value = null;
    },
    sendNow: (prompt) => {
      const { text, attachments } = shownMessage(prompt.input);
      const draft = { text, attachments, messageId: prompt.clientUserMessageId };
      outbox.send(list.held.value.threadId, draft, { way: { type: 'fromQueue', prompt } });
    },
    resume: async () => {
      try {
        await bridge.request('thread/queue/start', { threadId: list.held.value.threadId });
      } catch (error) {
        // another window may have been quicker
        if (thread.value === null || runningTurn(thread.value) === undefined) notices.add('error', reasonOf(error));
      }
      await list.refresh();
    },
    focusOn: (wanted) => {
      signals.focus.value = wanted;
    },
  };
}

/** The change is shown at once; what the server says about it counts. */
async function move(parts: ActionParts, { focus, said }: Signals, step: { id: string; steps: number }): Promise<void> {
  const { bridge, list, notices, prompts } = parts;
  const { threadId, prompts: held } = list.held.value;
  const shown = prompts.value.map(({ id }) => id);
  const order = moved(shown, step.id, step.steps);
  if (order === shown) return;
  list.expect(
    threadId,
    held.toSorted((one, other) => order.indexOf(one.id) - order.indexOf(other.id)),
  );
  focus.value = { promptId: step.id };
  said.value = strings.queueMoved(order.indexOf(step.id) + 1, order.length);
  try {
    await bridge.request('thread/queue/reorder', { threadId, queuedSubmissionIds: [...order] });
  } catch (error) {
    notices.add('warning', strings.queueNotMoved(reasonOf(error)));
    await list.refresh();
  }
}

async function remove(parts: ActionParts, { removed, focus, said }: Signals, id: string): Promise<void> {
  const { bridge, list, notices, prompts } = parts;
  const { threadId, prompts: held } = list.held.value;
  const prompt = held.find((candidate) => candidate.id === id);
  if (prompt === undefined) return;
  const index = prompts.value.findIndex((candidate) => candidate.id === id);
  const next = prompts.value[index + 1] ?? prompts.value[index - 1];
  list.expect(
    threadId,
    held.filter((candidate) => candidate !== prompt),
  );
  try {
    const { deleted } = await bridge.request('thread/queue/delete', { threadId, queuedSubmissionId: id });
    if (!deleted) return notices.add('info', strings.queueSentAlready);
    removed.value = { threadId, prompt, index };
    focus.value = next === undefined ? { on: 'undo' } : { promptId: next.id };
    said.value = strings.queueRemoved;
  } catch (error) {
    notices.add('error', strings.queueNotRemoved(reasonOf(error)));
    await list.refresh();
    focus.value = { promptId: id };
  }
}

/** Puts it back where it stood. Where nothing else waits and nothing runs it would be sent at once: there it goes to the composer. */
async function undo(parts: ActionParts, { removed, focus, said }: Signals): Promise<void> {
  const { bridge, list, composer, thread } = parts;
  const wanted = removed.value;
  const state = thread.value;
  if (wanted === null || state?.thread.id !== wanted.threadId) return;
  removed.value = null;
  const { threadId, prompt, index } = wanted;
  if (runningTurn(state) === undefined && parts.prompts.value.length === 0) {
    composer.giveBack({ ...shownMessage(prompt.input), messageId: crypto.randomUUID() });
    return composer.focus();
  }
  try {
    const { id: _, ...message } = prompt;
    const { queuedSubmission } = await bridge.request('thread/queue/add', { threadId, ...message });
    await list.refresh();
    said.value = strings.queueRestored;
    focus.value = { promptId: queuedSubmission.id };
    await putAt(parts, { threadId, id: queuedSubmission.id, index });
  } catch (error) {
    parts.notices.add('error', strings.notSent(reasonOf(error)));
    composer.giveBack({ ...shownMessage(prompt.input), messageId: crypto.randomUUID() });
  }
}

async function putAt(
  { bridge, list }: ActionParts,
  place: { threadId: string; id: string; index: number },
): Promise<void> {
  const { threadId, prompts }: HeldQueue = list.held.value;
  const ids = prompts.map(({ id }) => id);
  const from = ids.indexOf(place.id);
  const order = moved(ids, place.id, place.index - from);
  if (threadId !== place.threadId || order === ids) return;
  list.expect(
    threadId,
    prompts.toSorted((one, other) => order.indexOf(one.id) - order.indexOf(other.id)),
  );
  // what was sent meanwhile leaves it at the end, where it is sent all the same
  await bridge
    .request('thread/queue/reorder', { threadId, queuedSubmissionIds: [...order] })
    .catch(() => list.refresh());
}
