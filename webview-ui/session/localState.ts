// What the page keeps for itself across a reload: the draft, the place it was scrolled to, and what was unfolded.
import type { Attachment, Draft } from '../../server/protocol/chatBridge.ts';
import { parseCardDrafts, type CardDrafts } from '../questions/questionDraft.ts';
import type { OpenEdit } from '../queue/queueParts.ts';

/** Where the transcript stood: at its end, or with a row's top `offset` pixels above the upper edge. */
export type ScrollPlace =
  | { readonly type: 'end' }
  | { readonly type: 'row'; readonly key: string; readonly offset: number };

export interface LocalState {
  /** "" is the conversation that does not exist yet. */
  readonly threadId: string;
  readonly draft: Draft;
  readonly place: ScrollPlace;
  /** Row key -> unfolded; a row that is not named shows as its kind does by default. */
  readonly unfolded: Readonly<Record<string, boolean>>;
  /** What was chosen in question cards that are not sent. */
  readonly questionDrafts: CardDrafts;
  /** Changes of queued messages that are not saved yet, by the message's id. */
  readonly queueEdits: Readonly<Record<string, OpenEdit>>;
}

export const EMPTY_DRAFT: Draft = { text: '', attachments: [] };
export const NO_LOCAL_STATE: LocalState = {
  threadId: '',
  draft: EMPTY_DRAFT,
  place: { type: 'end' },
  unfolded: {},
  questionDrafts: {},
  queueEdits: {},
};

/** Reads what an earlier page left behind; anything that does not fit counts as nothing. */
export function parseLocalState(value: unknown): LocalState {
  if (!isRecord(value) || typeof value['threadId'] !== 'string') return NO_LOCAL_STATE;
  return {
    threadId: value['threadId'],
    draft: parseDraft(value['draft']),
    place: parsePlace(value['place']),
    unfolded: parseUnfolded(value['unfolded']),
    questionDrafts: parseCardDrafts(value['questionDrafts']),
    queueEdits: parseQueueEdits(value['queueEdits']),
  };
}

export function isEmptyDraft(draft: Draft): boolean {
  return draft.text.trim() === '' && draft.attachments.length === 0;
}

/** Of two copies of a draft the one that was changed last; the host's copy when neither says. */
export function newerDraft(local: Draft, fromHost: Draft): Draft {
  if ((local.savedAtMs ?? 0) <= (fromHost.savedAtMs ?? 0)) return fromHost;
  // images are too large to be kept locally; they are on the host's copy of the same message
  const images = fromHost.messageId === local.messageId ? fromHost.attachments.filter(isImage) : [];
  return { ...local, attachments: [...local.attachments.filter((entry) => !isImage(entry)), ...images] };
}

/** The draft without what is too large to be kept on each keystroke. */
export function withoutImages(draft: Draft): Draft {
  return { ...draft, attachments: draft.attachments.filter((entry) => !isImage(entry)) };
}

function isImage(attachment: Attachment): boolean {
  return attachment.type === 'image';
}

function parseDraft(value: unknown): Draft {
  if (!isRecord(value) || typeof value['text'] !== 'string' || !Array.isArray(value['attachments'])) return EMPTY_DRAFT;
  const attachments: unknown[] = value['attachments'];
  return {
    text: value['text'],
    attachments: attachments.filter(isAttachment),
    ...(typeof value['messageId'] === 'string' && { messageId: value['messageId'] }),
    ...(typeof value['savedAtMs'] === 'number' && { savedAtMs: value['savedAtMs'] }),
  };
}

function isAttachment(value: unknown): value is Attachment {
  if (!isRecord(value) || typeof value['name'] !== 'string') return false;
  switch (value['type']) {
    case 'file':
      return typeof value['path'] === 'string';
    case 'selection':
      return (
        typeof value['path'] === 'string' &&
        typeof value['text'] === 'string' &&
        typeof value['startLine'] === 'number' &&
        typeof value['endLine'] === 'number'
      );
    case 'image':
      return typeof value['url'] === 'string';
    default:
      return false;
  }
}

function parsePlace(value: unknown): ScrollPlace {
  if (!isRecord(value) || typeof value['key'] !== 'string' || typeof value['offset'] !== 'number')
    return { type: 'end' };
  return { type: 'row', key: value['key'], offset: value['offset'] };
}

function parseUnfolded(value: unknown): Record<string, boolean> {
  if (!isRecord(value)) return {};
  const unfolded: Record<string, boolean> = {};
  for (const [key, open] of Object.entries(value)) if (typeof open === 'boolean') unfolded[key] = open;
  return unfolded;
}

function parseQueueEdits(value: unknown): Record<string, OpenEdit> {
  if (!isRecord(value)) return {};
  const edits: Record<string, OpenEdit> = {};
  for (const [id, edit] of Object.entries(value)) {
    if (!isRecord(edit) || !Array.isArray(edit['removed'])) continue;
    const { threadId, text, before } = edit;
    if (typeof threadId !== 'string' || typeof text !== 'string' || typeof before !== 'string') continue;
    const removed = edit['removed'].filter((index) => typeof index === 'number');
    // what was being saved when the page was left is saved again by the user
    edits[id] = { threadId, text, before, removed, isSaving: false };
  }
  return edits;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
