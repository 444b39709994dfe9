// The account as clients see it: logged in with an API key, or not.
import type { AccountReadResult } from '../../protocol/schema/account.ts';
import type { ApiKey } from './apiKey.ts';

export interface KeyAccount {
  read(): Promise<AccountReadResult>;
  /** Stores the key. Rejects with a ProtocolError when it is none or cannot be stored. */
  login(apiKey: string): Promise<void>;
  logout(): Promise<void>;
}

/** `usesOpenaiKey`: whether the default provider is paid with the user's OpenAI key. */
export function createAccount(apiKey: ApiKey, usesOpenaiKey: () => boolean): KeyAccount {
  return {
    read: async () => {
      const hasKey = apiKey.key() !== null;
      return {
        account: hasKey ? { type: 'apiKey' } : null,
        userId: null,
        requiresOpenaiAuth: usesOpenaiKey() && !hasKey,
      };
    },
    login: async (key) => apiKey.store(key),
    logout: async () => apiKey.remove(),
  };
}
