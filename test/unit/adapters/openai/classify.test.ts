// One table: what each fault means for the turn.
import assert from 'node:assert/strict';
import { classify, failureOf } from '../../../../server/adapters/openai/classify.ts';
import type { Fault } from '../../../../server/adapters/openai/faults.ts';
import type { ProviderConfig } from '../../../../server/core/config/providerConfig.ts';
import type { AgentErrorInfo } from '../../../../server/protocol/errors.ts';
import { providerConfig } from '../../../support/providerConfig.ts';

const status = (code: number, more: Partial<Extract<Fault, { kind: 'status' }>> = {}): Fault => ({
  kind: 'status',
  status: code,
  code: null,
  words: '',
  retryAfterMs: null,
  ...more,
});
const told = (code: string | null, words = 'words'): Fault => ({ kind: 'told', code, words });
const connection = (code: string | null): Fault => ({ kind: 'connection', code, words: 'the cause' });

const TOO_MANY: AgentErrorInfo = { responseTooManyFailedAttempts: { httpStatusCode: 429 } };
const DISCONNECTED: AgentErrorInfo = { responseStreamDisconnected: { httpStatusCode: null } };
const NO_CONNECTION: AgentErrorInfo = { httpConnectionFailed: { httpStatusCode: null } };

interface Row {
  readonly fault: Fault;
  readonly info: AgentErrorInfo;
  readonly retry: 'silent' | 'stream' | 'never';
  readonly afterMs?: number;
  readonly says?: RegExp;
}

const ROWS: readonly Row[] = [
  { fault: status(500), info: 'internalServerError', retry: 'silent' },
  { fault: status(503, { retryAfterMs: 7 }), info: 'internalServerError', retry: 'silent', afterMs: 7 },
  { fault: status(503, { retryAfterMs: 3_600_000 }), info: 'internalServerError', retry: 'never', says: /60 minutes/ },
  { fault: status(408), info: 'internalServerError', retry: 'silent' },
  {
    fault: status(503, { code: 'server_is_overloaded' }),
    info: 'serverOverloaded',
    retry: 'never',
    says: /overloaded/,
  },
  { fault: status(401), info: 'unauthorized', retry: 'never', says: /Mock did not accept the key.*MOCK_KEY/ },
  { fault: status(403, { words: 'region' }), info: 'unauthorized', retry: 'never', says: /403.*region/ },
  {
    fault: status(404, { words: 'model `m` does not exist' }),
    info: 'modelNotFound',
    retry: 'never',
    says: /no model "m"/,
  },
  { fault: status(404), info: 'other', retry: 'never', says: /base_url.*wire_api = "chat"/ },
  { fault: status(400, { code: 'model_not_found' }), info: 'modelNotFound', retry: 'never' },
  { fault: status(400, { words: 'bad schema' }), info: 'other', retry: 'never', says: /bad schema/ },
  {
    fault: status(400, { code: 'context_length_exceeded' }),
    info: 'contextWindowExceeded',
    retry: 'never',
    says: /Compact/,
  },
  {
    fault: status(400, { words: "This model's maximum context length is 4096 tokens." }),
    info: 'contextWindowExceeded',
    retry: 'never',
  },
  { fault: status(429), info: TOO_MANY, retry: 'never' },
  { fault: status(429, { code: 'rate_limit_exceeded' }), info: TOO_MANY, retry: 'never' },
  { fault: status(429, { retryAfterMs: 0 }), info: TOO_MANY, retry: 'stream', afterMs: 0 },
  { fault: status(429, { retryAfterMs: 20 * 60_000 }), info: TOO_MANY, retry: 'never', says: /20 minutes/ },
  {
    fault: status(429, { code: 'insufficient_quota', retryAfterMs: 1 }),
    info: 'usageLimitExceeded',
    retry: 'never',
    says: /billing/,
  },
  { fault: status(429, { code: 'usage_limit_reached' }), info: 'usageLimitExceeded', retry: 'never' },
  { fault: told('server_error'), info: 'internalServerError', retry: 'stream', says: /words/ },
  { fault: told(null), info: 'internalServerError', retry: 'stream' },
  { fault: told('rate_limit_exceeded', 'try again in 2s'), info: TOO_MANY, retry: 'stream', afterMs: 2000 },
  { fault: told('rate_limit_exceeded'), info: TOO_MANY, retry: 'stream' },
  { fault: told('context_length_exceeded'), info: 'contextWindowExceeded', retry: 'never' },
  { fault: told('insufficient_quota'), info: 'usageLimitExceeded', retry: 'never' },
  { fault: told('server_is_overloaded'), info: 'serverOverloaded', retry: 'never' },
  { fault: told('invalid_prompt'), info: 'badRequest', retry: 'never', says: /words/ },
  {
    fault: connection('ECONNREFUSED'),
    info: NO_CONNECTION,
    retry: 'stream',
    says: /refused.*Check that it is running/,
  },
  { fault: connection('ENOTFOUND'), info: NO_CONNECTION, retry: 'stream', says: /network/ },
  { fault: connection('ECONNRESET'), info: NO_CONNECTION, retry: 'silent', says: /the cause/ },
  { fault: connection(null), info: NO_CONNECTION, retry: 'silent' },
  { fault: { kind: 'disconnected', words: 'cut' }, info: DISCONNECTED, retry: 'stream' },
  {
    fault: { kind: 'idle', timeoutMs: 20_000 },
    info: DISCONNECTED,
    retry: 'stream',
    says: /20 seconds.*stream_idle_timeout_ms/,
  },
  { fault: { kind: 'garbage', sample: '<' }, info: DISCONNECTED, retry: 'stream', says: /base_url and wire_api/ },
  {
    fault: { kind: 'noStream', contentType: 'text/html', sample: '<' },
    info: 'other',
    retry: 'never',
    says: /text\/html/,
  },
  {
    fault: { kind: 'missingVariable', variable: 'MOCK_KEY' },
    info: 'other',
    retry: 'never',
    says: /^Missing environment variable: `MOCK_KEY`\. Get one at example\.org\.$/,
  },
  { fault: { kind: 'missingLogin' }, info: 'unauthorized', retry: 'never', says: /Set API Key/ },
];

describe('classify', () => {
  const provider = providerConfig({ envKey: 'MOCK_KEY', envKeyInstructions: 'Get one at example.org.' });
  for (const { fault, info, retry, afterMs, says } of ROWS) {
    it(`${JSON.stringify(fault)} is ${JSON.stringify(info)}, retry ${retry}`, () => {
      const verdict = classify(fault, { provider, model: 'm' });
      assert.deepEqual({ info: verdict.info, retry: verdict.retry }, { info, retry });
      assert.equal(verdict.retryAfterMs, afterMs ?? null);
      if (says !== undefined) assert.match(verdict.message, says);
    });
  }

  const keys: readonly [Partial<ProviderConfig>, RegExp][] = [
    [{ bearerToken: 't' }, /experimental_bearer_token/],
    [{ requiresOpenaiAuth: true }, /Set API Key/],
    [{}, /env_key in \[model_providers\.mock\]/],
  ];
  for (const [config, says] of keys) {
    it(`a 401 says how to set the key: ${says.source}`, () => {
      assert.match(classify(status(401), { provider: providerConfig(config), model: 'm' }).message, says);
    });
  }
});

describe('failureOf', () => {
  it('is a stream failure when the silent retries are used up, with the cause in details', () => {
    const failure = failureOf(connection('ECONNRESET'), { provider: providerConfig(), model: 'm' });
    assert.equal(failure.retry, 'stream');
    assert.equal(failure.details, 'ECONNRESET: the cause');
  });
});
