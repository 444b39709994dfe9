// Keys in a thread's `config`: what may be stored instead of them, and what is meant by it.
import { deepEqual, equal, match } from 'node:assert/strict';
import { ClientSecrets } from '../../../../server/adapters/config/clientSecrets.ts';

describe('keys that clients give', () => {
  const given = {
    'model_providers.mine.experimental_bearer_token': 'sk-1',
    'model_providers.mine.http_headers.X-Key': 'sk-2',
    'mcp_servers.tool.env.TOKEN': 'sk-4',
    model_providers: {
      other: { base_url: 'http://x', experimental_bearer_token: 'sk-1', http_headers: { a: 'sk-3' } },
    },
    model: 'sk-not-secret-by-its-place',
  };

  it('are stored as words, the same for the same key, and come back', () => {
    const secrets = new ClientSecrets();
    const hidden = secrets.hidden(given);
    equal(/sk-\d/.test(JSON.stringify(hidden)), false);
    equal(hidden['model'], given.model);
    deepEqual(secrets.hidden(given), hidden);
    deepEqual(secrets.hidden(hidden), hidden);
    deepEqual(secrets.revealed(hidden), given);
    deepEqual(secrets.revealed(given), given);
    match(JSON.stringify(hidden), /"model_providers\.mine\.experimental_bearer_token":"\(kept in memory: /);
  });

  it('of an earlier server are gone', () => {
    const later = new ClientSecrets().revealed(new ClientSecrets().hidden(given));
    deepEqual(later, {
      model_providers: { other: { base_url: 'http://x', http_headers: {} } },
      model: given.model,
    });
  });
});
