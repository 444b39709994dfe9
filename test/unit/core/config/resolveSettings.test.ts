// Settings of a thread: configuration and the client's wishes, wrong values refused or left out.
import { deepEqual, equal, throws } from 'node:assert/strict';
import type { ConfigTable } from '../../../../server/core/config/configTable.ts';
import { providerProblems, providersOf } from '../../../../server/core/config/providers.ts';
import {
  defaultProviderOf,
  resolveSettings,
  settingsProblems,
  type Circumstances,
  type SettingsRequest,
} from '../../../../server/core/config/resolveSettings.ts';
import { isProtocolError } from '../../../../server/protocol/errors.ts';

const known: Circumstances = { cwd: '/work', isTrusted: false, hasOpenaiKey: false, defaultModel: null };
const resolve = (config: ConfigTable, request: SettingsRequest = {}, more: Partial<Circumstances> = {}) =>
  resolveSettings(config, request, { ...known, ...more });
const isInvalid = (error: unknown) => isProtocolError(error) && error.kind === 'configInvalid' && error.code === -32600;

describe('settings of a thread', () => {
  it('give a workspace nothing that the client does not trust, whatever else is said', () => {
    const nowhere = { cwd: '/work', isTrusted: false, hasOpenaiKey: false, defaultModel: null };
    const config = { sandbox_mode: 'danger-full-access' };
    const untrusted = resolveSettings(
      config,
      { sandbox: 'workspace-write', config: { workspace_trust: 'untrusted' } },
      nowhere,
    );
    equal(untrusted.isWorkspaceTrusted, false);
    equal(untrusted.sandbox.type, 'readOnly');
    const other = resolveSettings(config, { config: { workspace_trust: 'perhaps' } }, nowhere);
    equal(other.isWorkspaceTrusted, false);
    const trusted = resolveSettings(
      config,
      { sandbox: 'workspace-write', config: { workspace_trust: 'trusted' } },
      nowhere,
    );
    equal(trusted.isWorkspaceTrusted, true);
    equal(trusted.sandbox.type, 'workspaceWrite');
    equal(resolveSettings({ workspace_trust: 'trusted' }, {}, nowhere).isWorkspaceTrusted, null);
  });

  it('without any configuration are the tour, read-only and asking', () => {
    deepEqual(resolve({}), {
      cwd: '/work',
      model: 'demo',
      modelProvider: 'demo',
      effort: null,
      summary: null,
      verbosity: null,
      approvalPolicy: 'on-request',
      sandbox: { type: 'readOnly', networkAccess: false },
      baseInstructions: null,
      disarmed: [],
      isWorkspaceTrusted: null,
      developerInstructions: null,
      contextWindow: null,
      autoCompactTokenLimit: null,
      shellEnvironment: {
        inherit: 'all',
        ignoreDefaultExcludes: true,
        exclude: [],
        set: {},
        includeOnly: [],
        useLoginPath: true,
      },
      projectDocMaxBytes: 32_768,
      overrides: {},
    });
  });

  it('are read from every key that the reference knows', () => {
    const settings = resolve({
      model: 'gpt-5.5',
      model_provider: 'mock',
      model_providers: { mock: { base_url: 'http://127.0.0.1:9/v1' } },
      approval_policy: 'untrusted',
      sandbox_mode: 'workspace-write',
      sandbox_workspace_write: { writable_roots: ['/data'], network_access: true, exclude_slash_tmp: true },
      model_reasoning_effort: 'xhigh',
      model_reasoning_summary: 'detailed',
      model_verbosity: 'low',
      model_context_window: 128_000,
      developer_instructions: 'Be brief.',
      project_doc_max_bytes: 10,
      shell_environment_policy: {
        inherit: 'core',
        ignore_default_excludes: false,
        exclude: ['A*'],
        set: { B: 1 },
        include_only: ['P*'],
      },
    });
    equal(settings.model, 'gpt-5.5');
    equal(settings.modelProvider, 'mock');
    equal(settings.effort, 'xhigh');
    equal(settings.summary, 'detailed');
    equal(settings.verbosity, 'low');
    equal(settings.contextWindow, 128_000);
    equal(settings.developerInstructions, 'Be brief.');
    equal(settings.projectDocMaxBytes, 10);
    equal(settings.approvalPolicy, 'untrusted');
    deepEqual(settings.sandbox, {
      type: 'workspaceWrite',
      writableRoots: ['/data'],
      networkAccess: true,
      excludeTmpdirEnvVar: false,
      excludeSlashTmp: true,
    });
    deepEqual(settings.shellEnvironment, {
      inherit: 'core',
      ignoreDefaultExcludes: false,
      exclude: ['A*'],
      set: { B: '1' },
      includeOnly: ['P*'],
      useLoginPath: true,
    });
  });

  it('arm every tripwire that is not said to be off', () => {
    deepEqual(resolve({ tripwires: { mass_deletion: false, fork_bomb: true, device_write: 'no' } }).disarmed, [
      'mass_deletion',
    ]);
    const client = { config: { 'tripwires.mass_deletion': true, 'tripwires.fork_bomb': false } };
    deepEqual(resolve({ tripwires: { mass_deletion: false } }, client).disarmed, ['fork_bomb']);
    deepEqual(
      settingsProblems({ tripwires: { mass_deletion: 'no', typo: false } }).map(({ path }) => path),
      ['tripwires.mass_deletion', 'tripwires.typo'],
    );
  });

  it('follow the client before the configuration', () => {
    const config = { model: 'a', model_provider: 'openai', approval_policy: 'never', sandbox_mode: 'read-only' };
    const settings = resolve(config, {
      model: 'b',
      approvalPolicy: 'untrusted',
      sandbox: 'danger-full-access',
      config: { model_reasoning_effort: 'high', 'sandbox_workspace_write.network_access': true },
      developerInstructions: 'dev',
      baseInstructions: 'base',
    });
    equal(settings.model, 'b');
    equal(settings.approvalPolicy, 'untrusted');
    deepEqual(settings.sandbox, { type: 'dangerFullAccess' });
    equal(settings.effort, 'high');
    equal(settings.developerInstructions, 'dev');
    equal(settings.baseInstructions, 'base');
    deepEqual(settings.overrides, { model_reasoning_effort: 'high', 'sandbox_workspace_write.network_access': true });
  });

  it('let the agent write in a trusted folder', () => {
    equal(resolve({}, {}, { isTrusted: true }).sandbox.type, 'workspaceWrite');
    equal(resolve({ sandbox_mode: 'read-only' }, {}, { isTrusted: true }).sandbox.type, 'readOnly');
  });

  const providers: [string, ConfigTable, boolean, string, string][] = [
    ['the tour without a key', { model: 'gpt-5.5' }, false, 'demo', 'demo'],
    ['OpenAI with a key', { model: 'gpt-5.5' }, true, 'openai', 'gpt-5.5'],
    ['what is configured, key or not', { model: 'm', model_provider: 'x' }, true, 'x', 'm'],
    ['the tour when it is configured', { model: 'm', model_provider: 'demo' }, true, 'demo', 'demo'],
  ];
  for (const [name, config, hasOpenaiKey, provider, model] of providers) {
    it(`use ${name}`, () => {
      const settings = resolve(config, {}, { hasOpenaiKey });
      deepEqual([settings.modelProvider, settings.model], [provider, model]);
      equal(defaultProviderOf(config, hasOpenaiKey), provider);
    });
  }

  it('take the provider’s first model when none is chosen, and say so when there is none', () => {
    equal(resolve({}, {}, { hasOpenaiKey: true, defaultModel: 'first' }).model, 'first');
    throws(() => resolve({}, {}, { hasOpenaiKey: true }), isInvalid);
    throws(() => resolve({}, {}, { hasOpenaiKey: true }), /no model is chosen for provider "openai"\. Set model/);
  });

  it('never guess a policy', () => {
    for (const value of ['ask-me', 5, true, ['never']]) {
      throws(() => resolve({ sandbox_mode: value }), isInvalid);
      if (!Array.isArray(value)) throws(() => resolve({ approval_policy: value }), isInvalid);
    }
  });

  it('read "on-failure" as "on-request", with a warning', () => {
    equal(resolve({ approval_policy: 'on-failure' }).approvalPolicy, 'on-request');
    const [problem] = settingsProblems({ approval_policy: 'on-failure' });
    equal(problem?.path, 'approval_policy');
    equal(/no longer supported/.test(problem?.message ?? ''), true);
  });

  it('read a granular policy', () => {
    const granular = {
      sandbox_approval: false,
      rules: true,
      skill_approval: false,
      request_permissions: false,
      mcp_elicitations: true,
    };
    deepEqual(resolve({ approval_policy: { granular: { sandbox_approval: false } } }).approvalPolicy, { granular });
  });

  it('leave out other values that make no sense, and name them', () => {
    const config = {
      model_verbosity: 'shout',
      model_context_window: -1,
      shell_environment_policy: { inherit: 'some', set: 5 },
    };
    equal(resolve(config).verbosity, null);
    equal(resolve(config).contextWindow, null);
    deepEqual(
      settingsProblems(config)
        .map((problem) => problem.path)
        .sort(),
      ['model_context_window', 'model_verbosity', 'shell_environment_policy.inherit', 'shell_environment_policy.set'],
    );
    deepEqual(settingsProblems({ unknown_key: [1], features: { x: true } }), []);
  });
});

