// Configuration, account and models: what is read, what a broken file does, and what is there without any of it.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

function configFile(stage: Stage): string {
  return join(stage.home, 'config.toml');
}

const NO_KEY = { OPENAI_API_KEY: '' };

describe('the configuration', () => {
  story('that is broken: a warning with its place, no thread, and the file as it was', async (stage, kind) => {
    const broken = 'model = "x"\napproval_policy = = "never"\n';
    writeFileSync(configFile(stage), broken);
    const client = await stage.open(kind);
    const { params } = await client.next('configWarning');
    equal(params.path, configFile(stage));
    deepEqual([params.range.start.line, params.range.start.column > 0], [2, true]);
    const refused = await client.ask('thread/start', { cwd: stage.workspace });
    equal(refused.error?.code, -32600);
    match(refused.error?.message ?? '', /^failed to load configuration: .*config\.toml, line 2, column \d+/s);
    const read = await client.ask('config/read', {});
    equal(read.error?.code, -32603);
    match(read.error?.message ?? '', /^failed to read configuration layers: /);
    deepEqual((await client.request('thread/list', {})).data, [], 'what needs no configuration works');
    equal(readFileSync(configFile(stage), 'utf8'), broken);
    writeFileSync(configFile(stage), 'model_provider = "demo"\n');
    await startThread(client, stage);
  });

  story('with a value that cannot be used is warned of by its name', async (stage, kind) => {
    writeFileSync(
      configFile(stage),
      `sandbox_mode = "everything"\n${readFileSync(configFile(stage), 'utf8').replace(/^sandbox_mode.*$/m, '')}`,
    );
    const client = await stage.open(kind);
    match((await client.next('configWarning')).params.summary, /sandbox_mode/);
    match(
      (await client.ask('thread/start', { cwd: stage.workspace })).error?.message ?? '',
      /sandbox_mode: expected one of/,
    );
  });

  story('is read back with its origins; -c goes before the file; keys of others do no harm', async (stage, kind) => {
    const client = await stage.open(kind, {
      overrides: ['model="from-flag"', 'features.unknown_thing=true', 'nonsense'],
    });
    match((await client.next('configWarning')).params.summary, /nonsense/);
    const { config, origins, layers } = await client.request('config/read', { includeLayers: true });
    deepEqual([config.model, config.model_provider, config.sandbox_mode], ['from-flag', 'scripted', 'workspace-write']);
    equal(config.model_reasoning_effort, null, 'a known key that is not set');
    equal(origins.model.name.type, 'sessionFlags');
    deepEqual(origins.model_provider.name, { type: 'user', file: configFile(stage), profile: null });
    equal(layers.length, 2);
    const started = await client.request('thread/start', { cwd: stage.workspace });
    equal(started.model, 'from-flag');
    equal((await client.request('config/read', {})).layers, null);
  });

  story('of a thread may bring a provider and dotted keys', async (stage, kind) => {
    const config = {
      'model_providers.mine.name': 'Mine',
      'model_providers.mine.base_url': stage.model.url,
      'model_providers.mine.experimental_bearer_token': 'secret-token',
      model_reasoning_effort: 'high',
    };
    const client = await stage.open(kind);
    const { thread, ...settings } = await client.request('thread/start', {
      cwd: stage.workspace,
      modelProvider: 'mine',
      model: 'm',
      config,
    });
    deepEqual([settings.modelProvider, settings.reasoningEffort], ['mine', 'high']);
    await playTurn(client, thread.id, 'hi');
    const { headers, body } = await stage.model.request(0);
    equal(headers['authorization'], 'Bearer secret-token');
    deepEqual((body['reasoning'] as any)?.effort, 'high');
    for (const name of readdirSync(stage.home))
      equal(
        statSync(join(stage.home, name)).isFile() && readFileSync(join(stage.home, name)).includes('secret-token'),
        false,
        name,
      );
    await playTurn(client, thread.id, 'again');
    equal(
      (await stage.model.request(1)).headers['authorization'],
      'Bearer secret-token',
      'for as long as the server runs',
    );
    equal(JSON.stringify(client.lines.filter(({ direction }) => direction === '<')).includes('secret-token'), false);
    const unknown = await client.ask('thread/start', { cwd: stage.workspace, modelProvider: 'nobody' });
    match(unknown.error?.message ?? '', /model provider "nobody" is not configured/);
  });

  story('is changed while the server runs: new threads have it', async (stage, kind) => {
    const client = await stage.open(kind);
    writeFileSync(
      configFile(stage),
      readFileSync(configFile(stage), 'utf8').replace('scripted-model', 'another-model'),
    );
    equal((await client.request('thread/start', { cwd: stage.workspace })).model, 'another-model');
  });
});

