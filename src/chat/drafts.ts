// What stands unsent in the composers of this workspace, beyond the life of the page and of the window.
import type { Attachment, Draft } from '../../server/protocol/chatBridge.ts';
import { Emitter } from '../emitter.ts';

/** The part of the editor's memento that is used. */
export interface DraftMemory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

export const EMPTY_DRAFT: Draft = { text: '', attachments: [] };

const PREFIX = 'bowline.draft:';

export class Drafts {
  readonly #memory: DraftMemory;
  readonly #typed = new Emitter<void>();
  /** The user is writing: a draft that holds text was saved. */
  readonly onDidType = this.#typed.event;

  constructor(memory: DraftMemory) {
    this.#memory = memory;
  }

  /** The draft of a thread; `null` is the new conversation. */
  get(threadId: string | null): Draft {
    const stored = this.#memory.get(PREFIX + (threadId ?? ''));
    return isDraft(stored) ? stored : EMPTY_DRAFT;
  }

  async set(threadId: string | null, draft: Draft): Promise<void> {
    if (draft.text !== '') this.#typed.fire();
    const isEmpty = draft.text === '' && draft.attachments.length === 0;
    await this.#memory.update(PREFIX + (threadId ?? ''), isEmpty ? undefined : draft);
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null || !('text' in value) || !('attachments' in value)) return false;
  return typeof value.text === 'string' && Array.isArray(value.attachments) && value.attachments.every(isAttachment);
}

function isAttachment(value: unknown): value is Attachment {
  return typeof value === 'object' && value !== null && 'type' in value && 'name' in value;
}
