// Decides what a fault means for the turn: its kind, whether to try again, and words that say what to do.
import type { ProviderConfig } from '../../core/config/providerConfig.ts';
import { ModelFailure } from '../../core/turn/modelPort.ts';
import type { AgentErrorInfo } from '../../protocol/errors.ts';
import { retryAfterInWords, type Fault } from './faults.ts';

export interface Verdict {
  readonly info: AgentErrorInfo;
  /** `silent`: the request may be repeated before anybody is told, later as `stream`. */
  readonly retry: 'silent' | 'stream' | 'never';
  readonly retryAfterMs: number | null;
  readonly message: string;
  readonly details: string | null;
}

export interface Place {
  readonly provider: ProviderConfig;
  readonly model: string;
}

type Outcome = Pick<Verdict, 'info' | 'retry' | 'message'> & { readonly retryAfterMs?: number | null };

/** Nobody wants to sit through a longer wait without being told: the turn fails and says when to come back. */
const LONGEST_WAIT_MS = 5 * 60_000;

export function classify(fault: Fault, place: Place): Verdict {
  const verdict = { retryAfterMs: null, details: wordsOf(fault), ...byKind(fault, place) };
  if (verdict.retryAfterMs === null || verdict.retryAfterMs <= LONGEST_WAIT_MS) return verdict;
  const minutes = Math.ceil(verdict.retryAfterMs / 60_000);
  const message = `${place.provider.name} asks to come back in ${minutes} minutes. Send again then, or choose another provider.`;
  return { ...verdict, retry: 'never', retryAfterMs: null, message };
}

/** The failure that a turn sees; a request that was to be repeated silently has used up its repetitions by now. */
export function failureOf(fault: Fault, place: Place, cause?: unknown): ModelFailure {
  const { message, retry, ...rest } = classify(fault, place);
  return new ModelFailure(message, { ...rest, retry: retry === 'never' ? 'never' : 'stream', cause });
}

function byKind(fault: Fault, place: Place): Outcome {
  const { name } = place.provider;
  switch (fault.kind) {
    case 'status':
      return byCode(fault, place) ?? byStatus(fault, place);
    case 'told':
      return (
        byCode({ ...fault, retryAfterMs: retryAfterInWords(fault.words) }, place) ?? {
          info: 'internalServerError',
          retry: 'stream',
          message: `${name} reported an error: ${fault.words}`,
        }
      );
    case 'connection':
      return connection(fault, place);
    case 'disconnected':
      return {
        info: { responseStreamDisconnected: { httpStatusCode: null } },
        retry: 'stream',
        message: `The answer of ${name} broke off before it was complete.`,
      };
    case 'idle':
      return {
        info: { responseStreamDisconnected: { httpStatusCode: null } },
        retry: 'stream',
        message: `${name} said nothing for ${Math.round(fault.timeoutMs / 1000)} seconds. If the model needs longer to start, raise stream_idle_timeout_ms in ${section(place)}.`,
      };
    case 'garbage':
      return {
        info: { responseStreamDisconnected: { httpStatusCode: null } },
        retry: 'stream',
        message: `${name} sent something that is not part of ${api(place)}. Check base_url and wire_api in ${section(place)}.`,
      };
    case 'noStream':
      return {
        info: 'other',
        retry: 'never',
        message: `${name} answered with ${fault.contentType} instead of an event stream. Check base_url (${place.provider.baseUrl}) in ${section(place)}.`,
      };
    case 'missingVariable':
      return { info: 'other', retry: 'never', message: missingVariable(fault.variable, place) };
    case 'missingLogin':
      return {
        info: 'unauthorized',
        retry: 'never',
        message: `No key for ${name} is set. Run "Bowline: Set API Key", or choose another provider.`,
      };
  }
}

interface Told {
  readonly code: string | null;
  readonly words: string;
  readonly retryAfterMs: number | null;
}

/** Codes mean the same in an HTTP body and in a stream. */
function byCode(told: Told, place: Place): Outcome | null {
  const { name } = place.provider;
  switch (told.code) {
    case 'context_length_exceeded':
    case 'exceed_context_size_error':
      return contextExceeded(place);
    case 'insufficient_quota':
    case 'usage_limit_reached':
    case 'usage_not_included':
    case 'billing_hard_limit_reached':
      return {
        info: 'usageLimitExceeded',
        retry: 'never',
        message: `The usage limit of your ${name} account is reached. Check its plan and billing, or choose another provider.`,
      };
    case 'server_is_overloaded':
    case 'overloaded_error':
    case 'slow_down':
      return {
        info: 'serverOverloaded',
        retry: 'never',
        message: `${name} is overloaded at the moment. Send again in a while, or choose another model.`,
      };
    case 'model_not_found':
      return modelNotFound(place);
    case 'invalid_api_key':
      return unauthorized(place);
    case 'rate_limit_exceeded':
      return 'status' in told ? null : rateLimited(told.retryAfterMs, place, true);
    case 'invalid_prompt':
      return { info: 'badRequest', retry: 'never', message: `${name} refused the request: ${told.words}` };
    default:
      return null;
  }
}

