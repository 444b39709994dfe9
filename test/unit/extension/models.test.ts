// Which provider and model a thread gets: from settings, trust, local servers and what the server would choose.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { findLocalServers, listModels, readModels, type Fetch } from '../../../src/models/localServers.ts';
import {
  providerConfig,
  providerIdOf,
  readLocalProviders,
  withLocalProvider,
} from '../../../src/models/localProvider.ts';
import { listPickableModels } from '../../../src/models/modelChoices.ts';
import { ModelState } from '../../../src/models/modelState.ts';
import { openOverrides, resumeConfig, sandboxOf, threadStartParams } from '../../../src/models/threadDefaults.ts';
import type { Settings } from '../../../src/settings.ts';
import { statusLook } from '../../../src/statusLook.ts';
import { FakePort, QUIET, SETTINGS } from './fakePort.ts';

const OLLAMA = { name: 'Ollama', baseUrl: 'http://127.0.0.1:11434/v1' };
const SAYS_ALL = { approvalPolicy: null, sandbox: 'workspace-write', hasNetwork: true } as const;
const SAYS_NOTHING = { approvalPolicy: null, sandbox: null, hasNetwork: false } as const;
const TRUSTED = { folders: ['/w', '/v'], isTrusted: true, configured: SAYS_ALL };
const ARMED = {
  'tripwires.recursive_deletion': true,
  'tripwires.history_rewrite': true,
  'tripwires.device_write': true,
  'tripwires.credential_read': true,
  'tripwires.network_to_shell': true,
  'tripwires.fork_bomb': true,
  'tripwires.mass_deletion': true,
};

