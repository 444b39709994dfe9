// The way to the model: through proxies, with certificates of one's own, to endpoints with a query; in both runtimes.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  makeAuthority,
  MODEL_HOST,
  secureFront,
  startProxy,
  type Authority,
  type Place,
} from '../support/securePlaces.ts';
import { playTurn, ROOT_MAY_SANDBOX, startThread, story, type ServerKind, type Stage } from '../support/story.ts';

/** Nothing of the machine that the tests run on. */
const CLEAN: Record<string, string> = Object.fromEntries(
  [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'NO_PROXY',
    'CODEX_CA_CERTIFICATE',
    'SSL_CERT_FILE',
    'NODE_EXTRA_CA_CERTS',
  ].flatMap((name) => [
    [name, ''],
    [name.toLowerCase(), ''],
  ]),
);

interface Way {
  readonly baseUrl: string;
  readonly env: Record<string, string>;
  /** More lines of the provider's table. */
  readonly lines?: readonly string[];
}

/** Plays a turn by the way and returns its end. */
async function turnBy(stage: Stage, kind: ServerKind, { baseUrl, env, lines = [] }: Way): Promise<any> {
  const provider = [
    '[model_providers.far]',
    'name = "Far"',
    `base_url = ${JSON.stringify(baseUrl)}`,
    'env_key = "FAR_KEY"',
    'request_max_retries = 0',
    'stream_max_retries = 0',
    ...lines,
  ];
  const config = ['model = "m"', 'model_provider = "far"', ROOT_MAY_SANDBOX, ...provider].join('\n');
  writeFileSync(join(stage.home, 'config.toml'), config);
  const client = await stage.open(kind, { env: { ...CLEAN, FAR_KEY: 'sk-far-key', ...env } });
  const threadId = await startThread(client, stage);
  const { params } = await playTurn(client, threadId, 'hi');
  equal(JSON.stringify(client.lines).includes('sk-far-key'), false, 'the key is told to nobody');
  return params.turn;
}

describe('the way to the model', () => {
  let authority: Authority;
  before(() => {
    authority = makeAuthority();
  });
  after(() => authority.remove());

  /** An HTTPS server before the scripted model, for as long as the story lasts. */
  const withFront = async (stage: Stage, tell: (front: Place) => Promise<void>): Promise<void> => {
    const front = await secureFront(new URL(stage.model.url).origin, authority);
    try {
      await tell(front);
    } finally {
      await front.close();
    }
  };

  for (const variable of ['CODEX_CA_CERTIFICATE', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])
    story(`trusts what ${variable} names`, async (stage, kind) =>
      withFront(stage, async ({ port }) => {
        const way = { baseUrl: `https://127.0.0.1:${port}/v1`, env: { [variable]: authority.caFile } };
        const turn = await turnBy(stage, kind, way);
        equal(turn.status, 'completed', JSON.stringify(turn.error));
        equal((await stage.model.request(0)).headers['authorization'], 'Bearer sk-far-key');
      }),
    );

  story('trusts the certificates of the provider’s own file, and no others', async (stage, kind) =>
    withFront(stage, async ({ port }) => {
      const baseUrl = `https://127.0.0.1:${port}/v1`;
      const refused = await turnBy(stage, kind, { baseUrl, env: {} });
      equal(refused.status, 'failed');
      match(refused.error.message, /certificate/i);
      const lines = [`ca_certificate = ${JSON.stringify(authority.caFile)}`];
      equal((await turnBy(stage, kind, { baseUrl, env: {}, lines })).status, 'completed');
      const missing = await turnBy(stage, kind, { baseUrl, env: {}, lines: ['ca_certificate = "/no/such.pem"'] });
      match(missing.error.message, /certificates in \/no\/such\.pem cannot be read/);
    }),
  );

  story('leads through a proxy by CONNECT, with its password', async (stage, kind) =>
    withFront(stage, async ({ port }) => {
      const proxy = await startProxy({ securePort: port, password: 'p@ss' });
      try {
        const baseUrl = `https://${MODEL_HOST}/v1`;
        const ca = { CODEX_CA_CERTIFICATE: authority.caFile };
        const through = { ...ca, HTTPS_PROXY: `http://user:p%40ss@127.0.0.1:${proxy.port}` };
        const turn = await turnBy(stage, kind, { baseUrl, env: through });
        equal(turn.status, 'completed', JSON.stringify(turn.error));
        ok(proxy.seen.length > 0);
        equal(proxy.seen[0]?.line, `CONNECT ${MODEL_HOST}:443`);
        ok(proxy.seen.every(({ authorization }) => authorization !== null));
        const wrong = { ...ca, ALL_PROXY: `http://user:wrong@127.0.0.1:${proxy.port}` };
        const refused = await turnBy(stage, kind, { baseUrl, env: wrong });
        equal(refused.status, 'failed');
        equal(JSON.stringify(refused).includes('wrong'), false, 'no password in an error');
      } finally {
        await proxy.close();
      }
    }),
  );

  story('leads through a proxy without encryption too, but never to this machine', async (stage, kind) => {
    const proxy = await startProxy({ target: new URL(stage.model.url).origin });
    try {
      const env = { HTTP_PROXY: `http://127.0.0.1:${proxy.port}` };
      const turn = await turnBy(stage, kind, { baseUrl: `http://${MODEL_HOST}/v1`, env });
      equal(turn.status, 'completed', JSON.stringify(turn.error));
      deepEqual(
        proxy.seen.map(({ line }) => line),
        [`POST http://${MODEL_HOST}/v1/responses`],
      );
      equal((await turnBy(stage, kind, { baseUrl: stage.model.url, env })).status, 'completed');
      equal(proxy.seen.length, 1);
      const socks = await turnBy(stage, kind, {
        baseUrl: `http://${MODEL_HOST}/v1`,
        env: { ALL_PROXY: 'socks5://x:1' },
      });
      match(socks.error.message, /socks5 proxy, which is not supported/);
    } finally {
      await proxy.close();
    }
  });

  story(
    'has a query where the endpoint needs one, written either way, and headers from the environment',
    async (stage, kind) => {
      const lines = [
        'query_params = { "api-version" = "2025-04-01-preview" }',
        'env_http_headers = { "api-key" = "AZURE" }',
      ];
      const base = `${stage.model.url}/openai`;
      equal((await turnBy(stage, kind, { baseUrl: base, env: { AZURE: 'k' }, lines })).status, 'completed');
      const ways = [base, `${base}?api-version=2025-04-01-preview`];
      equal((await turnBy(stage, kind, { baseUrl: ways[1] ?? '', env: {} })).status, 'completed');
      for (const number of [0, 1]) {
        const { path, query, headers } = await stage.model.request(number);
        deepEqual([path, query], ['/v1/openai/responses', { 'api-version': '2025-04-01-preview' }]);
        equal(headers['api-key'], number === 0 ? 'k' : undefined);
      }
    },
    { kinds: ['linked'] },
  );
});
