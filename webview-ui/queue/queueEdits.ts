// Changes of queued messages that are not saved yet: kept across a reload and a change of the thread, and given back when their message went out.
import { signal, type ReadonlySignal } from '@preact/signals';
import type { QueuedSubmission } from '../../server/protocol/schema/queue.ts';
import type { Bridge } from '../bridge.ts';
import type { ComposerState } from '../session/composerState.ts';
import type { LocalStore } from '../session/localStore.ts';
import { reasonOf, type Notices } from '../session/notices.ts';
import { strings } from '../strings.ts';
import type { HeldQueue, QueueList } from './queueList.ts';
import { attachmentOf, editedInput, isChanged, partsOf, type OpenEdit, type QueueEdit } from './queueParts.ts';

export interface QueueEdits {
  /** By the id of the queued message. */
  readonly edits: ReadonlySignal<Readonly<Record<string, OpenEdit>>>;
  begin(prompt: QueuedSubmission): void;
  write(promptId: string, change: Partial<QueueEdit>): void;
  cancel(promptId: string): void;
  /** Hands the change to the server; the edit stays open when it does not take it. */
  save(prompt: QueuedSubmission): Promise<void>;
}

export interface EditParts {
  readonly bridge: Bridge;
  readonly list: QueueList;
  readonly local: LocalStore;
  readonly notices: Notices;
  readonly composer: ComposerState;
}

interface EditStore {
  readonly edits: ReadonlySignal<Readonly<Record<string, OpenEdit>>>;
  put(id: string, edit: OpenEdit): void;
  close(id: string): void;
}

/** How the queue was and how it is. */
export interface QueueChange {
  readonly before: HeldQueue;
  readonly now: HeldQueue;
}

export interface KeptEdits extends QueueEdits {
  /** What was changed in a message that waits no more goes to the composer. */
  reconcile(change: QueueChange): void;
}

export function createQueueEdits(parts: EditParts): KeptEdits {
  const store = createEditStore(parts.local);
  const { edits, put, close } = store;
  return {
    edits,
    begin: (prompt) => {
      if (edits.value[prompt.id] !== undefined) return;
      const { text } = partsOf(prompt.input);
      const { threadId } = parts.list.held.value;
      put(prompt.id, { threadId, text, before: text, removed: [], isSaving: false });
    },
    write: (id, change) => {
      const edit = edits.value[id];
      if (edit !== undefined) put(id, { ...edit, ...change });
    },
    cancel: close,
    save: (prompt) => save(parts, store, prompt),
    reconcile: (change) => reconcile(parts, store, change),
  };
}

function createEditStore(local: LocalStore): EditStore {
  const edits = signal<Readonly<Record<string, OpenEdit>>>(local.current().queueEdits);
  const set = (next: Readonly<Record<string, OpenEdit>>): void => {
    edits.value = next;
    local.keep({ queueEdits: next });
  };
  return {
    edits,
    put: (id, edit) => set({ ...edits.value, [id]: edit }),
    close: (id) => set(Object.fromEntries(Object.entries(edits.value).filter(([key]) => key !== id))),
  };
}

async function save(
  { bridge, list, notices }: EditParts,
  { edits, put, close }: EditStore,
  prompt: QueuedSubmission,
): Promise<void> {
  const edit = edits.value[prompt.id];
  if (edit === undefined || edit.isSaving) return;
  if (!isChanged(prompt.input, edit)) return close(prompt.id);
  const { threadId } = edit;
  put(prompt.id, { ...edit, isSaving: true });
  try {
    const change = { threadId, queuedSubmissionId: prompt.id, input: editedInput(prompt.input, edit) };
    const { queuedSubmission } = await bridge.request('thread/queue/update', change);
    close(prompt.id);
    const { threadId: held, prompts } = list.held.value;
    const replaced = prompts.map((one) => (one.id === prompt.id ? queuedSubmission : one));
    if (held === threadId) list.expect(held, replaced);
  } catch (error) {
    const still = edits.value[prompt.id];
    if (still !== undefined) put(prompt.id, { ...still, isSaving: false });
    notices.add('error', strings.queueNotChanged(reasonOf(error)));
    await list.refresh();
  }
}

function reconcile({ composer, notices }: EditParts, { edits, close }: EditStore, { before, now }: QueueChange): void {
  if (composer.threadId.peek() !== now.threadId) return;
  const waits = new Set(now.prompts.map(({ id }) => id));
  for (const [id, edit] of Object.entries(edits.peek())) {
    if (edit.threadId !== now.threadId || waits.has(id)) continue;
    close(id);
    if (edit.text === edit.before && edit.removed.length === 0) continue;
    const input = before.prompts.find((prompt) => prompt.id === id)?.input ?? [];
    const attachments = partsOf(input).beside.flatMap((part, index) =>
      edit.removed.includes(index) ? [] : (attachmentOf(part) ?? []),
    );
    composer.giveBack({ text: edit.text, attachments, messageId: crypto.randomUUID() });
    notices.add('warning', strings.queueEditTooLate);
  }
}
