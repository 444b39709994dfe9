// The core's only doors to the world: clock, ids, model, commands, files, store, configuration, and the user who approves.
import type { ServerNotification } from '../protocol/methods.ts';
import type {
  CommandApprovalDecision,
  CommandApprovalParams,
  FileChangeApprovalDecision,
  FileChangeApprovalParams,
  PermissionsApprovalParams,
  PermissionsApprovalResult,
} from '../protocol/schema/approval.ts';
import type { SandboxPolicy } from '../protocol/schema/common.ts';
import type { DynamicToolCallParams, DynamicToolCallResult } from '../protocol/schema/dynamicTool.ts';
import type { Rehearsal } from '../protocol/schema/safety.ts';
import type { GitInfo } from '../protocol/schema/thread.ts';
import type { Step } from './checkpoint/pathState.ts';
import type { ToolRequestUserInputParams, ToolRequestUserInputResult } from '../protocol/schema/userInput.ts';
import type { ReadPlace } from './pathPolicy/reading.ts';
import type { ModelProvider } from './turn/modelPort.ts';
import type { Settings } from './settings.ts';

export interface Clock {
  /** Unix milliseconds. */
  nowMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

export interface Ids {
  /** A new UUIDv7: later ids sort after earlier ones of the same process. */
  next(): string;
}

export interface Log {
  debug(message: string, details?: Record<string, unknown>): void;
  warn(message: string, details?: Record<string, unknown>): void;
  error(message: string, details?: Record<string, unknown>): void;
}

/** Looks up the provider that a thread's settings name. Throws an AgentError that says what to do when it is not configured. */
export interface Models {
  provider(id: string): ModelProvider;
}

// --- commands -------------------------------------------------------------------------------------------------------

export interface CommandSpec {
  /** Program and arguments; no shell is added. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether the command wants a terminal; where the runtime has no pty a pipe stands in. */
  readonly tty: boolean;
  /** Kills the process group after this long; null for no limit. */
  readonly timeoutMs: number | null;
}

export type CommandExit =
  | { readonly type: 'exited'; readonly exitCode: number }
  | { readonly type: 'signalled'; readonly signal: string; readonly exitCode: number }
  | { readonly type: 'timedOut'; readonly exitCode: number }
  | { readonly type: 'failedToStart'; readonly message: string };

/** A started command. Whoever started it owns it and must see it ended: `kill` ends its whole process group. */
export interface RunningCommand {
  readonly pid: number | null;
  readonly isTerminal: boolean;
  /** stdout and stderr merged in order of arrival, decoded as UTF-8 with replacement, at most 8,192 characters a chunk. */
  onOutput(listener: (chunk: string) => void): void;
  write(text: string): void;
  closeStdin(): void;
  /** SIGTERM to the group, SIGKILL after a grace period; resolves when the group is gone. */
  kill(): Promise<void>;
  /** Resolves when the command has ended and its output has been delivered; never rejects. */
  readonly exited: Promise<CommandExit>;
}

export interface CommandRunner {
  start(spec: CommandSpec): RunningCommand;
}

export interface Shell {
  /** Absolute path, e.g. /bin/bash. */
  readonly path: string;
  /** The argument vector that runs `script`, as a login shell or not. */
  argv(script: string, login: boolean): string[];
}

export interface ShellEnvironment {
  shell(): Shell;
  /** The environment for commands: `[shell_environment_policy]` applied, with the login shell's PATH. Cached per policy. */
  variables(settings: Settings): Promise<Record<string, string>>;
}

// --- sandbox --------------------------------------------------------------------------------------------------------

export type SandboxState =
  | {
      readonly type: 'available';
      /** What contains the commands, e.g. "bubblewrap". */
      readonly backend: string;
    }
  | {
      readonly type: 'unavailable';
      /** In words for the user. */
      readonly reason: string;
      /** What to do about it, e.g. the line that installs what is missing. */
      readonly remedy: string | null;
      /** The server runs as root outside of a container: every command asks, also under full access. */
      readonly isRoot: boolean;
    };

export interface NetworkTarget {
  /** A name or an address, lower case. */
  readonly host: string;
  readonly port: number;
  readonly protocol: 'http' | 'https' | 'socks5Tcp';
}

export interface SandboxedCommand {
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The workspace of the thread, absolute. */
  readonly workspace: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** `readOnly` or `workspaceWrite`. */
  readonly policy: SandboxPolicy;
  /** It gets a terminal of its own; where its input is someone else's, it may not control that terminal. */
  readonly hasTerminal?: boolean;
  /** Decides on each host that the command reaches for; null: no network. */
  readonly network: ((target: NetworkTarget) => Promise<boolean>) | null;
}

/** What to start instead. It must be given to `after` when it has ended or was not started. */
export interface WrappedCommand {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly id: string;
}

/** Contains commands: what they write, read and reach. Fails closed: `wrap` rejects where `probe` says unavailable. */
export interface CommandSandbox {
  /** Whether commands can be contained here; found out once by running one. */
  probe(): Promise<SandboxState>;
  wrap(command: SandboxedCommand): Promise<WrappedCommand>;
  /** `wasKilled`: it did not end by itself. */
  after(wrapped: WrappedCommand, wasKilled: boolean): Promise<void>;
}

// --- files ----------------------------------------------------------------------------------------------------------

export type FileKind = 'file' | 'directory' | 'symlink' | 'other';

export interface FileStat {
  readonly kind: FileKind;
  readonly size: number;
  /** Unix milliseconds. */
  readonly modifiedAtMs: number;
  /** POSIX permission bits. */
  readonly mode: number;
  /** Names that the file has; 1 for nearly all. */
  readonly links: number;
}

/**
 * File access for the model. `realPath` and `stat` take any absolute path and follow links; every other method takes a real path, follows
 * no link, and refuses what was swapped since the path was decided on. Errors carry the operating system's code in `code` (ENOENT, EACCES,
 * ENOSPC, ...; ELOOP for what leads elsewhere).
 */
export interface Files {
  /** Regular files alone. */
  read(path: string): Promise<Uint8Array>;
  /**
   * Writes to a temporary file beside it and renames: the old bytes or the new ones, never half. Makes parent folders. Other names of the
   * same file (hard links) keep the old bytes.
   */
  write(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  remove(path: string): Promise<void>;
  /** Removes the folder if it is empty; says whether it did. */
  removeEmptyFolder(path: string): Promise<boolean>;
  /** Null when there is nothing. */
  stat(path: string): Promise<FileStat | null>;
  list(path: string): Promise<{ readonly name: string; readonly kind: FileKind }[]>;
  /** The path with every symbolic link resolved; for a path that does not exist, of its nearest existing parent plus the rest. */
  realPath(path: string): Promise<string>;
}

/** Knows what is kept from the model: by its name, by its place, and by the `.bowlineignore` files in the folders above it. */
export interface FileGuard {
  /** `path` is a real path. */
  placeOf(path: string): Promise<ReadPlace>;
  /** Those of the real paths that are not free to read. The `.bowlineignore` files of a folder are looked at once for all of them. */
  keptAmong(paths: readonly string[]): Promise<ReadonlySet<string>>;
  /** Whether a `.bowlineignore` lies in the folder or in one above it: then files of any name may be kept. */
  hasIgnoreFileAbove(path: string): boolean;
}

/** Runs ripgrep with arguments; `missing` when no `rg` can be found. */
export interface TextSearch {
  run(args: readonly string[], cwd: string, signal: AbortSignal): Promise<TextSearchResult>;
}

export type TextSearchResult =
  | {
      readonly type: 'done';
      readonly exitCode: number;
      readonly stdout: string;
      readonly stderr: string;
      readonly truncated: boolean;
    }
  | { readonly type: 'missing'; readonly message: string };

/** Reads branch, commit and origin of the repository around `cwd` without touching it; null outside of one. */
export interface GitReader {
  info(cwd: string): Promise<GitInfo | null>;
  /** The top folder of the repository around `cwd`; null outside of one. */
  root(cwd: string): Promise<string | null>;
}

// --- workspace changes ----------------------------------------------------------------------------------------------

/** One path that differs from the baseline. */
export interface WorkspaceChange extends Step {
  /** Below the root as it was given. */
  readonly path: string;
  readonly isIgnored: boolean;
  /** The path that it was renamed from, which has a change of its own. */
  readonly movedFrom?: string;
}

/** Sees what commands did to a workspace, within a budget of files and bytes. */
export interface WorkspaceWatch {
  /** Reads the workspace ahead, if that was not done before, so that `baseline` is quick. Never rejects. */
  warm(root: string): Promise<void>;
  /** Remembers the workspace as it is now. */
  baseline(root: string, signal: AbortSignal): Promise<WorkspaceBaseline>;
}

export interface WorkspaceBaseline {
  /** What changed since the baseline or since the last call, whichever is later; sorted by path. */
  changes(signal: AbortSignal): Promise<readonly WorkspaceChange[]>;
  /** Why some files are not covered (too many files, a folder that cannot be read); null when all are. */
  readonly limitation: string | null;
}

// --- the user -------------------------------------------------------------------------------------------------------

/** Puts a question to the clients. The first valid answer wins; a failure of the client counts as `failed`, never as consent. */
export interface Approver {
  askCommand(params: CommandApprovalParams, asking: Asking): Promise<CommandApprovalDecision | 'failed'>;
  askFileChange(params: FileChangeApprovalParams, asking: Asking): Promise<FileChangeApprovalDecision | 'failed'>;
  askPermissions(params: PermissionsApprovalParams, asking: Asking): Promise<PermissionsApprovalResult | 'failed'>;
  askUser(params: ToolRequestUserInputParams, asking: Asking): Promise<ToolRequestUserInputResult | 'failed'>;
  /** Has a client run a tool that it brought along. */
  callTool(params: DynamicToolCallParams, asking: Asking): Promise<DynamicToolCallResult | 'failed'>;
}

/** The reason of the signal of a question whose matter has ended by itself: it is withdrawn at once. */
export const MOOT = 'moot';

export interface Asking {
  /** Of the request; the same when another process asks the question again. */
  readonly id: number;
  readonly signal: AbortSignal;
  /** Called when there is an answer, before anybody hears of it; false: it may have no effect. */
  readonly claim?: () => boolean;
  /** Answers `approval/rehearse` while the question is open; absent where nothing can be tried. */
  readonly rehearse?: Rehearse;
}

/** Tries an action in a scratch copy while its question is open. */
export interface Rehearse {
  /** Tries it anew. Rejects in words for the user when it cannot be tried. */
  run(signal: AbortSignal): Promise<Rehearsal>;
  /** Why the result of that rehearsal cannot be accepted by now, in words for the user; null when it can. */
  obstacle(rehearsalId: string): Promise<string | null>;
}

/** The one funnel out: appends to the store, reduces into the live state, fans out to the clients. */
export type RecordEvent = (event: ServerNotification) => void;
