// What stands in the composer, saved on each change so that no reload, crash or refused request loses it.
import { signal, type ReadonlySignal } from '@preact/signals';
import type { Attachment, Draft } from '../../server/protocol/chatBridge.ts';
import { EMPTY_DRAFT, isEmptyDraft } from './localState.ts';
import type { OutgoingMessage } from './outbox.ts';
import type { Mentions } from './userInput.ts';

/** The longest a keystroke waits before the host has it. */
const HOST_DELAY_MS = 120;

/** Where drafts are kept. */
export interface DraftKeeper {
  /** At once, in the page's own state. */
  keepLocally(draft: Draft): void;
  /** Beyond the page's life. */
  keepAtHost(threadId: string, draft: Draft): void;
  /** The messages that left the composer and do not stand in the thread yet: until then a server that ends may lose them. */
  outgoing(threadId: string): readonly OutgoingMessage[];
}

export interface ComposerState {
  readonly threadId: ReadonlySignal<string>;
  readonly draft: ReadonlySignal<Draft>;
  /** Counts up when the composer shall have the focus. */
  readonly focused: ReadonlySignal<number>;
  readonly mentions: { value: Mentions };
  setText(text: string): void;
  attach(attachment: Attachment): void;
  detach(index: number): void;
  /** Shows the composer of a thread, with what stood in it. */
  show(threadId: string, draft: Draft): void;
  /** The same composer now belongs to the thread that was started from it. */
  rename(threadId: string): void;
  /** Takes the message out to be sent; undefined when there is nothing to send. */
  take(): Draft | undefined;
  /** Puts a message back before what stands there now. */
  giveBack(message: Pick<Draft, 'text' | 'attachments' | 'messageId'>): void;
  focus(): void;
  /** Saves what has not been saved yet, now. */
  flush(): void;
  /** Saves again, because the messages on their way have changed. */
  save(): void;
}

export function createComposerState(keeper: DraftKeeper, start: { threadId: string; draft: Draft }): ComposerState {
  const threadId = signal(start.threadId);
  const draft = signal(start.draft);
  const focused = signal(0);
  const mentions = signal<Mentions>({});

  const { save, flush } = createDraftSaver(keeper, () => ({
    threadId: threadId.value,
    draft: unsentDraft(keeper.outgoing(threadId.value), draft.value),
  }));
  let ownId = start.draft.messageId;
  const change = (next: Pick<Draft, 'text' | 'attachments'>): void => {
    ownId = idOfChanged(draft.value, ownId);
    draft.value = { text: next.text, attachments: next.attachments, messageId: ownId, savedAtMs: Date.now() };
    save();
  };

  return {
    threadId,
    draft,
    focused,
    mentions,
    setText: (text) => change({ ...draft.value, text }),
    attach: (attachment) => {
      if (draft.value.attachments.some((entry) => isSame(entry, attachment))) return;
      change({ ...draft.value, attachments: [...draft.value.attachments, attachment] });
    },
    detach: (index) => change({ ...draft.value, attachments: draft.value.attachments.toSpliced(index, 1) }),
    show: (id, shown) => {
      flush();
      threadId.value = id;
      draft.value = shown;
      ownId = undefined;
      mentions.value = {};
      keeper.keepLocally(unsentDraft(keeper.outgoing(id), shown));
    },
    rename: (id) => {
      flush();
      threadId.value = id;
      save();
    },
    take: () => {
      const taken = draft.value;
      if (isEmptyDraft(taken)) return undefined;
      draft.value = EMPTY_DRAFT;
      mentions.value = {};
      ownId = undefined;
      return { ...taken, messageId: taken.messageId ?? crypto.randomUUID() };
    },
    giveBack: (message) => {
      draft.value = { ...unsentDraft([message], draft.value), savedAtMs: Date.now() };
      save();
    },
    focus: () => {
      focused.value += 1;
    },
    flush,
    save,
  };
}

/**
 * A message that may have been sent already gets a new id once it is changed. `ownId` is that of what is being written here, or
 * was by an earlier page: the host still knows it by its id, and has its images.
 */
function idOfChanged({ messageId }: Draft, ownId: string | undefined): string {
  return messageId !== undefined && messageId === ownId ? messageId : crypto.randomUUID();
}

/** Whether the draft holds the message already, as the copy of a composer that was left while the message was on its way. */
export function holds(draft: Draft, { messageId, text }: Pick<Draft, 'messageId' | 'text'>): boolean {
  return messageId === draft.messageId || (text !== '' && `${draft.text}\n\n`.startsWith(`${text}\n\n`));
}

/** Saves locally at once, and at the host within {@link HOST_DELAY_MS}. */
function createDraftSaver(
  keeper: DraftKeeper,
  latest: () => { threadId: string; draft: Draft },
): Pick<ComposerState, 'save' | 'flush'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    const { threadId, draft } = latest();
    keeper.keepAtHost(threadId, draft);
  };
  return {
    flush,
    save: () => {
      keeper.keepLocally(latest().draft);
      timer ??= setTimeout(flush, HOST_DELAY_MS);
    },
  };
}

type Unsent = Pick<Draft, 'text' | 'attachments' | 'messageId'>;

/** One draft of everything that the server has not confirmed: the messages on their way, then what is being written. */
export function unsentDraft(outgoing: readonly Unsent[], draft: Draft): Draft {
  const parts: readonly Unsent[] = isEmptyDraft(draft) ? outgoing : [...outgoing, draft];
  const [only] = parts;
  if (only === undefined)
    return { ...EMPTY_DRAFT, ...(draft.savedAtMs !== undefined && { savedAtMs: draft.savedAtMs }) };
  // a single message keeps its id, so that it is known again if it has arrived after all
  const messageId = parts.length === 1 ? only.messageId : draft.messageId;
  return {
    text: parts
      .map((part) => part.text)
      .filter((text) => text !== '')
      .join('\n\n'),
    attachments: parts.flatMap((part) => part.attachments),
    ...(messageId !== undefined && { messageId }),
    savedAtMs: Math.max(draft.savedAtMs ?? 0, Date.now()),
  };
}

function isSame(one: Attachment, other: Attachment): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
