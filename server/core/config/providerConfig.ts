// A model provider as it is configured: where it is, what it speaks, how it is paid, how patient we are with it.

/** `demo` needs no network: it is the scripted tour. */
export type WireApi = 'responses' | 'chat' | 'demo';

/** `[model_providers.<id>]` of the configuration, with every default filled in. */
export interface ProviderConfig {
  readonly id: string;
  /** For the user, e.g. "OpenAI". */
  readonly name: string;
  /** Absolute, e.g. `https://api.openai.com/v1`; "" for `demo`. */
  readonly baseUrl: string;
  readonly wireApi: WireApi;
  /** The environment variable that holds the key; it must be set when it is named. */
  readonly envKey: string | null;
  /** Added to the error when that variable is missing: where to get a key, how to set it. */
  readonly envKeyInstructions: string | null;
  /** A key written into the configuration itself. */
  readonly bearerToken: string | null;
  /** The key is the one the user logged in with (`account/login/start`). */
  readonly requiresOpenaiAuth: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Header name -> environment variable; left out when the variable is not set. */
  readonly envHeaders: Readonly<Record<string, string>>;
  readonly queryParams: Readonly<Record<string, string>>;
  /** A file with certificates to trust beside the well-known ones, in PEM; null for none. */
  readonly caFile: string | null;
  /** How often one request is repeated silently before its stream has begun. */
  readonly requestMaxRetries: number;
  /** How often a broken stream is opened again before the turn fails. */
  readonly streamMaxRetries: number;
  /** A stream that says nothing for this long is given up. */
  readonly streamIdleTimeoutMs: number;
}

/** What holds for a provider unless its configuration says otherwise. */
export const PROVIDER_DEFAULTS = {
  wireApi: 'responses',
  envKey: null,
  envKeyInstructions: null,
  bearerToken: null,
  requiresOpenaiAuth: false,
  headers: {},
  envHeaders: {},
  queryParams: {},
  caFile: null,
  requestMaxRetries: 4,
  streamMaxRetries: 5,
  streamIdleTimeoutMs: 300_000,
} as const satisfies Partial<ProviderConfig>;
