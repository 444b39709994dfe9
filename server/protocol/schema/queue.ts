// The queue of a thread: prompts that wait for the running turn's end.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { UserInput } from './item.ts';
import { Turn } from './turn.ts';

const metadata = lazy(() => z.record(z.string(), z.string()));

export const QueuedSubmission = lazy(() =>
  z.object({
    id: z.string(),
    input: z.array(UserInput()),
    clientUserMessageId: z.string(),
    /** The client's own, kept with the prompt. */
    responsesapiClientMetadata: metadata().nullable(),
  }),
);
export type QueuedSubmission = Infer<typeof QueuedSubmission>;

/** The same `clientUserMessageId` is queued once, and never once it has been sent. */
export const ThreadQueueAddParams = lazy(() =>
  z.object({
    threadId: z.string(),
    input: z.array(UserInput()),
    clientUserMessageId: z.string(),
    responsesapiClientMetadata: metadata().nullish(),
  }),
);
export type ThreadQueueAddParams = Infer<typeof ThreadQueueAddParams>;

export const ThreadQueuedResult = lazy(() => z.object({ queuedSubmission: QueuedSubmission() }));
export type ThreadQueuedResult = Infer<typeof ThreadQueuedResult>;

export const ThreadQueueListParams = lazy(() =>
  z.object({
    threadId: z.string(),
    cursor: z.string().nullish(),
    limit: z.number().int().nonnegative().nullish(),
  }),
);
export type ThreadQueueListParams = Infer<typeof ThreadQueueListParams>;

export const ThreadQueueListResult = lazy(() =>
  z.object({ data: z.array(QueuedSubmission()), nextCursor: z.string().nullable() }),
);
export type ThreadQueueListResult = Infer<typeof ThreadQueueListResult>;

export const ThreadQueueUpdateParams = lazy(() =>
  z.object({
    threadId: z.string(),
    queuedSubmissionId: z.string(),
    input: z.array(UserInput()),
    responsesapiClientMetadata: metadata().nullish(),
  }),
);
export type ThreadQueueUpdateParams = Infer<typeof ThreadQueueUpdateParams>;

export const ThreadQueueDeleteParams = lazy(() => z.object({ threadId: z.string(), queuedSubmissionId: z.string() }));
export type ThreadQueueDeleteParams = Infer<typeof ThreadQueueDeleteParams>;

export const ThreadQueueDeleteResult = lazy(() => z.object({ deleted: z.boolean() }));
export type ThreadQueueDeleteResult = Infer<typeof ThreadQueueDeleteResult>;

/** Names every queued prompt once. */
export const ThreadQueueReorderParams = lazy(() =>
  z.object({ threadId: z.string(), queuedSubmissionIds: z.array(z.string()) }),
);
export type ThreadQueueReorderParams = Infer<typeof ThreadQueueReorderParams>;

/** Without an id the first one is sent. */
export const ThreadQueueStartParams = lazy(() =>
  z.object({ threadId: z.string(), queuedSubmissionId: z.string().nullish() }),
);
export type ThreadQueueStartParams = Infer<typeof ThreadQueueStartParams>;

export const ThreadQueueStartResult = lazy(() => z.object({ turn: Turn() }));
export type ThreadQueueStartResult = Infer<typeof ThreadQueueStartResult>;
