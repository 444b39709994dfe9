// Values that are secret here: keys that commands are not given, the stored key, variables with telling names.
import assert from 'node:assert/strict';
import { createSecretMasks } from '../../../../server/adapters/secrets/secretMasks.ts';

describe('secret masks', () => {
  const env = {
    CUSTOM_KEY_NAME: 'plain looking value',
    APP_TOKEN: 'a1b2c3d4e5f6g7',
    DB_PASSWORD: 'correct',
    CREDENTIALS_FILE: '/etc/app/credentials1.json',
    TOKEN_URL: 'https://example.com/token1',
    HOME: '/home/ann-1234567890',
  };
  const masks = createSecretMasks({
    env,
    hiddenNames: () => ['CUSTOM_KEY_NAME', 'NOT_SET'],
    key: () => 'stored-key-1',
  });

  it('mask hidden values, the stored key, and values of variables with telling names', async () => {
    const { mask } = await masks.load().then((loaded) => ({ mask: (text: string) => loaded.mask(text).text }));
    assert.equal(mask('x plain looking value y'), 'x [secret masked: value of CUSTOM_KEY_NAME] y');
    assert.equal(mask('x stored-key-1 y'), 'x [secret masked: API key] y');
    assert.equal(mask('x a1b2c3d4e5f6g7 y'), 'x [secret masked: value of APP_TOKEN] y');
  });

  it('leave words, paths and addresses alone', async () => {
    const loaded = await masks.load();
    const text = 'correct /etc/app/credentials1.json https://example.com/token1 /home/ann-1234567890';
    assert.deepEqual(loaded.mask(text), { text, count: 0 });
  });
});
