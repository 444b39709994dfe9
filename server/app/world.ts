// What the app server needs of the world beside the turns: configuration, account, models, tools. Built by the composition root.
import type { Approver, Clock, Ids, Log } from '../core/ports.ts';
import type { Settings } from '../core/settings.ts';
import type { ThreadTools, TurnWorld } from '../core/turn/turnWorld.ts';
import type { ConfigWarning } from '../protocol/schema/initialize.ts';
import type { AccountReadResult } from '../protocol/schema/account.ts';
import type { AskForApproval, ConfigOverrides, SandboxMode } from '../protocol/schema/common.ts';
import type { ConfigReadParams, ConfigReadResult } from '../protocol/schema/config.ts';
import type { Model } from '../protocol/schema/model.ts';

/** What a client may override when it opens a thread. Null or absent: as configured. */
export interface SettingsRequest {
  readonly cwd?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly modelProvider?: string | null | undefined;
  readonly approvalPolicy?: AskForApproval | null | undefined;
  readonly sandbox?: SandboxMode | null | undefined;
  readonly config?: ConfigOverrides | null | undefined;
  readonly baseInstructions?: string | null | undefined;
  readonly developerInstructions?: string | null | undefined;
}

export interface Configuration {
  /** Settings for a thread. Throws a ProtocolError (`configInvalid`) that says where when the configuration cannot be used. */
  resolve(request: SettingsRequest): Promise<Settings>;
  read(params: ConfigReadParams): Promise<ConfigReadResult>;
  /** What is wrong with the configuration files, if anything. */
  warnings(): Promise<readonly ConfigWarning[]>;
}

export interface Account {
  read(): Promise<AccountReadResult>;
  /** Stores an API key. Throws a ProtocolError when it is empty or cannot be stored. */
  login(apiKey: string): Promise<void>;
  logout(): Promise<void>;
}

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
  /** The models of a provider, or of the default provider. */
  models(provider: string | null): Promise<readonly Model[]>;
  /** Opens the store and gathers what turns need; called at the first request about threads, and again after a failure. */
  openTurnWorld(approver: Approver): Promise<TurnWorld>;
  /** The tools of one thread. */
  tools(world: TurnWorld, settings: () => Settings): ThreadTools;
  /** Resolves a client's path against the server's own folder. */
  absolutePath(path: string): string;
}
