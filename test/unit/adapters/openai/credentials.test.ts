// Keys and headers of a request.
import assert from 'node:assert/strict';
import { keyOf, requestHeaders } from '../../../../server/adapters/openai/credentials.ts';
import { providerConfig } from '../../../support/providerConfig.ts';

describe('keyOf', () => {
  const source = (openaiKey: string | null) => ({
    env: { KEY: ' k ', EMPTY: ' ' },
    openaiKey: () => Promise.resolve(openaiKey),
  });
  const cases = [
    { name: 'the variable', config: { envKey: 'KEY', bearerToken: 'b', requiresOpenaiAuth: true }, key: 'k' },
    { name: 'an empty variable', config: { envKey: 'EMPTY' }, key: { kind: 'missingVariable', variable: 'EMPTY' } },
    {
      name: 'a variable that is not set',
      config: { envKey: 'NONE' },
      key: { kind: 'missingVariable', variable: 'NONE' },
    },
    { name: 'the key in the configuration', config: { bearerToken: 'b', requiresOpenaiAuth: true }, key: 'b' },
    { name: 'the login', config: { requiresOpenaiAuth: true }, key: 'login' },
    { name: 'no login', config: { requiresOpenaiAuth: true }, login: null, key: { kind: 'missingLogin' } },
    { name: 'a server that wants none', config: {}, key: null },
  ];
  for (const { name, config, key, login = 'login' } of cases) {
    it(name, async () => assert.deepEqual(await keyOf(providerConfig(config), source(login)), key));
  }
});

describe('requestHeaders', () => {
  const asker = { originator: 'zed', version: '1', threadId: null };

  it('replaces what no header can carry', () => {
    const headers = requestHeaders(providerConfig(), null, { asker: { ...asker, originator: 'zëd\n' }, env: {} });
    assert.equal(headers['originator'], 'z?d?');
  });

  it('keeps the headers that the environment means for OpenAI from other servers', () => {
    const env = { OPENAI_CUSTOM_HEADERS: 'X-Secret: 1\n\nnonsense\nAuthorization: Bearer other' };
    const headers = requestHeaders(providerConfig({ headers: { 'x-mine': '2' } }), 'key', { asker, env });
    assert.equal(headers['x-secret'], null);
    assert.equal(headers['x-mine'], '2');
    assert.equal(headers['authorization'], 'Bearer key');
    assert.ok(!('nonsense' in headers));
  });

  it('lets the configuration bring its own authorization', () => {
    const headers = requestHeaders(providerConfig({ headers: { Authorization: 'Basic x' } }), null, { asker, env: {} });
    assert.equal(headers['authorization'], 'Basic x');
  });
});
