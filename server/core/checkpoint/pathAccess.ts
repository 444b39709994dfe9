// The port through which paths are looked at and put back as they were.
import type { PathState } from './pathState.ts';

/** A path as it is now; of a file also when it was changed last. */
export interface Looked {
  readonly state: PathState | null;
  /** Unix milliseconds; null for everything but files. */
  readonly modifiedAtMs: number | null;
}

/**
 * Every method takes a path whose folders are resolved, follows no link, and rejects when something on the way to it has become one. Errors
 * carry the operating system's code in `code`.
 */
export interface PathAccess {
  /** The path with the links on the way to it resolved, but not the one that it may be itself. */
  resolve(path: string): Promise<string>;
  /** Contents of large files are not read. Never rejects for what is not there, or not to be reached any more. */
  look(path: string): Promise<Looked>;
  /** The old bytes or the new ones, never half; null: permissions stay, or are those of any new file. */
  write(path: string, bytes: Uint8Array, mode: number | null): Promise<void>;
  /** Replaces a link or makes one. */
  link(path: string, target: string): Promise<void>;
  /** A file or a link. */
  remove(path: string): Promise<void>;
  makeFolder(path: string, mode: number): Promise<void>;
  /** Says whether it is gone: a folder that is not empty stays. */
  removeFolder(path: string): Promise<boolean>;
  chmod(path: string, mode: number): Promise<void>;
  /** Removes what a process that was killed left half-written in the folder of the path. */
  tidy(path: string): Promise<void>;
}
