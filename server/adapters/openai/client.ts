// The `openai` package, loaded on first use: it carries our requests to one provider, without retries or opinions of its own.
import type { OpenAI } from 'openai/client';
import type { ProviderConfig } from '../../core/config/providerConfig.ts';
import type { Environment } from './credentials.ts';
import { statusFault, connectionFault, type Fault } from './faults.ts';
import { createRoutedFetch } from './routedFetch.ts';

export interface HttpRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | null>>;
  /** null makes it a GET. */
  readonly body: Readonly<Record<string, unknown>> | null;
  readonly signal: AbortSignal;
}

export interface HttpClient {
  /** Loads the package, so that the first turn does not wait for it. */
  warm(): Promise<void>;
  /** The answer when it is a success, else why there is none. Rejects only when `signal` is aborted. */
  send(request: HttpRequest): Promise<Response | Fault>;
}

/** The requests have limits of their own; this one only has to be longer. */
const PACKAGE_TIMEOUT_MS = 2 ** 31 - 1;

/** `env`: where proxies and certificates are named. */
export function createHttpClient(config: ProviderConfig, env: Environment): HttpClient {
  let loading: Promise<OpenAI> | null = null;
  const client = (): Promise<OpenAI> =>
    (loading ??= load(config, env).catch((error: unknown) => {
      // the file with certificates may be there the next time
      loading = null;
      throw error;
    }));
  return {
    warm: async () => {
      await client();
    },
    send: async (request) => {
      const options = {
        headers: { accept: request.body === null ? 'application/json' : 'text/event-stream', ...request.headers },
        query: { ...config.queryParams },
        signal: request.signal,
      };
      try {
        const openai = await client();
        return await (
          request.body === null
            ? openai.get(request.path, options)
            : openai.post(request.path, { ...options, body: request.body })
        ).asResponse();
      } catch (error) {
        request.signal.throwIfAborted();
        return faultOf(error);
      }
    },
  };
}

async function load(config: ProviderConfig, env: Environment): Promise<OpenAI> {
  const { OpenAI: Client } = await import('openai/client');
  return new Client({
    baseURL: config.baseUrl.replace(/\/+$/, ''),
    // every request brings its own authorization
    apiKey: 'unused',
    // null keeps the package from reading the variables of the user's environment
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    fetch: createRoutedFetch(config.caFile, env),
    maxRetries: 0,
    timeout: PACKAGE_TIMEOUT_MS,
    logLevel: 'off', // its log would go to stdout, which is the protocol's
  });
}

/** The package's errors, known by what they carry: a status and headers, or a cause. */
function faultOf(error: unknown): Fault {
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') {
    const headers = 'headers' in error && error.headers instanceof Headers ? error.headers : new Headers();
    return statusFault(error.status, bodyOf(error), headers);
  }
  return connectionFault(error);
}

/** The package keeps a JSON body's `error` member, and of any other body the text. */
function bodyOf(error: Error): string {
  if ('error' in error && error.error !== undefined) return JSON.stringify({ error: error.error });
  return error.message.replace(/^\d{3} /, '').replace(/^status code \(no body\)$/, '');
}
