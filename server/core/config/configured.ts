// What the configuration, the key file and the prompt sources tell: the port behind settings, providers and account.
import type { AccountReadResult } from '../../protocol/schema/account.ts';
import type { AskForApproval, ConfigOverrides, SandboxMode } from '../../protocol/schema/common.ts';
import type { ConfigReadParams, ConfigReadResult } from '../../protocol/schema/config.ts';
import type { ConfigWarning } from '../../protocol/schema/initialize.ts';
import type { Settings } from '../settings.ts';
import type { Prompt } from '../turn/turnWorld.ts';
import type { ProviderConfig } from './providerConfig.ts';

/** What a client may override when it opens a thread. Null or absent: as configured. */
export interface SettingsRequest {
  /** Absolute. */
  readonly cwd: string;
  readonly model?: string | null | undefined;
  readonly modelProvider?: string | null | undefined;
  readonly approvalPolicy?: AskForApproval | null | undefined;
  readonly sandbox?: SandboxMode | null | undefined;
  /** Dotted keys allowed. */
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

export interface Configured {
  readonly configuration: Configuration;
  readonly account: Account;
  /** The providers as they are configured now, those of open threads' own `config` included. */
  providers(): readonly ProviderConfig[];
  /** The key the user logged in with, else `OPENAI_API_KEY`; null when there is none. */
  openaiKey(): Promise<string | null>;
  /** Names of environment variables that hold keys of providers; they never reach a command. */
  secretNames(): readonly string[];
  /** What a thread gets whose client chose nothing: the configured model, else OpenAI when a key is known, else the tour. */
  defaultModel(): Promise<{ readonly provider: string; readonly model: string }>;
  /** Base instructions, AGENTS.md files, environment. */
  prompt(settings: Settings): Promise<Prompt>;
}