describe('thread defaults', () => {
  it('leave to the server what no setting names', () => {
    deepEqual(threadStartParams({}, SETTINGS, TRUSTED), { cwd: '/w', config: ARMED });
    deepEqual(threadStartParams({}, SETTINGS, { ...TRUSTED, folders: [] }), { config: ARMED });
    deepEqual(threadStartParams({}, SETTINGS, { ...TRUSTED, hasOtherServer: true }), { cwd: '/w', config: {} });
  });

  it('let the agent write in a trusted workspace for which nobody has said anything', () => {
    const silent = { ...TRUSTED, configured: SAYS_NOTHING };
    equal(threadStartParams({}, SETTINGS, silent).sandbox, 'workspace-write');
    equal(threadStartParams({}, { ...SETTINGS, sandbox: 'read-only' }, silent).sandbox, 'read-only');
    equal(threadStartParams({}, SETTINGS, { ...silent, folders: [] }).sandbox, undefined);
    equal(threadStartParams({}, SETTINGS, { ...silent, configured: null }).sandbox, undefined);
  });

  it('give way to what is asked', () => {
    const settings: Settings = { ...SETTINGS, model: 'm', approvalPolicy: 'never', sandbox: 'workspace-write' };
    deepEqual(threadStartParams({ cwd: '/v', model: null }, settings, TRUSTED), {
      cwd: '/v',
      model: 'm',
      approvalPolicy: 'never',
      sandbox: 'workspace-write',
      config: ARMED,
    });
  });

  it('ask for hosts one by one, unless the network is off or config.toml has its own word', () => {
    const network = (settings: Settings, configured: typeof SAYS_ALL | typeof SAYS_NOTHING | null) =>
      threadStartParams({}, settings, { ...TRUSTED, configured }).config?.['sandbox_workspace_write.network_access'];
    equal(network(SETTINGS, SAYS_NOTHING), true);
    equal(network({ ...SETTINGS, network: 'off' }, SAYS_NOTHING), false);
    equal(network(SETTINGS, SAYS_ALL), undefined);
    equal(network(SETTINGS, null), undefined, 'nobody knows yet: nothing is opened');
  });

  it('say of each tripwire whether it is armed, also when a thread is opened again', () => {
    const settings: Settings = { ...SETTINGS, tripwiresOff: ['fork_bomb'] };
    const config = { ...ARMED, 'tripwires.fork_bomb': false };
    deepEqual(threadStartParams({}, settings, TRUSTED).config, config);
    deepEqual(openOverrides(settings, TRUSTED, false), { config });
    deepEqual(openOverrides(SETTINGS, TRUSTED, false), { config: ARMED });
  });

  it('only read, and ask for everything, where the user trusts nobody', () => {
    const settings: Settings = { ...SETTINGS, approvalPolicy: 'never', sandbox: 'danger-full-access' };
    const untrusted = { ...TRUSTED, isTrusted: false, configured: SAYS_NOTHING };
    const params = threadStartParams({}, settings, untrusted);
    equal(params.approvalPolicy, 'untrusted');
    equal(params.sandbox, 'read-only');
    equal(sandboxOf(settings, untrusted), 'read-only');
    deepEqual(params.config, { ...ARMED, workspace_trust: 'untrusted' });
    deepEqual(openOverrides(settings, untrusted, false), {
      approvalPolicy: 'untrusted',
      sandbox: 'read-only',
      config: { ...ARMED, workspace_trust: 'untrusted' },
    });
  });

  it('keep the instructions and the configuration of an untrusted workspace from another server in its own words', () => {
    const untrusted = { ...TRUSTED, isTrusted: false, hasOtherServer: true };
    const config = {
      project_doc_max_bytes: 0,
      projects: { '/w': { trust_level: 'untrusted' }, '/v': { trust_level: 'untrusted' } },
    };
    deepEqual(threadStartParams({}, SETTINGS, untrusted).config, config);
    deepEqual(openOverrides(SETTINGS, untrusted, false).config, config);
    deepEqual(openOverrides(SETTINGS, { ...untrusted, isTrusted: true }, true).config, {});
  });

  it('give a thread that was read-only for want of trust what a new one would get', () => {
    const silent = { ...TRUSTED, configured: SAYS_NOTHING };
    const config = { ...ARMED, 'sandbox_workspace_write.network_access': true, workspace_trust: 'trusted' };
    deepEqual(openOverrides(SETTINGS, silent, true), {
      approvalPolicy: 'on-request',
      sandbox: 'workspace-write',
      config,
    });
    const configured = { approvalPolicy: 'never', sandbox: 'read-only', hasNetwork: false } as const;
    const own = openOverrides(SETTINGS, { ...TRUSTED, configured }, true);
    deepEqual([own.approvalPolicy, own.sandbox], ['never', 'read-only']);
  });

  it('make a chosen local server known without writing a file', () => {
    const settings: Settings = {
      ...SETTINGS,
      localServers: [OLLAMA],
      modelProvider: 'local-11434',
      model: 'qwen',
      reasoningEffort: 'low',
    };
    const { config, ...rest } = threadStartParams({}, settings, TRUSTED);
    deepEqual(rest, { cwd: '/w', modelProvider: 'local-11434', model: 'qwen' });
    deepEqual(config, { ...ARMED, ...providerConfig(OLLAMA, 'chat'), model_reasoning_effort: 'low' });
    deepEqual(resumeConfig(settings, TRUSTED), providerConfig(OLLAMA, 'chat'));
    deepEqual(resumeConfig(SETTINGS, TRUSTED), {});
  });

  it('speak Responses to a local server by way of a server that has no Chat Completions', () => {
    const settings: Settings = { ...SETTINGS, localServers: [OLLAMA], modelProvider: 'local-11434' };
    const other = { ...TRUSTED, hasOtherServer: true };
    const config = {
      'model_providers.local-11434': {
        name: 'Ollama',
        base_url: OLLAMA.baseUrl,
        wire_api: 'responses',
        requires_openai_auth: false,
      },
    };
    deepEqual(threadStartParams({}, settings, other).config, config);
    deepEqual(openOverrides(settings, other, false).config, config);
  });
});

