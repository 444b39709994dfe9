// The contract between a turn and its tools: what the model is told, how a call runs, what it may touch.
import type { ServerNotification } from '../../protocol/methods.ts';
import type { CommandExecutionItem, FileChangeItem, ThreadItem } from '../../protocol/schema/item.ts';
import type { Clock, Ids } from '../ports.ts';
import type { Settings } from '../settings.ts';
import type { ModelContent } from './modelPort.ts';
import type { ToolSpec } from './toolSpec.ts';

export type { ToolSpec };

/** A call as the model wrote it: `input` is JSON text for a function, free text for a custom tool. */
export interface ToolCall {
  readonly callId: string;
  readonly name: string;
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
      /** The shell that reads it, where the model named one. */
      readonly shell?: string;
      /** It gets a terminal that can be typed into. */
      readonly isInteractive?: boolean;
      /** The running command that the script is typed into, by its session id. */
      readonly session?: number;
    }
  /** Paths are absolute and resolved: every path that will be written, moved to or deleted. */
  | { readonly kind: 'patch'; readonly paths: readonly string[] };

/** The policy's decision on an action; `reason` is shown to the user, `refuse.reason` to the model. */
export type Decision =
  | { readonly type: 'run'; readonly reason: string }
  | { readonly type: 'ask'; readonly reason: string }
  | { readonly type: 'refuse'; readonly reason: string };

/** The user's answer. `cancelled` also ends the turn: the tool only has to close its item. */
export type Verdict = 'accepted' | 'declined' | 'cancelled' | 'failed';

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
  /** Decides by policy and by what was granted earlier in this thread. */
  decide(action: Action): Decision;
  /**
   * Asks the user. Records, in the wire's order, status `waitingOnApproval`, `item/started` for the given item (source `agent`,
   * no process yet), the request, its resolution, and the status after it. The item is not completed here.
   */
  askCommand(
    item: CommandExecutionItem,
    action: Extract<Action, { kind: 'command' }>,
    reason: string,
  ): Promise<Verdict>;
  /** Asks the user about a patch whose item was already started. */
  askFileChange(item: FileChangeItem, reason: string): Promise<Verdict>;
  /** Tells the turn that files changed, so that `turn/diff/updated` follows. `before`/`after` null: the file was not / is no longer there. */
  filesChanged(changes: readonly FileEffect[]): void;
}

/** What a tool did to one file, in bytes. */
export interface FileEffect {
  readonly path: string;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  /** Absolute path of the file that was moved here; that path has an effect of its own. */
  readonly movedFrom?: string;
}

export interface Tool {
  readonly spec: ToolSpec;
  /** The tool may change files in ways that only a look at the workspace tells. */
  readonly changesWorkspace?: boolean;
  run(call: ToolCall, context: ToolContext): Promise<ToolOutput>;
  /** For tools that show themselves while the model still writes their input. Called once per call, before `run`. */
  watchInput?(callId: string, context: ToolContext): InputWatcher;
}

/** Sees a tool call's input grow. `abandoned` is called instead of `run` when the call never completes. */
export interface InputWatcher {
  delta(text: string): void;
  abandoned(): void;
}
