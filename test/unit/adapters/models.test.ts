// Providers as they are configured: who answers, what a picker offers, what is known to be wrong.
import assert from 'node:assert/strict';
import { createModels, type ConfiguredModels, type ModelsOptions } from '../../../server/adapters/models.ts';
import type { ProviderConfig } from '../../../server/core/config/providerConfig.ts';
import { isAgentError } from '../../../server/protocol/errors.ts';
import type { Model } from '../../../server/protocol/schema/model.ts';
import { Model as ModelSchema } from '../../../server/protocol/schema/model.ts';
import { createHandClock, type HandClock } from '../../support/handClock.ts';
import { startModelServer, type ModelServer } from '../../support/modelServer.ts';
import { providerConfig } from '../../support/providerConfig.ts';

describe('createModels', () => {
  let server: ModelServer;
  let clock: HandClock;
  let providers: ProviderConfig[];
  let models: ConfiguredModels;
  const create = (options: Partial<ModelsOptions> = {}): ConfiguredModels =>
    createModels({
      clock,
      ids: { next: () => 'id' },
      version: '1',
      env: {},
      providers: () => providers,
      openaiKey: () => Promise.resolve('key'),
      ...options,
    });
  const names = (list: readonly Model[]): string[] => list.map(({ model }) => model);

  beforeEach(async () => {
    server = await startModelServer();
    clock = createHandClock();
    providers = [
      providerConfig({ id: 'local', baseUrl: server.url, wireApi: 'chat' }),
      providerConfig({ id: 'demo', name: 'Demo', baseUrl: '', wireApi: 'demo' }),
    ];
    models = create();
  });
  afterEach(async () => {
    models.dispose();
    await server.close();
  });

  it('gives the provider that is asked for, and the same one while its configuration stays', () => {
    const first = models.provider('local');
    assert.equal(first.id, 'local');
    providers = providers.map((config) => ({ ...config }));
    assert.equal(models.provider('local'), first);
    providers = [providerConfig({ id: 'local', name: 'Changed', baseUrl: server.url })];
    assert.equal(models.provider('local').name, 'Changed');
  });

  it('says what to do about one that is not configured', () => {
    assert.throws(
      () => models.provider('nope'),
      (error) => isAgentError(error) && /model_providers\.nope.*choose one of: local, demo/.test(error.message),
    );
  });

  it('lists what the provider has, newest first, the configured model before all, without what is no agent', async () => {
    server.models = ['llama', 'text-embedding-3-small', 'qwen'];
    const list = await models.listModels('local', 'qwen');
    assert.deepEqual(names(list), ['qwen', 'llama']);
    assert.deepEqual(
      list.map(({ isDefault }) => isDefault),
      [true, false],
    );
    for (const each of list) ModelSchema().parse(each);
    assert.deepEqual(names(await models.listModels('local', null)), ['llama', 'qwen']);
  });

  it('asks once in five minutes, sooner when there was no answer', async () => {
    server.models = ['a'];
    assert.deepEqual(names(await models.listModels('local', null)), ['a']);
    server.models = ['b'];
    assert.deepEqual(names(await models.listModels('local', null)), ['a']);
    clock.forward(5 * 60_000);
    assert.deepEqual(names(await models.listModels('local', null)), ['b']);
    clock.forward(5 * 60_000);
    server.models = null;
    assert.deepEqual(names(await models.listModels('local', 'mine')), ['mine']);
    server.models = ['c'];
    clock.forward(10_000);
    assert.deepEqual(names(await models.listModels('local', null)), ['c']);
  });

  it('falls back to a catalogue of its own for OpenAI', async () => {
    server.models = null;
    providers = [providerConfig({ id: 'openai', name: 'OpenAI', baseUrl: server.url, requiresOpenaiAuth: true })];
    const [first, ...others] = await models.listModels('openai', null);
    assert.ok(first?.isDefault);
    assert.ok(others.length > 0);
    assert.ok(first.supportedReasoningEfforts.length > 0);
  });

  it('does not wait for a provider that says nothing', async () => {
    const silent = await import('node:http').then(({ createServer }) => createServer(() => {}));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    assert.ok(address !== null && typeof address === 'object');
    providers = [providerConfig({ id: 'silent', baseUrl: `http://127.0.0.1:${address.port}/v1` })];
    const list = models.listModels('silent', 'mine');
    (await clock.timer(({ delayMs }) => delayMs === 5_000)).run();
    assert.deepEqual(names(await list), ['mine']);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('offers one model for the tour, and warms without a word', async () => {
    assert.deepEqual(names(await models.listModels('demo', null)), ['demo']);
    await models.warm('demo');
    await models.warm('local');
    await models.warm('nope');
    assert.equal(server.requests.length, 0);
  });
});
