// Finding files by a part of their path, once or while the user types.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

/** A newer search of the same connection with the same token ends the older one, which is answered with no files. */
export const FuzzyFileSearchParams = lazy(() =>
  z.object({ query: z.string(), roots: z.array(z.string()), cancellationToken: z.string().nullish() }),
);
export type FuzzyFileSearchParams = Infer<typeof FuzzyFileSearchParams>;

/** `path` is relative to `root`, with slashes. `indices`: the characters of `path` that fit, counted in code points. */
export const FoundFile = lazy(() =>
  z.object({
    root: z.string(),
    path: z.string(),
    match_type: z.enum(['file', 'directory']),
    file_name: z.string(),
    score: z.int().nonnegative(),
    indices: z.array(z.int().nonnegative()).nullable(),
  }),
);
export type FoundFile = Infer<typeof FoundFile>;

/** Best first. */
export const FuzzyFileSearchResult = lazy(() => z.object({ files: z.array(FoundFile()) }));

export const FileSearchStartParams = lazy(() => z.object({ sessionId: z.string(), roots: z.array(z.string()) }));
export const FileSearchUpdateParams = lazy(() => z.object({ sessionId: z.string(), query: z.string() }));
export const FileSearchSessionId = lazy(() => z.object({ sessionId: z.string() }));

export const FileSearchUpdated = lazy(() =>
  z.object({ sessionId: z.string(), query: z.string(), files: z.array(FoundFile()) }),
);