describe('local providers', () => {
  it('are named by their address', () => {
    equal(providerIdOf('http://127.0.0.1:11434/v1'), 'local-11434');
    equal(providerIdOf('http://localhost:1234/v1'), 'local-1234');
    equal(providerIdOf('https://models.home.lan/v1'), 'local-models-home-lan-443');
  });

  it('are read from whatever stands in the setting', () => {
    deepEqual(readLocalProviders([OLLAMA, { baseUrl: 'http://h:1/v1' }, { name: 'x' }, 7, { baseUrl: 'nonsense' }]), [
      OLLAMA,
      { name: 'h:1', baseUrl: 'http://h:1/v1' },
    ]);
    deepEqual(readLocalProviders('x'), []);
  });

  it('stand once, under their latest name', () => {
    deepEqual(withLocalProvider([OLLAMA], { ...OLLAMA, name: 'Mine' }), [{ ...OLLAMA, name: 'Mine' }]);
  });
});

describe('local servers', () => {
  const fetchOf =
    (answers: Record<string, () => Response | Promise<Response>>): Fetch =>
    (url) =>
      Promise.resolve().then(() => {
        const answer = answers[url];
        if (answer === undefined) throw new Error('refused');
        return answer();
      });

  it('are those that answer with a list of models', async () => {
    const asked: string[] = [];
    const fetch = fetchOf({
      'http://127.0.0.1:11434/v1/models': () => Response.json({ data: [{ id: 'qwen' }, { id: 7 }] }),
      'http://127.0.0.1:8000/v1/models': () => Response.json({ hello: 'web page' }),
    });
    const servers = await findLocalServers((url, options) => {
      asked.push(url);
      ok(options.signal instanceof AbortSignal);
      return fetch(url, options);
    });
    deepEqual(servers, [{ ...OLLAMA, models: ['qwen'] }]);
    deepEqual(
      asked,
      [11434, 1234, 8000].map((port) => `http://127.0.0.1:${port}/v1/models`),
    );
  });

  it('that answer with anything else are none', async () => {
    equal(
      await listModels('http://h', fetchOf({ 'http://h/models': () => new Response('no', { status: 500 }) })),
      null,
    );
    equal(await listModels('http://h', fetchOf({ 'http://h/models': () => new Response('<html>') })), null);
    for (const body of [null, 7, {}, { data: 'x' }]) equal(readModels(body), null);
  });
});

const server = (config: Record<string, unknown>, account: unknown, requiresOpenaiAuth: boolean) =>
  new FakePort({
    'config/read': () => ({ config, origins: {}, layers: null }),
    'account/read': () => ({ account, userId: null, requiresOpenaiAuth }),
    'model/list': ({ modelProvider }) => ({
      data: [
        {
          model: modelProvider ?? 'first',
          displayName: '',
          description: '',
          hidden: false,
          isDefault: true,
          supportedReasoningEfforts: [],
          defaultReasoningEffort: '',
        },
      ],
      nextCursor: null,
    }),
  });