function byStatus(fault: Extract<Fault, { kind: 'status' }>, place: Place): Outcome {
  const { name, baseUrl } = place.provider;
  const { status, words, retryAfterMs } = fault;
  const said = words === '' ? '' : `: ${words}`;
  if (status === 401) return unauthorized(place);
  if (status === 403) {
    const message = `${name} does not allow this request (403)${said}. Check what the key may do${keyPlace(place)}.`;
    return { info: 'unauthorized', retry: 'never', message };
  }
  if (status === 404) {
    if (/model/i.test(words)) return modelNotFound(place);
    const other = place.provider.wireApi === 'chat' ? 'responses' : 'chat';
    const message = `There is no ${api(place)} at ${baseUrl} (404). Check base_url in ${section(place)}, or try wire_api = "${other}".`;
    return { info: 'other', retry: 'never', message };
  }
  if (status === 429) return rateLimited(retryAfterMs, place, retryAfterMs !== null);
  if (status === 408 || status === 409 || status >= 500) {
    const message = `${name} failed with status ${status}. It may be a passing trouble: send again in a while.`;
    return { info: 'internalServerError', retry: 'silent', retryAfterMs, message };
  }
  // servers without a code for it say it in words
  if (/maximum context length|context (window|size|length) /i.test(words)) return contextExceeded(place);
  // the reference server names a refused request `other`, not `badRequest`
  return { info: 'other', retry: 'never', message: `${name} refused the request (${status})${said}` };
}

function connection(fault: Extract<Fault, { kind: 'connection' }>, { provider }: Place): Outcome {
  const info = { httpConnectionFailed: { httpStatusCode: null } };
  const where = `${provider.name} at ${provider.baseUrl}`;
  switch (fault.code) {
    case 'ECONNREFUSED':
      // nobody listens: repeating it unseen would only hide the cause
      return {
        info,
        retry: 'stream',
        message: `Could not connect to ${where}: connection refused. Check that it is running.`,
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
      return { info, retry: 'stream', message: `Could not reach ${where}. Check your network and base_url.` };
    default:
      return { info, retry: 'silent', message: `The connection to ${where} failed: ${fault.words}.` };
  }
}

function rateLimited(retryAfterMs: number | null, { provider: { name } }: Place, mayRetry: boolean): Outcome {
  const info = { responseTooManyFailedAttempts: { httpStatusCode: 429 } };
  if (!mayRetry) {
    return {
      info,
      retry: 'never',
      message: `${name} limits how often you may ask (429). Wait a little, then send again.`,
    };
  }
  return {
    info,
    retry: 'stream',
    retryAfterMs,
    message: `${name} limits how often you may ask; trying again when it allows it.`,
  };
}

function contextExceeded(place: Place): Outcome {
  const message = `The conversation no longer fits the context window of ${place.model}. Compact the thread, or begin a new one.`;
  return { info: 'contextWindowExceeded', retry: 'never', message };
}

function modelNotFound(place: Place): Outcome {
  const { name } = place.provider;
  return {
    info: 'modelNotFound',
    retry: 'never',
    message: `${name} has no model "${place.model}", or your key may not use it. Choose another model.`,
  };
}

function unauthorized(place: Place): Outcome {
  const { provider } = place;
  const message = `${provider.name} did not accept the key. ${howToSetKey(provider)}`;
  return { info: 'unauthorized', retry: 'never', message };
}

/** Where the key of this provider comes from, as something to do. */
function howToSetKey(provider: ProviderConfig): string {
  if (provider.envKey !== null) {
    const instructions = provider.envKeyInstructions === null ? '' : ` ${provider.envKeyInstructions}`;
    return `Set the environment variable ${provider.envKey} to a valid key and restart Bowline.${instructions}`;
  }
  if (provider.bearerToken !== null) {
    return `Correct experimental_bearer_token in [model_providers.${provider.id}] of config.toml.`;
  }
  if (provider.requiresOpenaiAuth) return 'Run "Bowline: Set API Key" to enter another one.';
  return `It seems to need one: name its environment variable as env_key in [model_providers.${provider.id}] of config.toml.`;
}

function keyPlace({ provider }: Place): string {
  return provider.envKey === null ? '' : ` in ${provider.envKey}`;
}

function missingVariable(variable: string, { provider }: Place): string {
  const message = `Missing environment variable: \`${variable}\`.`;
  const instructions = provider.envKeyInstructions ?? `Set it to your ${provider.name} key and restart Bowline.`;
  return `${message} ${instructions}`;
}

function section({ provider }: Place): string {
  return `[model_providers.${provider.id}] of config.toml`;
}

function api({ provider }: Place): string {
  return provider.wireApi === 'chat' ? 'the Chat Completions API' : 'the Responses API';
}

function wordsOf(fault: Fault): string | null {
  switch (fault.kind) {
    case 'status':
      return fault.words === '' ? `HTTP ${fault.status}` : `HTTP ${fault.status}: ${fault.words}`;
    case 'told':
      return fault.code === null ? fault.words : `${fault.code}: ${fault.words}`;
    case 'connection':
      return fault.code === null || fault.words.includes(fault.code) ? fault.words : `${fault.code}: ${fault.words}`;
    case 'disconnected':
      return fault.words;
    case 'garbage':
    case 'noStream':
      return fault.sample;
    case 'idle':
    case 'missingVariable':
    case 'missingLogin':
      return null;
  }
}
