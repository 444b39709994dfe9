// What is kept beside a thread: its section, what of it was read, its attachments, and changes of what was noted about it.
import * as z from 'zod';
import { lazy, members, type Infer } from '../define.ts';
import { JsonValue, page } from './common.ts';

/** The id of the section that every home has. */
export const PINNED_SECTION_ID = '01984de2-8f74-7c91-a3b2-5c5e937cf318';

const SectionAppearance = lazy(() => z.object({ icon: z.string().nullable(), color: z.string().nullable() }));

export const ThreadSection = lazy(() =>
  z.object({ id: z.string(), name: z.string(), appearance: SectionAppearance().nullable() }),
);
export type ThreadSection = Infer<typeof ThreadSection>;

export const ThreadSectionListParams = lazy(() => z.object(page()));
export type ThreadSectionListParams = Infer<typeof ThreadSectionListParams>;

export const ThreadSectionListResult = lazy(() =>
  z.object({ data: z.array(ThreadSection()), nextCursor: z.string().nullable() }),
);
export type ThreadSectionListResult = Infer<typeof ThreadSectionListResult>;

export const ThreadSectionCreateParams = lazy(() =>
  z.object({ name: z.string(), appearance: SectionAppearance().nullish() }),
);
export type ThreadSectionCreateParams = Infer<typeof ThreadSectionCreateParams>;

/** Without `appearance` it stays as it is. */
export const ThreadSectionUpdateParams = lazy(() =>
  z.object({ sectionId: z.string(), name: z.string(), appearance: SectionAppearance().nullish() }),
);
export type ThreadSectionUpdateParams = Infer<typeof ThreadSectionUpdateParams>;

export const ThreadSectionResult = lazy(() => z.object({ section: ThreadSection() }));
export type ThreadSectionResult = Infer<typeof ThreadSectionResult>;

export const ThreadSectionDeleteParams = lazy(() => z.object({ sectionId: z.string() }));
export type ThreadSectionDeleteParams = Infer<typeof ThreadSectionDeleteParams>;

/** Without `beforeThreadId` the thread goes to the end of the section. */
export const ThreadSectionMoveParams = lazy(() =>
  z.object({ threadId: z.string(), sectionId: z.string().nullable(), beforeThreadId: z.string().nullish() }),
);
export type ThreadSectionMoveParams = Infer<typeof ThreadSectionMoveParams>;

export const ThreadSectionChanged = lazy(() => z.object({ threadId: z.string(), sectionId: z.string().nullable() }));
export type ThreadSectionChanged = Infer<typeof ThreadSectionChanged>;

/** `firstUnread` is null when all was read. An update names the `revision` that its client has seen. */
export const ThreadReadState = lazy(() =>
  z.object({
    firstUnread: z
      .discriminatedUnion('type', [
        z.object({ type: z.literal('threadStart') }),
        z.object({ type: z.literal('turn'), turnId: z.string() }),
      ])
      .nullable(),
    revision: z.string(),
  }),
);
export type ThreadReadState = Infer<typeof ThreadReadState>;

export const ThreadReadStateUpdateParams = lazy(() =>
  z.object({
    threadId: z.string(),
    operation: z.discriminatedUnion('type', [
      z.object({ type: z.literal('read') }),
      z.object({ type: z.literal('unread') }),
    ]),
    expectedRevision: z.string(),
  }),
);
export type ThreadReadStateUpdateParams = Infer<typeof ThreadReadStateUpdateParams>;

export const ThreadReadStateUpdateResult = lazy(() => z.object({ readState: ThreadReadState() }));
export type ThreadReadStateUpdateResult = Infer<typeof ThreadReadStateUpdateResult>;

export const ThreadReadStateChanged = lazy(() => z.object({ threadId: z.string(), readState: ThreadReadState() }));
export type ThreadReadStateChanged = Infer<typeof ThreadReadStateChanged>;

/** Of `gitInfo`, what is absent stays, null clears. */
export const ThreadMetadataUpdateParams = lazy(() =>
  z.object({
    threadId: z.string(),
    projectId: z.string().nullish(),
    gitInfo: z
      .object({ sha: z.string().nullish(), branch: z.string().nullish(), originUrl: z.string().nullish() })
      .nullish(),
  }),
);
export type ThreadMetadataUpdateParams = Infer<typeof ThreadMetadataUpdateParams>;

/** `createdAt` is in Unix seconds. */
export const ThreadAttachment = lazy(() =>
  z.object({
    id: z.string(),
    attachmentType: z.string(),
    identityKey: z.string(),
    payload: JsonValue(),
    createdAt: z.number(),
  }),
);
export type ThreadAttachment = Infer<typeof ThreadAttachment>;

const identity = members(() => ({ attachmentType: z.string(), identityKey: z.string() }));

export const ThreadAttachmentAddParams = lazy(() =>
  z.object({ threadId: z.string(), ...identity(), payload: JsonValue() }),
);
export type ThreadAttachmentAddParams = Infer<typeof ThreadAttachmentAddParams>;

export const ThreadAttachmentAddResult = lazy(() =>
  z.object({ outcome: z.enum(['created', 'existing']), attachment: ThreadAttachment() }),
);
export type ThreadAttachmentAddResult = Infer<typeof ThreadAttachmentAddResult>;

export const ThreadAttachmentListParams = lazy(() => z.object({ threadId: z.string(), ...page() }));
export type ThreadAttachmentListParams = Infer<typeof ThreadAttachmentListParams>;

export const ThreadAttachmentListResult = lazy(() =>
  z.object({ data: z.array(ThreadAttachment()), nextCursor: z.string().nullable() }),
);
export type ThreadAttachmentListResult = Infer<typeof ThreadAttachmentListResult>;

export const ThreadAttachmentRemoveParams = lazy(() => z.object({ threadId: z.string(), ...identity() }));
export type ThreadAttachmentRemoveParams = Infer<typeof ThreadAttachmentRemoveParams>;

export const ThreadAttachmentOwnerListParams = lazy(() =>
  z.object({ ...identity(), archived: z.boolean().nullish(), ...page() }),
);
export type ThreadAttachmentOwnerListParams = Infer<typeof ThreadAttachmentOwnerListParams>;

export const ThreadAttachmentOwnerListResult = lazy(() =>
  z.object({
    data: z.array(z.object({ threadId: z.string(), archived: z.boolean() })),
    nextCursor: z.string().nullable(),
  }),
);
export type ThreadAttachmentOwnerListResult = Infer<typeof ThreadAttachmentOwnerListResult>;

export const ThreadAttachmentUpdated = lazy(() =>
  z.object({
    threadId: z.string(),
    ...identity(),
    attachmentId: z.string(),
    operation: z.enum(['created', 'deleted']),
  }),
);
export type ThreadAttachmentUpdated = Infer<typeof ThreadAttachmentUpdated>;
