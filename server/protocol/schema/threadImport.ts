// Importing the threads that the reference server keeps in its own home.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

/** `folder`: a home of the reference; null or absent for the usual one (CODEX_HOME, or ~/.codex). */
export const ThreadImportParams = lazy(() => z.object({ folder: z.string().nullish() }));
export type ThreadImportParams = Infer<typeof ThreadImportParams>;

export const ThreadImportDetectResult = lazy(() =>
  z.object({
    /** Absolute. */
    folder: z.string(),
    /** How many threads are in it. */
    total: z.number(),
    /** Those that were never imported here. */
    fresh: z.number(),
  }),
);
export type ThreadImportDetectResult = Infer<typeof ThreadImportDetectResult>;

/** A thread that was left alone, or a file that could not be read. */
const LeftOut = lazy(() => z.object({ subject: z.string(), reason: z.string() }));

export const ThreadImportStartResult = lazy(() =>
  z.object({
    imported: z.number(),
    updated: z.number(),
    upToDate: z.number(),
    /** For a reason that is no fault: it was continued here, deleted here, or is in use. */
    skipped: z.array(LeftOut()),
    failed: z.array(LeftOut()),
    /** All of it in a line for the user. */
    summary: z.string(),
    /** It was stopped before the end; what was imported stays. */
    isStopped: z.boolean(),
  }),
);
export type ThreadImportStartResult = Infer<typeof ThreadImportStartResult>;

export const ThreadImportProgress = lazy(() => z.object({ done: z.number(), total: z.number() }));