describe('model providers', () => {
  it('are the built-in ones and those of the configuration, defaults filled in', () => {
    const config = {
      model_providers: {
        mock: {
          name: 'Mock',
          base_url: 'http://127.0.0.1:9999/v1/',
          wire_api: 'chat',
          env_key: 'MOCK_KEY',
          env_key_instructions: 'Ask Ann.',
          experimental_bearer_token: 'sk',
          request_max_retries: 1,
          stream_max_retries: 2,
          stream_idle_timeout_ms: 20_000,
          http_headers: { A: 'b' },
          env_http_headers: { C: 'D' },
          query_params: { v: '1' },
          ca_certificate: '/ca.pem',
          supports_websockets: false,
        },
        openai: { base_url: 'https://proxy.example/v1' },
      },
    };
    const found = providersOf(config);
    deepEqual(
      found.map((provider) => provider.id),
      ['openai', 'demo', 'mock'],
    );
    equal(found[0]?.baseUrl, 'https://proxy.example/v1');
    equal(found[0]?.requiresOpenaiAuth, true);
    deepEqual(found[2], {
      id: 'mock',
      name: 'Mock',
      baseUrl: 'http://127.0.0.1:9999/v1',
      wireApi: 'chat',
      envKey: 'MOCK_KEY',
      envKeyInstructions: 'Ask Ann.',
      bearerToken: 'sk',
      requiresOpenaiAuth: false,
      headers: { A: 'b' },
      envHeaders: { C: 'D' },
      queryParams: { v: '1' },
      caFile: '/ca.pem',
      requestMaxRetries: 1,
      streamMaxRetries: 2,
      streamIdleTimeoutMs: 20_000,
    });
    deepEqual(providerProblems(config), []);
  });

  it('may have a query in their address, as the portals of Azure show it', () => {
    const at = (base_url: string, more = {}) => providersOf({ model_providers: { a: { base_url, ...more } } }).at(-1);
    const azure = at('https://x.example/openai/deployments/d/?api-version=2024-10-21&a=%20b#part');
    deepEqual(
      [azure?.baseUrl, azure?.queryParams],
      ['https://x.example/openai/deployments/d', { 'api-version': '2024-10-21', a: ' b' }],
    );
    deepEqual(at('https://x.example/v1?v=1', { query_params: { v: '2' } })?.queryParams, { v: '2' });
    deepEqual(at('https://x.example/v1?%')?.queryParams, { '%': '' });
  });

  it('without a usable address are left out, and named', () => {
    const config = {
      model_providers: {
        a: { name: 'A' },
        b: { base_url: 'ftp://x' },
        c: 5,
        d: { base_url: 'http://d', wire_api: 'smoke' },
      },
    };
    deepEqual(
      providersOf(config).map((provider) => provider.id),
      ['openai', 'demo', 'd'],
    );
    deepEqual([...new Set(providerProblems(config).map((problem) => problem.path))].sort(), [
      'model_providers.a.base_url',
      'model_providers.b.base_url',
      'model_providers.c',
      'model_providers.c.base_url',
      'model_providers.d.wire_api',
    ]);
  });
});
