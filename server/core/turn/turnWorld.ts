// Everything of the world that threads and turns need, gathered once by the composition root.
import type { UserCommand } from '../command/userCommand.ts';
import type { RuleBook } from '../approval/ruleBook.ts';
import type { Checkpoints } from '../checkpoint/checkpoints.ts';
import type { Places } from '../pathPolicy/places.ts';
import type {
  Approver,
  Clock,
  CommandSandbox,
  FileGuard,
  Files,
  GitReader,
  Ids,
  Log,
  WorkspaceWatch,
} from '../ports.ts';
import type { ContextEntry } from '../../protocol/schema/safety.ts';
import type { Settings } from '../settings.ts';
import type { ThreadStore } from '../thread/threadStore.ts';
import type { ModelItem, ModelProvider } from './modelPort.ts';
import type { Tool, ToolContext } from './tool.ts';

/** What the model is told before the conversation: instructions, project documents, environment. */
export interface Prompt {
  readonly items: readonly ModelItem[];
  /** All of it, for the user to see. */
  readonly entries: readonly ContextEntry[];
}

/** A command of the thread that goes on beside its turns. */
export interface BackgroundTerminal {
  readonly itemId: string;
  /** As its item has it. */
  readonly processId: string;
  readonly command: string;
  readonly cwd: string;
  /** Of its first process; null where it has none. */
  readonly osPid: number | null;
}

export interface BackgroundTerminals {
  /** Oldest first. */
  list(): readonly BackgroundTerminal[];
  /** Ends it and completes its item; false when none of that id is running. */
  kill(processId: string): Promise<boolean>;
}

/** The tools of one thread; they share its terminals, which `close` ends. */
export interface ThreadTools {
  readonly tools: readonly Tool[];
  readonly terminals: BackgroundTerminals;
  /** Runs a command of the user's own; resolves with what the model is told of it. */
  userCommand(command: UserCommand, context: ToolContext): Promise<string>;
  close(): Promise<void>;
}

export interface TurnWorld {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly store: ThreadStore;
  /** The provider that a thread's settings name, one from its own `config` included. Throws an AgentError that says what to do. */
  readonly models: { provider(settings: Settings): ModelProvider };
  readonly approver: Approver;
  readonly sandbox: CommandSandbox;
  readonly rules: RuleBook;
  readonly files: Files;
  readonly places: Places;
  readonly guard: FileGuard;
  readonly git: GitReader;
  readonly watch: WorkspaceWatch;
  readonly checkpoints: Checkpoints;
  /** SHA-1 of the bytes as 40 hex digits (git's object ids in diffs). */
  sha1(bytes: Uint8Array): string;
  prompt(settings: Settings): Promise<Prompt>;
  /** Absolute paths of the AGENTS.md files that a prompt made now would hold. */
  promptSources(settings: Settings): Promise<readonly string[]>;
  /** The tools of one more thread. */
  tools(): ThreadTools;
}