describe('model state', () => {
  const stateOf = async (fake: FakePort, settings: Settings = SETTINGS) => {
    const state = new ModelState(fake.port, () => settings, QUIET);
    await state.refresh();
    return state;
  };

  it('is the tour when nothing is configured', async () => {
    const state = await stateOf(server({}, null, false));
    deepEqual(state.choice(null, undefined), { provider: 'demo', providerName: 'Demo', model: 'first', isDemo: true });
    ok(state.isFirstRun);
  });

  it('is OpenAI with a key, and what the configuration names before that', async () => {
    equal((await stateOf(server({}, { type: 'apiKey' }, false))).choice(null, undefined)?.provider, 'openai');
    const state = await stateOf(
      server({ model_provider: 'mine', model: 'm', model_providers: { mine: { name: 'My own' } } }, null, false),
    );
    deepEqual(state.choice(null, undefined), { provider: 'mine', providerName: 'My own', model: 'm', isDemo: false });
    ok(!state.isFirstRun);
  });

  it('is OpenAI with another server, which has no tour: without a key that is the first page too', async () => {
    const other = (account: unknown, requiresOpenaiAuth: boolean): FakePort => {
      const fake = server({}, account, requiresOpenaiAuth);
      fake.isOwn = false;
      return fake;
    };
    const state = await stateOf(other(null, true));
    const openai = { provider: 'openai', providerName: 'OpenAI', model: 'first', isDemo: false };
    deepEqual(state.choice(null, undefined), openai);
    ok(state.isFirstRun);
    deepEqual(state.defaults?.providerNames, { openai: 'OpenAI' });
    ok(!(await stateOf(other({ type: 'apiKey' }, true))).isFirstRun);
    const silent = await stateOf(other(null, false));
    deepEqual([silent.choice(null, undefined), silent.isFirstRun], [openai, false]);
    const settings = { ...SETTINGS, localServers: [OLLAMA], modelProvider: 'local-11434', model: 'qwen' };
    ok(!(await stateOf(other(null, true), settings)).isFirstRun);
  });

  it('tells what the configuration says about limits', async () => {
    const config = {
      sandbox_mode: 'read-only',
      approval_policy: 'nonsense',
      sandbox_workspace_write: { network_access: false },
    };
    const said = await stateOf(server(config, null, false));
    deepEqual(said.defaults?.policies, { approvalPolicy: null, sandbox: 'read-only', hasNetwork: true });
    const silent = await stateOf(server({ sandbox_workspace_write: { writable_roots: [] } }, null, false));
    deepEqual(silent.defaults?.policies, { approvalPolicy: null, sandbox: null, hasNetwork: false });
  });

  it('is what the settings say before anything else', async () => {
    const settings = { ...SETTINGS, localServers: [OLLAMA], modelProvider: 'local-11434', model: 'qwen' };
    const state = await stateOf(server({}, null, false), settings);
    deepEqual(state.choice(null, undefined), {
      provider: 'local-11434',
      providerName: 'Ollama',
      model: 'qwen',
      isDemo: false,
    });
  });

  it('is a thread’s own for a thread, until another is picked for it', async () => {
    const state = await stateOf(server({}, null, false));
    const thread = { model: 'm1', modelProvider: 'openai' };
    equal(state.choice('t', thread)?.model, 'm1');
    state.pickForThread('t', { model: 'm2', effort: null });
    equal(state.choice('t', thread)?.model, 'm2');
    equal(state.choice('u', thread)?.model, 'm1');
  });

  it('is not known before the server was asked, nor when it does not answer', async () => {
    const fake = server({}, null, false);
    fake.answers['config/read'] = () => {
      throw new Error('no');
    };
    equal((await stateOf(fake)).choice(null, undefined), null);
  });

  it('offers the models of every provider, and OpenAI’s only with a key', async () => {
    const fake = server({ model_providers: { mine: { name: 'My own' } } }, null, false);
    const settings = { ...SETTINGS, localServers: [OLLAMA] };
    const { defaults } = await stateOf(fake, settings);
    ok(defaults !== null);
    const fetch: Fetch = () => Promise.reject(new Error('refused'));
    const groups = await listPickableModels(fake.port, { defaults, settings, fetch });
    deepEqual(
      groups.map(({ provider, models, problem }) => [provider, models.map(({ model }) => model).join(), problem]),
      [
        ['demo', 'demo', null],
        ['mine', 'mine', null],
        ['local-11434', '', 'http://127.0.0.1:11434/v1 does not answer.'],
      ],
    );
  });
});

describe('status bar', () => {
  const model = { provider: 'p', providerName: 'P', model: 'm', isDemo: false };
  const facts = { server: { type: 'ready' }, model, running: 0, waiting: { all: 0, questions: 0 } } as const;

  it('shows the most pressing fact', () => {
    equal(statusLook(facts).text, '$(sparkle) m');
    equal(statusLook({ ...facts, running: 1 }).text, '$(loading~spin) m');
    deepEqual(statusLook({ ...facts, running: 1, waiting: { all: 2, questions: 0 } }), {
      text: '$(bell-dot) Bowline: 2 approvals',
      tooltip: '2 approvals wait for your answer',
      background: 'warning',
    });
    equal(
      statusLook({ ...facts, waiting: { all: 1, questions: 1 }, server: { type: 'stopped', detail: 'why' } })
        .background,
      'error',
    );
    equal(statusLook({ ...facts, server: { type: 'restarting', detail: 'why' } }).tooltip, 'why');
    equal(statusLook({ ...facts, server: { type: 'starting', phase: 'Starting' } }).tooltip, 'Starting…');
    equal(statusLook({ ...facts, model: null }).text, '$(sparkle) Bowline');
  });
});
