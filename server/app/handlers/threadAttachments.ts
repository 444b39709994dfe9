// What clients attach to threads.
import type { Attachment } from '../../core/thread/threadShelf.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { ThreadAttachment } from '../../protocol/schema/threadShelf.ts';
import { Reply } from '../../rpc/incoming.ts';
import { pageOf } from '../paging.ts';
import type { Handler } from '../requestContext.ts';
import { storedThread } from '../threadHistory.ts';

const LARGEST_PAYLOAD = 65_536;

export const threadAttachmentAdd: Handler<'thread/attachment/add'> = async (context, params) => {
  const { threadId, attachmentType, identityKey, payload } = params;
  const wrong = (message: string): ProtocolError => new ProtocolError('invalidParams', message);
  if (attachmentType === '') throw wrong('attachmentType must not be empty');
  if (identityKey === '') throw wrong('identityKey must not be empty');
  if (new TextEncoder().encode(JSON.stringify(payload)).length > LARGEST_PAYLOAD)
    throw wrong(`attachment payload must not exceed ${LARGEST_PAYLOAD} bytes`);
  const threads = await context.threadList();
  storedThread(threads, threadId, (id) => `thread not found: ${id}`);
  const { isNew, attachment } = threads.store.shelf.attach(threadId, {
    id: context.app.ids.next(),
    type: attachmentType,
    identity: identityKey,
    payload,
    createdAtMs: context.app.clock.nowMs(),
  });
  const result = { outcome: isNew ? ('created' as const) : ('existing' as const), attachment: shown(attachment) };
  if (!isNew) return result;
  const change = { threadId, attachmentType, identityKey, attachmentId: attachment.id, operation: 'created' } as const;
  return new Reply(result, () => context.fanout.publish({ method: 'thread/attachment/updated', params: change }));
};

export const threadAttachmentRemove: Handler<'thread/attachment/remove'> = async (context, params) => {
  const { threadId, attachmentType, identityKey } = params;
  const { shelf } = (await context.threadList()).store;
  const attachmentId = shelf.detach(threadId, attachmentType, identityKey);
  if (attachmentId === undefined) return {};
  const change = { threadId, attachmentType, identityKey, attachmentId, operation: 'deleted' } as const;
  return new Reply({}, () => context.fanout.publish({ method: 'thread/attachment/updated', params: change }));
};

export const threadAttachmentList: Handler<'thread/attachment/list'> = async (context, params) => {
  const found = (await context.threadList()).store.shelf.attachments(params.threadId, pageOf(params, 'asc'));
  return { data: found.data.map(shown), nextCursor: found.nextCursor };
};

export const threadAttachmentOwnerList: Handler<'thread/attachmentOwner/list'> = async (context, params) => {
  const of = { type: params.attachmentType, identity: params.identityKey, archived: params.archived ?? null };
  const found = (await context.threadList()).store.shelf.owners(of, pageOf(params, 'asc'));
  return { data: found.data.map((owner) => ({ ...owner })), nextCursor: found.nextCursor };
};

function shown({ id, type, identity, payload, createdAtMs }: Attachment): ThreadAttachment {
  return { id, attachmentType: type, identityKey: identity, payload, createdAt: Math.floor(createdAtMs / 1000) };
}
