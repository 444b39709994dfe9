// The ports behind settings and account: what the configuration files and the key file tell.
import type { AccountReadResult } from '../../protocol/schema/account.ts';
import type {
  ConfigReadParams,
  ConfigReadResult,
  ConfigWriteRequest,
  ConfigWriteResult,
} from '../../protocol/schema/config.ts';
import type { ConfigWarning } from '../../protocol/schema/initialize.ts';
import type {
  ModelProviderConfigWriteParams,
  ModelProviderListResult,
  ModelProviderSummary,
} from '../../protocol/schema/modelProvider.ts';
import type { Settings } from '../settings.ts';
import type { SettingsRequest } from './resolveSettings.ts';

export interface Configuration {
  /** Settings for a thread. Throws a ProtocolError (`configInvalid`) that says where when the configuration cannot be used. */
  resolve(request: SettingsRequest): Promise<Settings>;
  read(params: ConfigReadParams): Promise<ConfigReadResult>;
  /** Writes into the user's file. Throws a ProtocolError whose data says why as `config_write_error_code`. */
  write(request: ConfigWriteRequest): Promise<ConfigWriteResult>;
  listProviders(): Promise<ModelProviderListResult>;
  /** Adds a provider to the user's file, or changes one; throws like `write`. */
  writeProvider(params: ModelProviderConfigWriteParams): Promise<ModelProviderSummary>;
  /** What is wrong with the configuration files, if anything. */
  warnings(): Promise<readonly ConfigWarning[]>;
}

export interface Account {
  read(): Promise<AccountReadResult>;
  /** Stores an API key. Throws a ProtocolError when it is empty or cannot be stored. */
  login(apiKey: string): Promise<void>;
  logout(): Promise<void>;
}
