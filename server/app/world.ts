// What the app server needs of the world beside the turns: configuration, account, models, tools. Built by the composition root.
import type { FileIndexes } from '../core/fileSearch/fileIndexes.ts';
import type { HostFiles } from '../core/client/hostFiles.ts';
import type { ClientCommands } from '../core/client/startCommand.ts';
import type { Account, Configuration } from '../core/config/configured.ts';
import type { Approver, Clock, Ids, Log, SandboxState } from '../core/ports.ts';
import type { Skills } from '../core/skills.ts';
import type { Notices } from '../core/thread/notices.ts';
import type { ThreadImporter } from '../core/thread/threadImport.ts';
import type { ThreadStore } from '../core/thread/threadStore.ts';
import type { TurnWorld } from '../core/turn/turnWorld.ts';
import type { Model } from '../protocol/schema/model.ts';
import type { Neighbours } from './follow/neighbours.ts';

export interface AppWorld {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** The server's version, e.g. "0.1.0". */
  readonly version: string;
  /** Absolute; where configuration, key and threads live. */
  readonly home: string;
  readonly process: { readonly pid: number; readonly host: string };
  readonly platform: { readonly os: string; readonly family: string; readonly arch: string };
  readonly configuration: Configuration;
  readonly account: Account;
  readonly skills: Skills;
  /** The models of a provider, or of the default provider. */
  models(provider: string | null): Promise<readonly Model[]>;
  /** Whether commands can be contained here. */
  sandbox(): Promise<SandboxState>;
  /** Files with the rights of the user, for the client itself. */
  hostFiles(): Promise<HostFiles>;
  /** Starts commands and processes for the client itself. */
  clientCommands(): Promise<ClientCommands>;
  /** What `fuzzyFileSearch` searches. */
  fileIndexes(): Promise<FileIndexes>;
  /** Opens the store; called at the first request about threads, and again after a failure. */
  openStore(): Promise<ThreadStore>;
  /** Gathers what turns need beside the store; called when the first thread is to run something, and again after a failure. */
  openTurnWorld(approver: Approver, store: ThreadStore): Promise<TurnWorld>;
  /** Brings the threads of the reference server; loaded at the first use. */
  threadImporter(): Promise<ThreadImporter>;
  /** A turn is about to begin, or will sooner or later: what it needs is loaded ahead. */
  expectTurn(when: 'now' | 'soon'): void;
  /** The other servers of the home; loaded with the threads. */
  neighbours(): Promise<Neighbours>;
  /** What they tell each other; loaded with the threads. */
  notices(): Promise<Notices>;
  /** Resolves a client's path against the server's own folder. */
  absolutePath(path: string): string;
}
