// Tools that a client brings along: how they are described, how the server calls them, and what they answer.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { JsonValue } from './common.ts';
import { DynamicToolContent } from './item.ts';

/** `inputSchema` is a JSON Schema of an object. `deferLoading` is accepted; the tool is told to the model at once all the same. */
const functionTool = () => ({
  type: z.literal('function'),
  name: z.string(),
  description: z.string(),
  inputSchema: JsonValue(),
  deferLoading: z.boolean().nullish(),
});

export const DynamicToolFunction = lazy(() => z.object(functionTool()));
export type DynamicToolFunction = Infer<typeof DynamicToolFunction>;

/** A tool, or several under one name. */
export const DynamicToolSpec = lazy(() =>
  z.discriminatedUnion('type', [
    DynamicToolFunction(),
    z.object({
      type: z.literal('namespace'),
      name: z.string(),
      description: z.string(),
      tools: z.array(DynamicToolFunction()),
    }),
  ]),
);
export type DynamicToolSpec = Infer<typeof DynamicToolSpec>;

/** `callId` is also the id of the `dynamicToolCall` item. */
export const DynamicToolCallParams = lazy(() =>
  z.object({
    threadId: z.string(),
    turnId: z.string(),
    callId: z.string(),
    namespace: z.string().nullable(),
    tool: z.string(),
    arguments: JsonValue(),
  }),
);
export type DynamicToolCallParams = Infer<typeof DynamicToolCallParams>;

export const DynamicToolCallResult = lazy(() =>
  z.object({ contentItems: z.array(DynamicToolContent()), success: z.boolean() }),
);
export type DynamicToolCallResult = Infer<typeof DynamicToolCallResult>;
