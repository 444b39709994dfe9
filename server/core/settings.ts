// What holds for a thread: model, policies, folders, instructions; resolved from configuration and overrides.
import type { AskForApproval, ConfigOverrides, ReasoningEffort, SandboxPolicy } from '../protocol/schema/common.ts';
import type { TripwireName } from '../protocol/schema/safety.ts';

/** `[shell_environment_policy]` of the configuration, as the reference server defines its keys. */
export interface ShellEnvironmentPolicy {
  readonly inherit: 'all' | 'core' | 'none';
  /** Keeps variables whose names look like secrets (KEY, SECRET, TOKEN) when true. */
  readonly ignoreDefaultExcludes: boolean;
  /** Case-insensitive glob patterns of names to leave out. */
  readonly exclude: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  /** When not empty, only names that match one of these patterns are kept. */
  readonly includeOnly: readonly string[];
  readonly useLoginPath: boolean;
}

/** The settings of a thread. Stored with it; `turn/start` overrides change them for this turn and later ones. */
export interface Settings {
  /** Absolute. */
  readonly cwd: string;
  readonly model: string;
  readonly modelProvider: string;
  readonly effort: ReasoningEffort | null;
  readonly summary: 'auto' | 'concise' | 'detailed' | 'none' | null;
  readonly verbosity: 'low' | 'medium' | 'high' | null;
  readonly approvalPolicy: AskForApproval;
  readonly sandbox: SandboxPolicy;
  /** The tripwires that the user switched off; absent in threads that were stored before there were any. */
  readonly disarmed?: readonly TripwireName[];
  /** Replaces Bowline's own base prompt. */
  readonly baseInstructions: string | null;
  readonly developerInstructions: string | null;
  /** In tokens; null when not known. */
  readonly contextWindow: number | null;
  /** In tokens; a conversation that takes more is compacted. Null or absent: a share of the context window. */
  readonly autoCompactTokenLimit?: number | null;
  readonly shellEnvironment: ShellEnvironmentPolicy;
  /**
   * What the client says about the workspace: false keeps its AGENTS.md, configuration and rules out whatever else says that it is trusted.
   * Null or absent: the configuration alone decides.
   */
  readonly isWorkspaceTrusted?: boolean | null;
  /** Bytes of AGENTS.md files read into the prompt at most. */
  readonly projectDocMaxBytes: number;
  /** How user and agent work together; null instructions are the server's own. Absent: as ever, with nothing more said. */
  readonly collaboration?: { readonly mode: 'plan' | 'default'; readonly instructions: string | null };
  /** Values that a client gave in `config`; kept so that a fork or a resume can be resolved again. */
  readonly overrides: ConfigOverrides;
}
