// The items of the Responses API that a client may put before the model.
import * as z from 'zod';
import { lazy, members, type Infer } from '../define.ts';

const Content = lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('input_text'), text: z.string() }),
    z.object({ type: z.literal('output_text'), text: z.string() }),
    z.object({ type: z.literal('input_image'), image_url: z.string(), detail: z.string().optional() }),
  ]),
);

const id = members(() => ({ id: z.string().optional() }));
const output = () => ({ call_id: z.string(), output: z.union([z.string(), z.array(Content())]) });

export const InjectedItem = lazy(() =>
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('message'),
      ...id(),
      role: z.enum(['developer', 'user', 'assistant']),
      content: z.array(Content()),
      phase: z.string().optional(),
    }),
    z.object({
      type: z.literal('reasoning'),
      ...id(),
      summary: z.array(z.object({ type: z.literal('summary_text'), text: z.string() })),
      content: z.array(z.object({ type: z.literal('reasoning_text'), text: z.string() })).optional(),
      encrypted_content: z.string().optional(),
    }),
    z.object({
      type: z.literal('function_call'),
      ...id(),
      call_id: z.string(),
      name: z.string(),
      namespace: z.string().optional(),
      arguments: z.string(),
    }),
    z.object({ type: z.literal('function_call_output'), ...output() }),
    z.object({
      type: z.literal('custom_tool_call'),
      ...id(),
      call_id: z.string(),
      name: z.string(),
      input: z.string(),
    }),
    z.object({ type: z.literal('custom_tool_call_output'), ...output() }),
  ]),
);
export type InjectedItem = Infer<typeof InjectedItem>;

export const ThreadInjectItemsParams = lazy(() =>
  z.object({ threadId: z.string(), items: z.array(InjectedItem()).min(1) }),
);
export type ThreadInjectItemsParams = Infer<typeof ThreadInjectItemsParams>;
