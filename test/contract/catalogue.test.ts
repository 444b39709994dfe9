// What clients ask for at their start and between turns: cheap, honest, and in the published shapes.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { playTurn, startThread, story, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;

describe('what this server has none of', () => {
  story(
    'is answered empty, or refused by its name',
    async (stage, kind) => {
      const client = await stage.open(kind);
      deepEqual(await client.request('mcpServerStatus/list', { detail: 'toolsAndAuthOnly' }), {
        data: [],
        nextCursor: null,
      });
      equal((await client.ask('config/mcpServer/reload')).error, undefined);
      deepEqual(await client.request('plugin/list', {}), {
        marketplaces: [],
        marketplaceLoadErrors: [],
        featuredPluginIds: [],
      });
      deepEqual(await client.request('plugin/installed', {}), { marketplaces: [], marketplaceLoadErrors: [] });
      deepEqual(await client.request('app/list', {}), { data: [], nextCursor: null });
      deepEqual(await client.request('app/installed', {}), { apps: [] });
      deepEqual((await client.request('hooks/list', { cwds: [stage.workspace] })).data, [
        { cwd: stage.workspace, hooks: [], warnings: [], errors: [] },
      ]);
      deepEqual((await client.request('experimentalFeature/list', { limit: 3 })).data, []);
      deepEqual(await client.request('experimentalFeature/enablement/set', { enablement: { foo: true } }), {
        enablement: {},
      });
      equal((await client.ask('configRequirements/read')).result.requirements, null);
      const limits = await client.request('account/rateLimits/read', {});
      ok(Object.values(limits.rateLimits).every((value) => value === null));
      deepEqual(await client.request('modelProvider/capabilities/read', {}), {
        imageGeneration: false,
        webSearch: false,
      });
      const refused = async (method: string, params: object) => (await client.ask(method, params)).error?.message;
      equal(await refused('mcpServer/oauth/login', { name: 'x' }), "No MCP server named 'x' found.");
      equal(await refused('mcpServer/resource/read', { server: 'x', uri: 'a:b' }), "unknown MCP server 'x'");
      const call = { threadId: await startThread(client, stage), server: 'x', tool: 't' };
      equal(await refused('mcpServer/tool/call', call), "unknown MCP server 'x'");
    },
    LINKED,
  );

  story(
    'and is not offered says so; a word that nobody knows does not',
    async (stage, kind) => {
      const client = await stage.open(kind);
      for (const method of ['account/login/cancel', 'windowsSandbox/readiness', 'getAuthStatus']) {
        const { error } = await client.ask(method, {});
        deepEqual([error?.code, error?.data.kind], [-32601, 'notOffered']);
        equal(error?.message, `${method} is not offered by this server.`);
      }
      const { error } = await client.ask('no/such/method', {});
      deepEqual([error?.code, error?.data.kind], [-32601, 'methodNotFound']);
    },
    LINKED,
  );
});

describe('modes and profiles', () => {
  story(
    'are listed; a profile is taken as the permissions of a thread',
    async (stage, kind) => {
      const client = await (await stage.start(kind)).connect();
      await client.initialize('modern', { experimentalApi: true });
      const { data } = await client.request('permissionProfile/list', { cwd: stage.workspace });
      deepEqual(
        data.map(({ id, allowed }: any) => [id, allowed]),
        [
          [':read-only', true],
          [':workspace', true],
          [':danger-full-access', true],
        ],
      );
      const types: string[] = [];
      for (const { id } of data) {
        const started = await client.request('thread/start', { cwd: stage.workspace, permissions: id });
        types.push(started.sandbox.type);
      }
      deepEqual(types, ['readOnly', 'workspaceWrite', 'dangerFullAccess']);
      const { error } = await client.ask('thread/start', { permissions: ':other' });
      match(error?.message ?? '', /unknown permission profile: :other; expected one of :read-only/);
      deepEqual(
        (await client.request('collaborationMode/list', {})).data.map(({ mode }: any) => mode),
        ['plan', 'default'],
      );
    },
    LINKED,
  );

  story(
    'of collaboration are for clients that asked for what is experimental',
    async (stage, kind) => {
      const client = await (await stage.start(kind)).connect();
      await client.initialize('plain', { experimentalApi: false });
      match((await client.ask('collaborationMode/list', {})).error?.message ?? '', /requires experimentalApi/);
    },
    LINKED,
  );
});

