// Reviews of code changes.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';
import { Turn } from './turn.ts';

const filled = () => z.string().refine((text) => text.trim() !== '', 'must not be empty');

export const ReviewTarget = lazy(() =>
  z.discriminatedUnion('type', [
    /** The working tree: staged, unstaged and untracked. */
    z.object({ type: z.literal('uncommittedChanges') }),
    z.object({ type: z.literal('baseBranch'), branch: filled() }),
    z.object({ type: z.literal('commit'), sha: filled(), title: z.string().nullish() }),
    z.object({ type: z.literal('custom'), instructions: filled() }),
  ]),
);
export type ReviewTarget = Infer<typeof ReviewTarget>;

export const ReviewStartParams = lazy(() =>
  z.object({ threadId: z.string(), target: ReviewTarget(), delivery: z.enum(['inline']).nullish() }),
);
export type ReviewStartParams = Infer<typeof ReviewStartParams>;

/** The turn's items are one message with what is reviewed. `turn/started` follows under another id, whose `rootTurnId` is this turn's. */
export const ReviewStartResult = lazy(() => z.object({ turn: Turn(), reviewThreadId: z.string() }));
export type ReviewStartResult = Infer<typeof ReviewStartResult>;

/** What a reviewer is asked to answer with, as far as it is used. */
export const ReviewAnswer = lazy(() =>
  z.object({
    findings: z.array(
      z.object({
        title: z.string(),
        body: z.string(),
        priority: z.number().nullish(),
        code_location: z.object({
          absolute_file_path: z.string(),
          line_range: z.object({ start: z.number(), end: z.number() }),
        }),
      }),
    ),
    overall_explanation: z.string().nullish(),
    overall_correctness: z.string().nullish(),
  }),
);
export type ReviewAnswer = Infer<typeof ReviewAnswer>;
