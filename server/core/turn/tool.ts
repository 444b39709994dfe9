// The contract between a turn and its tools: what the model is told, how a call runs, what it may touch.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { CommandExecutionItem, FileChangeItem, ThreadItem } from '../../protocol/schema/item.ts';
import type { Risk, TripwireName } from '../../protocol/schema/safety.ts';
import type { ToolRequestUserInputResult, UserQuestion } from '../../protocol/schema/userInput.ts';
import type { Clock, Ids, NetworkTarget, Rehearse } from '../ports.ts';
import type { Settings } from '../settings.ts';
import type { ModelContent } from './modelPort.ts';
import type { ToolSpec } from './toolSpec.ts';

export type { ToolSpec };

/** A call as the model wrote it: `input` is JSON text for a function, free text for a custom tool. */
export interface ToolCall {
  readonly callId: string;
  readonly name: string;
  /** The group of the tool, where it belongs to one. */
  readonly namespace?: string;
  readonly form: 'function' | 'custom';
  readonly input: string;
}

/** What the model gets back. Failures are outputs too: the model reads them and goes on. */
export interface ToolOutput {
  readonly output: string | readonly ModelContent[];
}

/** What a tool wants to do, as far as the policy needs to know. */
export type Action =
  | {
      readonly kind: 'command';
      /** The script as the model wrote it. */
      readonly script: string;
      readonly cwd: string;
      /** The model asked to run outside of the sandbox. */
      readonly escalated: boolean;
      /** Why, in the model's words. */
      readonly justification: string | null;
      /** The prefix that the model would like to be allowed from now on. */
      readonly prefixRule?: readonly string[];
      /** The shell that reads it, where the model named one. */
      readonly shell?: string;
      /** It gets a terminal that can be typed into. */
      readonly isInteractive?: boolean;
      /** The running command that the script is typed into, by its session id. */
      readonly session?: number;
    }
  /** Paths are absolute and resolved: every path that will be written, moved to or deleted. */
  | {
      readonly kind: 'patch';
      readonly paths: readonly string[];
      /** Those of them that will be deleted. */
      readonly deleted?: readonly string[];
    }
  /** The server itself reads for the model. Paths are absolute and resolved. */
  | { readonly kind: 'read'; readonly paths: readonly string[] };

/** What is asked of the user, and what accepting it means. */
export interface Ask {
  readonly type: 'ask';
  /** Why it is asked, in words for the user. */
  readonly reason: string;
  readonly risk: Risk;
  /** The tripwire that asks; null when the policy or a rule does. */
  readonly tripwire: TripwireName | null;
  /** Accepting runs it in the sandbox. */
  readonly isSandboxed: boolean;
  /** The prefix that "accept and remember" would allow; null where nothing may be remembered. */
  readonly amendment: readonly string[] | null;
}

/** The policy's decision on an action; `reason` is shown to the user, `refuse.reason` to the model. */
export type Decision =
  /** As it is: outside of the sandbox. */
  | { readonly type: 'run'; readonly reason: string }
  | { readonly type: 'runSandboxed'; readonly reason: string }
  | Ask
  | { readonly type: 'refuse'; readonly reason: string };

/**
 * The user's answer. `cancelled` also ends the turn: the tool only has to close its item. A rehearsal that was accepted is applied
 * instead of running anything.
 */
export type Verdict =
  | 'accepted'
  | 'declined'
  | 'cancelled'
  | 'failed'
  | { readonly type: 'rehearsed'; readonly rehearsalId: string };

/** Everything a running tool may touch of its turn. */
export interface ToolContext {
  readonly threadId: string;
  readonly turnId: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Aborted when the turn is interrupted. */
  readonly signal: AbortSignal;
  /** Records `item/started` (with the time set) and returns the item as recorded. */
  startItem<T extends ThreadItem>(item: T): T;
  /** Records `item/completed` (with both times set) and returns the item as recorded. */
  completeItem<T extends ThreadItem>(item: T): T;
  /** Records any other notification of this turn. */
  record(event: ServerNotification): void;
  /** Decides by policy, by the rules, and by what was granted earlier in this thread. */
  decide(action: Action): Promise<Decision>;
  /**
   * Asks the user. Records, in the wire's order, status `waitingOnApproval`, `item/started` for the given item (source `agent`,
   * no process yet), the request, its resolution, and the status after it. The item is not completed here.
   */
  askCommand(item: CommandExecutionItem, question: CommandQuestion): Promise<Verdict>;
  /** Asks the user about a patch whose item was already started. */
  askFileChange(item: FileChangeItem, question: PatchQuestion): Promise<Verdict>;
  /** Asks the user whether the tool call, whose item was already started, may read what is kept from the model. */
  askRead(itemId: string, paths: readonly string[], ask: Ask): Promise<Verdict>;
  /** Asks the user, once per host, whether a command that runs may reach it. Resolves to false when nobody may be asked. */
  askNetwork(item: CommandExecutionItem, target: NetworkTarget): Promise<boolean>;
  /** Puts questions of the tool call to the user. `failed`: nobody answered. */
  askUser(callId: string, questions: readonly UserQuestion[]): Promise<ToolRequestUserInputResult | 'failed'>;
  /**
   * Tells the turn that files changed, so that `turn/diff/updated` follows. `before`/`after` null: the file was not / is no longer there.
   * `madeFolders`: real paths of folders that were made for them.
   */
  filesChanged(changes: readonly FileEffect[], madeFolders?: readonly string[]): void;
  /** Runs what may change files in ways of its own: the workspace is looked at before and after, and what changed is told as above. */
  whileWatched<T>(task: () => Promise<T>): Promise<T>;
}

export interface CommandQuestion {
  readonly action: Extract<Action, { kind: 'command' }>;
  readonly ask: Ask;
  readonly rehearse?: Rehearse;
}

export interface PatchQuestion {
  readonly ask: Ask;
  readonly rehearse?: Rehearse;
}

/** What a tool did to one file, in bytes. */
export interface FileEffect {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  /** Absolute path of the file that was moved here; that path has an effect of its own. */
  readonly movedFrom?: string;
  /** Where the bytes really are, with links resolved. */
  readonly realPath?: string;
  /** Permission bits, where they are known. */
  readonly modes?: { readonly before: number | null; readonly after: number | null };
}

export interface Tool {
  readonly spec: ToolSpec;
  run(call: ToolCall, context: ToolContext): Promise<ToolOutput>;
  /** For tools that show themselves while the model still writes their input. Called once per call, before `run`. */
  watchInput?(callId: string, context: ToolContext): InputWatcher;
}

/** Sees a tool call's input grow. `abandoned` is called instead of `run` when the call never completes. */
export interface InputWatcher {
  delta(text: string): void;
  abandoned(): void;
}