describe('model providers', () => {
  story(
    'are listed without their keys, added, changed, and used',
    async (stage, kind) => {
      const client = await stage.open(kind, { env: { MY_KEY: 'sk-my-key' } });
      const list = async () => await client.request('modelProvider/list', {});
      const before = await list();
      deepEqual([before.defaultProviderId, before.canChangeDefault], ['scripted', true]);
      deepEqual(
        before.data.map(({ id, canEdit, settings }: any) => [id, canEdit, settings.type]),
        [
          ['openai', false, 'openai'],
          ['demo', false, 'customGateway'],
          ['scripted', true, 'customGateway'],
        ],
      );
      const write = async (settings: object) =>
        await client.ask('modelProvider/config/write', { settings: { type: 'customGateway', ...settings } });
      const made = await write({ name: 'My Gate!', baseUrl: stage.model.url, envKey: 'MY_KEY' });
      const auth = { mode: 'environmentVariable', envKey: 'MY_KEY' };
      const settings = { type: 'customGateway', auth };
      const provider = { id: 'my-gate', name: 'My Gate!', canEdit: true, baseUrl: stage.model.url, settings };
      deepEqual(made.result, { provider });
      deepEqual(
        (await list()).data.find(({ id }: any) => id === 'my-gate'),
        provider,
      );
      equal((await write({ name: 'My Gate', baseUrl: stage.model.url })).result.provider.id, 'my-gate-2');
      equal((await write({ providerId: 'my-gate', name: 'Renamed' })).result.provider.name, 'Renamed');
      const why = async (params: object) => (await write(params)).error?.data.config_write_error_code;
      equal(await why({ providerId: 'nobody', name: 'X' }), 'configPathNotFound');
      for (const wrong of [
        { providerId: 'openai', name: 'X' },
        { name: 'NoUrl' },
        { name: 'X', baseUrl: 'nonsense' },
        { name: 'X', baseUrl: 'http://user:secret@host/v1' },
        { providerId: 'my-gate', baseUrl: null },
      ])
        equal(await why(wrong), 'configValidationError');
      equal(
        (await client.ask('modelProvider/config/write', { settings: { type: 'bedrock', providerId: 'b' } })).error?.data
          .kind,
        'configValidationError',
      );
      const threadId = await startThread(client, stage, { modelProvider: 'my-gate', model: 'm' });
      await playTurn(client, threadId, 'hi');
      equal((await stage.model.request(0)).headers['authorization'], 'Bearer sk-my-key');
      equal(JSON.stringify(client.lines).includes('sk-my-key'), false);
    },
    LINKED,
  );
});

describe('skills', () => {
  const skill = (name: string, description: string): string =>
    `---\nname: ${name}\ndescription: ${description}\n---\nDo ${name}.\n`;
  const put = (path: string, text: string): string => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  };
  const listed = async (client: WireClient, stage: Stage): Promise<any> =>
    (await client.request('skills/list', { cwds: [stage.workspace] })).data[0];

  story(
    'are the user’s and a trusted workspace’s; they are switched, and added to',
    async (stage, kind) => {
      const mine = put(join(stage.home, 'skills/mine/SKILL.md'), skill('mine', 'A skill of mine'));
      const broken = put(join(stage.home, 'skills/broken/SKILL.md'), 'no head\n');
      put(join(stage.home, 'skills/.hidden/SKILL.md'), skill('hidden', 'x'));
      const own = put(join(stage.workspace, '.bowline/skills/own/SKILL.md'), skill('own', '>\n  folded\n  text'));
      const agents = put(join(stage.workspace, '.agents/skills/agents/SKILL.md'), skill('agents', '"quoted: text"'));
      const client = await stage.open(kind);
      const untrusted = await listed(client, stage);
      deepEqual(untrusted.skills, [
        { name: 'mine', description: 'A skill of mine', path: mine, scope: 'user', enabled: true, pluginId: null },
      ]);
      deepEqual(
        untrusted.errors.map(({ path }: any) => path),
        [broken],
      );
      await client.request('config/value/write', {
        keyPath: `projects."${stage.workspace}".trust_level`,
        value: 'trusted',
        mergeStrategy: 'replace',
      });
      const names = async () => (await listed(client, stage)).skills.map(({ path, enabled }: any) => [path, enabled]);
      deepEqual(await names(), [
        [own, true],
        [agents, true],
        [mine, true],
      ]);
      deepEqual((await listed(client, stage)).skills.map(({ description }: any) => description).slice(0, 2), [
        'folded text',
        'quoted: text',
      ]);
      deepEqual(await client.request('skills/config/write', { path: mine, enabled: false }), {
        effectiveEnabled: false,
      });
      await client.next('skills/changed');
      await client.request('skills/config/write', { name: 'own', enabled: false });
      deepEqual(await names(), [
        [own, false],
        [agents, true],
        [mine, false],
      ]);
      match(
        readFileSync(join(stage.home, 'config.toml'), 'utf8'),
        /\[\[skills\.config\]\]\npath = ".*SKILL\.md"\nenabled = false\n/,
      );
      await client.request('skills/config/write', { path: mine, enabled: true });
      await client.request('skills/config/write', { name: 'own', enabled: true });
      equal((await client.ask('skills/config/write', { enabled: true })).error?.code, -32602);
      equal((await client.ask('skills/config/write', { path: mine, name: 'x', enabled: true })).error?.code, -32602);
      const extra = put(join(stage.workspace, '../extra/more/SKILL.md'), skill('more', 'Even more'));
      await client.request('skills/extraRoots/set', { extraRoots: [join(stage.workspace, '../extra')] });
      deepEqual((await names()).at(-1), [extra, true]);
      writeFileSync(extra, skill('more', 'Changed'));
      equal((await listed(client, stage)).skills.at(-1).description, 'Changed');
    },
    LINKED,
  );

  story(
    'that are mentioned go along whole',
    async (stage, kind) => {
      const path = put(join(stage.home, 'skills/mine/SKILL.md'), skill('mine', 'A skill of mine'));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const gone = join(stage.home, 'skills/gone/SKILL.md');
      await client.request('turn/start', {
        threadId,
        input: [
          { type: 'text', text: 'go' },
          { type: 'skill', name: 'mine', path },
          { type: 'skill', name: 'gone', path: gone },
        ],
      });
      await client.turnCompleted(threadId);
      const { body } = await stage.model.request(0);
      const texts = JSON.stringify(body['input']);
      const whole = `<skill>\n<name>mine</name>\n<path>${path}</path>\n${readFileSync(path, 'utf8')}\n</skill>`;
      ok(texts.includes(JSON.stringify(whole).slice(1, -1)), texts);
      ok(texts.includes(`[The skill gone at ${gone} is not there.]`), texts);
    },
    LINKED,
  );
});
