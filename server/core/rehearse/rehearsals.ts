// The port behind which a command is tried in a scratch copy of the workspace.
import type { FileEffect } from '../turn/tool.ts';

export interface TriedCommand {
  readonly argv: readonly string[];
  /** Absolute; in the workspace. */
  readonly cwd: string;
  /** Absolute. */
  readonly workspace: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a trial did to one regular file. `path` has the workspace's own name. */
export interface TrialEffect extends FileEffect {
  /** With links resolved: where the bytes would really go. */
  readonly realPath: string;
  /** Permission bits afterwards; null when it is gone. */
  readonly mode: number | null;
  /** It belongs to a repository's own data. */
  readonly isGitData: boolean;
}

export interface Trial {
  readonly exitCode: number;
  /** stdout and stderr as they came, bounded. */
  readonly output: string;
  readonly durationMs: number;
  /** Sorted by path. */
  readonly effects: readonly TrialEffect[];
  /** What it could not show, in words for the user; null when nothing is known to be missing. */
  readonly limitation: string | null;
  /** Why the result cannot be written to the workspace as it is now, in words for the user; null when it can. */
  obstacle(): Promise<string | null>;
  /** Makes links and folders as the trial left them. Call when its files have been written. */
  writeRest(): Promise<void>;
}

export interface Rehearsals {
  /** Whether a command can be tried there: only where it can be contained. */
  canTry(place: Pick<TriedCommand, 'workspace' | 'cwd'>): Promise<boolean>;
  /** Rejects with the reason, in words for the user, when the workspace is too large or cannot be copied. Leaves nothing behind. */
  tryOut(command: TriedCommand, signal: AbortSignal): Promise<Trial>;
}
