// The history of a thread in pages: its turns, and its items with or without their outputs.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { page, pageEnds, SortDirection } from './common.ts';
import { ThreadItem } from './item.ts';
import { Turn, TurnItemsView } from './turn.ts';

export const ThreadTurnsListParams = lazy(() =>
  z.object({
    threadId: z.string(),
    ...page(),
    sortDirection: SortDirection().nullish(),
    itemsView: TurnItemsView().nullish(),
  }),
);
export type ThreadTurnsListParams = Infer<typeof ThreadTurnsListParams>;

export const ThreadTurnsListResult = lazy(() => z.object({ data: z.array(Turn()), ...pageEnds() }));
export type ThreadTurnsListResult = Infer<typeof ThreadTurnsListResult>;

export const InitialTurnsPageParams = lazy(() =>
  z.object({
    limit: z.number().int().nonnegative().nullish(),
    sortDirection: SortDirection().nullish(),
    itemsView: TurnItemsView().nullish(),
  }),
);
export type InitialTurnsPageParams = Infer<typeof InitialTurnsPageParams>;

/** An item of the turn: what comes after it in the direction of the page, without itself. */
export const ThreadItemsListAnchor = lazy(() => z.object({ type: z.literal('item'), itemId: z.string() }));
export type ThreadItemsListAnchor = Infer<typeof ThreadItemsListAnchor>;

/** Whose outputs are left out, to be fetched by `thread/items/read`: commands that succeeded, and such calls whose result is text alone. */
export const ThreadItemOutputDeferral = lazy(() =>
  z.object({ commandExecution: z.boolean().nullish(), mcpToolCall: z.boolean().nullish() }),
);
export type ThreadItemOutputDeferral = Infer<typeof ThreadItemOutputDeferral>;

/** The result of an MCP tool call that is text and nothing else. */
export const PlainTextResult = lazy(() =>
  z.looseObject({
    content: z.array(z.looseObject({ type: z.literal('text') })).min(1),
    structuredContent: z.null().optional(),
  }),
);
export type PlainTextResult = Infer<typeof PlainTextResult>;

/** An anchor as cursor needs `turnId`; so does `deferOutput`, which is without effect on the list of the whole thread. */
export const ThreadItemsListParams = lazy(() =>
  z.object({
    threadId: z.string(),
    turnId: z.string().nullish(),
    ...page(),
    cursor: z.union([z.string(), ThreadItemsListAnchor()]).nullish(),
    sortDirection: SortDirection().nullish(),
    deferOutput: ThreadItemOutputDeferral().nullish(),
  }),
);
export type ThreadItemsListParams = Infer<typeof ThreadItemsListParams>;

/** Times are Unix milliseconds. */
export const ThreadItemEntry = lazy(() =>
  z.object({
    turnId: z.string(),
    item: ThreadItem(),
    /** The output was left out; `thread/items/read` gives the whole item. */
    outputDeferred: z.boolean().optional(),
    startedAtMs: z.number().nullable(),
    completedAtMs: z.number().nullable(),
  }),
);
export type ThreadItemEntry = Infer<typeof ThreadItemEntry>;

export const ThreadItemsListResult = lazy(() => z.object({ data: z.array(ThreadItemEntry()), ...pageEnds() }));
export type ThreadItemsListResult = Infer<typeof ThreadItemsListResult>;

export const ThreadItemsReadParams = lazy(() =>
  z.object({ threadId: z.string(), turnId: z.string(), itemIds: z.array(z.string()) }),
);
export type ThreadItemsReadParams = Infer<typeof ThreadItemsReadParams>;

/** In the order of the turn, each once; items that are not there are left out. */
export const ThreadItemsReadResult = lazy(() => z.object({ data: z.array(ThreadItemEntry()) }));
export type ThreadItemsReadResult = Infer<typeof ThreadItemsReadResult>;
