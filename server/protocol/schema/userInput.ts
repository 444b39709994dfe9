// Questions of the agent to the user: one to three, each with choices, in plan mode.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

export const UserQuestion = lazy(() =>
  z.object({
    id: z.string(),
    /** A few words. */
    header: z.string(),
    question: z.string(),
    /** The client offers free text beside the choices. */
    isOther: z.boolean(),
    isSecret: z.boolean(),
    options: z.array(z.object({ label: z.string(), description: z.string() })).nullable(),
  }),
);
export type UserQuestion = Infer<typeof UserQuestion>;

export const ToolRequestUserInputParams = lazy(() =>
  z.object({
    threadId: z.string(),
    turnId: z.string(),
    /** Of the tool call; there is no item with it. */
    itemId: z.string(),
    questions: z.array(UserQuestion()),
    isBlocking: z.boolean(),
    autoResolutionMs: z.number().nullable(),
    /** Unix milliseconds; this server's own addition. */
    startedAtMs: z.number().default(0),
  }),
);
export type ToolRequestUserInputParams = Infer<typeof ToolRequestUserInputParams>;

/** By the ids of the questions: the labels of the choices, or what the user wrote. */
export const ToolRequestUserInputResult = lazy(() =>
  z.object({ answers: z.record(z.string(), z.object({ answers: z.array(z.string()) })) }),
);
export type ToolRequestUserInputResult = Infer<typeof ToolRequestUserInputResult>;
