// The port behind `fs/*`: files with the rights of the user, for the client itself and never for the model.
import type { FsGetMetadataResult, FsReadDirectoryResult } from '../../protocol/schema/fs.ts';

/**
 * Every path is absolute. Links are followed, except by `remove` and by `copy`, which copies the link. A failure of the system carries its
 * code in `code` (ENOENT, EACCES, ...); what is refused is a ProtocolError invalidRequest. The content of the user's key file is never
 * read, replaced or removed, whatever name leads to it.
 */
export interface HostFiles {
  /** Regular files alone, up to a size that one message can carry. */
  read(path: string): Promise<Uint8Array>;
  /** The old bytes or the new ones, never half; the mode stays. */
  write(path: string, bytes: Uint8Array): Promise<void>;
  createDirectory(path: string, isRecursive: boolean): Promise<void>;
  metadata(path: string): Promise<FsGetMetadataResult>;
  /** Links that lead nowhere are left out. */
  list(path: string): Promise<FsReadDirectoryResult['entries']>;
  remove(path: string, how: { readonly isRecursive: boolean; readonly isForced: boolean }): Promise<void>;
  copy(source: string, destination: string, isRecursive: boolean): Promise<void>;
  /** Watches a file, the direct entries of a folder, or what may come to be there. */
  watch(path: string, changed: ChangedPaths): Promise<PathWatch>;
}

/** Paths that changed since the last call, sorted. The watched path itself means that anything there may have changed. */
export type ChangedPaths = (paths: readonly string[]) => void;

export interface PathWatch {
  close(): void;
}
