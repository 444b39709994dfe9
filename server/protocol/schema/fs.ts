// Files on the server's machine for the client itself: read, written, copied, removed, watched, each by an absolute path.
import * as z from 'zod';
import { lazy, type Infer } from '../define.ts';

/** Params of the methods that need a path alone. It must be absolute. */
export const FsPathParams = lazy(() => z.object({ path: z.string() }));
export type FsPathParams = Infer<typeof FsPathParams>;

export const FsReadFileResult = lazy(() => z.object({ dataBase64: z.string() }));
export type FsReadFileResult = Infer<typeof FsReadFileResult>;

export const FsWriteFileParams = lazy(() => z.object({ path: z.string(), dataBase64: z.string() }));
export type FsWriteFileParams = Infer<typeof FsWriteFileParams>;

/** `recursive` makes the folders above it too, and is content with one that exists; true unless given. */
export const FsCreateDirectoryParams = lazy(() => z.object({ path: z.string(), recursive: z.boolean().nullish() }));
export type FsCreateDirectoryParams = Infer<typeof FsCreateDirectoryParams>;

/** `isDirectory` and `isFile` tell of what a link leads to. Unix milliseconds; 0 where the system does not know. */
export const FsGetMetadataResult = lazy(() =>
  z.object({
    isDirectory: z.boolean(),
    isFile: z.boolean(),
    isSymlink: z.boolean(),
    createdAtMs: z.int(),
    modifiedAtMs: z.int(),
  }),
);
export type FsGetMetadataResult = Infer<typeof FsGetMetadataResult>;

export const FsReadDirectoryResult = lazy(() =>
  z.object({
    entries: z.array(z.object({ fileName: z.string(), isDirectory: z.boolean(), isFile: z.boolean() })),
  }),
);
export type FsReadDirectoryResult = Infer<typeof FsReadDirectoryResult>;

/** Both are true unless given. */
export const FsRemoveParams = lazy(() =>
  z.object({ path: z.string(), recursive: z.boolean().nullish(), force: z.boolean().nullish() }),
);
export type FsRemoveParams = Infer<typeof FsRemoveParams>;

export const FsCopyParams = lazy(() =>
  z.object({ sourcePath: z.string(), destinationPath: z.string(), recursive: z.boolean().default(false) }),
);
export type FsCopyParams = Infer<typeof FsCopyParams>;

/** `watchId` is the client's own name for the watch, and belongs to its connection. */
export const FsWatchParams = lazy(() => z.object({ watchId: z.string(), path: z.string() }));
export type FsWatchParams = Infer<typeof FsWatchParams>;

export const FsUnwatchParams = lazy(() => z.object({ watchId: z.string() }));
export type FsUnwatchParams = Infer<typeof FsUnwatchParams>;

export const FsChanged = lazy(() => z.object({ watchId: z.string(), changedPaths: z.array(z.string()) }));
export type FsChanged = Infer<typeof FsChanged>;