describe('the account', () => {
  story('takes a key, keeps it for its owner alone, and forgets it', async (stage, kind) => {
    writeFileSync(configFile(stage), 'model_provider = "openai"\n');
    const client = await stage.open(kind, { env: NO_KEY });
    deepEqual(await client.request('account/read', {}), { account: null, userId: null, requiresOpenaiAuth: true });
    const login = await client.request('account/login/start', { type: 'apiKey', apiKey: ' sk-test-123 ' });
    equal(login.type, 'apiKey');
    equal((await client.next('account/login/completed')).params.success, true);
    equal((await client.next('account/updated')).params.authMode, 'apikey');
    deepEqual((await client.request('account/read', {})).account, { type: 'apiKey' });
    const file = join(stage.home, 'auth.json');
    equal(statSync(file).mode & 0o777, 0o600);
    match(readFileSync(file, 'utf8'), /"sk-test-123"/);
    for (const apiKey of ['', 'two words'])
      equal((await client.ask('account/login/start', { type: 'apiKey', apiKey })).error?.code, -32602);
    equal((await client.ask('account/login/start', { type: 'chatgpt' })).error?.data.kind, 'loginNotSupported');
    equal((await client.ask('account/logout')).error, undefined);
    equal((await client.next('account/updated')).params.authMode, null);
    equal((await client.request('account/read', {})).account, null);
  });

  story('asks for no key where the provider needs none', async (stage, kind) => {
    const client = await stage.open(kind, { env: NO_KEY });
    equal((await client.request('account/read', {})).requiresOpenaiAuth, false);
    equal((await client.ask('account/logout')).error, undefined, 'params may be left out');
    await client.next('account/updated');
  });
});

describe('the list of models', () => {
  story('is the provider’s own, the configured one first, in pages', async (stage, kind) => {
    stage.model.models = ['a-model', 'b-model', 'scripted-model'];
    const client = await stage.open(kind);
    const { data, nextCursor } = await client.request('model/list', {});
    deepEqual([data.map(({ id }: any) => id)[0], data.length, nextCursor], ['scripted-model', 3, null]);
    deepEqual(
      data.filter(({ isDefault }: any) => isDefault).map(({ id }: any) => id),
      ['scripted-model'],
    );
    const page = await client.request('model/list', { limit: 2 });
    equal(page.nextCursor, '2');
    equal((await client.request('model/list', { limit: 2, cursor: '2' })).data.length, 1);
    equal((await client.ask('model/list', { cursor: 'x' })).error?.message, 'invalid cursor: x');
  });

  story('has the configured model when the provider cannot be asked', async (stage, kind) => {
    stage.model.models = null;
    const client = await stage.open(kind);
    deepEqual(
      (await client.request('model/list', {})).data.map(({ id }: any) => id),
      ['scripted-model'],
    );
  });
});

describe('without a key and without a configuration', () => {
  story('the demo plays its tour through the real loop', async (stage, kind) => {
    rmSync(configFile(stage));
    stage.write('README.md', '# Hello\n');
    const client = await stage.open(kind, { env: NO_KEY });
    deepEqual(
      (await client.request('model/list', {})).data.map(({ id }: any) => id),
      ['demo'],
    );
    const started = await client.request('thread/start', { cwd: stage.workspace });
    deepEqual([started.model, started.modelProvider, started.approvalPolicy], ['demo', 'demo', 'on-request']);
    equal(started.sandbox.type, 'readOnly', 'nobody has trusted this folder');
    client.whenAsked(() => ({ decision: 'accept' }));
    await startTurn(client, started.thread.id, 'hello');
    const { params } = await client.turnCompleted(started.thread.id);
    equal(params.turn.status, 'completed');
    const items = completedItems(client);
    match(items.find(({ type }) => type === 'agentMessage').text, /script/i);
    const kinds = new Set(items.map(({ type }) => type));
    ok(
      ['userMessage', 'agentMessage', 'dynamicToolCall', 'fileChange', 'commandExecution'].every((type) =>
        kinds.has(type),
      ),
      [...kinds].join(),
    );
    equal(stage.model.requests.length, 0);
  });
});

function completedItems(client: WireClient): any[] {
  return client
    .incoming()
    .filter(({ method }) => method === 'item/completed')
    .map(({ params }) => params.item);
}
