// The API key: stored for its owner alone, found in the environment, forgotten on logout.
import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAccount } from '../../../../server/adapters/auth/account.ts';
import { createApiKey } from '../../../../server/adapters/auth/apiKey.ts';
import { isProtocolError } from '../../../../server/protocol/errors.ts';

describe('the API key', () => {
  let home: string;
  const file = () => join(home, 'auth.json');
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'bowline-auth-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  it('is stored in a file that only its owner can read, and seen by other processes', () => {
    const first = createApiKey({ home: join(home, 'new'), env: {} });
    const second = createApiKey({ home: join(home, 'new'), env: {} });
    equal(second.key(), null);
    first.store('  sk-123\n');
    deepEqual([first.key(), second.key()], ['sk-123', 'sk-123']);
    if (process.platform !== 'win32') equal(statSync(join(home, 'new', 'auth.json')).mode & 0o777, 0o600);
    second.store('sk-456');
    equal(first.key(), 'sk-456');
    deepEqual(readdirSync(join(home, 'new')), ['auth.json']);
  });

  it('comes from the environment when none is stored', () => {
    const apiKey = createApiKey({ home, env: { OPENAI_API_KEY: ' sk-env ' } });
    equal(apiKey.key(), 'sk-env');
    apiKey.store('sk-stored');
    equal(apiKey.key(), 'sk-stored');
    apiKey.remove();
    equal(apiKey.key(), 'sk-env');
    equal(createApiKey({ home, env: { OPENAI_API_KEY: '' } }).key(), null);
  });

  it('is forgotten without harm to what else the file holds', () => {
    writeFileSync(file(), '{"OPENAI_API_KEY":"sk-1","tokens":{"a":1}}');
    const apiKey = createApiKey({ home, env: {} });
    equal(apiKey.key(), 'sk-1');
    apiKey.remove();
    equal(apiKey.key(), null);
    deepEqual(JSON.parse(readFileSync(file(), 'utf8')), { tokens: { a: 1 } });
    writeFileSync(file(), '{"OPENAI_API_KEY":"sk-1"}');
    apiKey.remove();
    equal(existsSync(file()), false);
    apiKey.remove();
  });

  it('is refused when it cannot be one, and never told in an error', () => {
    const apiKey = createApiKey({ home, env: {} });
    for (const key of ['', '   ', 'sk with spaces', 'sk-\u00e9', 'sk\nx: y']) {
      throws(
        () => apiKey.store(key),
        (error) =>
          isProtocolError(error) && error.code === -32602 && (key.trim() === '' || !error.message.includes(key)),
      );
    }
    writeFileSync(file(), 'not json');
    equal(apiKey.key(), null);
  });

  it('that cannot be written is told with a way out', () => {
    writeFileSync(join(home, 'blocked'), '');
    const apiKey = createApiKey({ home: join(home, 'blocked'), env: {} });
    throws(
      () => apiKey.store('sk-1'),
      (error) =>
        isProtocolError(error) &&
        error.kind === 'keyNotStored' &&
        /OPENAI_API_KEY/.test(error.message) &&
        !error.message.includes('sk-1'),
    );
  });
});

describe('the account', () => {
  it('follows login and logout, and says when the default provider waits for a key', async () => {
    const home = mkdtempSync(join(tmpdir(), 'bowline-auth-'));
    try {
      const account = createAccount(createApiKey({ home, env: {} }), () => true);
      deepEqual(await account.read(), { account: null, userId: null, requiresOpenaiAuth: true });
      await account.login('sk-1');
      deepEqual(await account.read(), { account: { type: 'apiKey' }, userId: null, requiresOpenaiAuth: false });
      await account.logout();
      deepEqual((await account.read()).account, null);
      await rejects(account.login(' '), isProtocolError);
      const other = createAccount(createApiKey({ home, env: {} }), () => false);
      equal((await other.read()).requiresOpenaiAuth, false);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
