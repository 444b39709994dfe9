// Configuration files on a real disk: layers, trust, broken files, changes, and what clients are shown.
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createConfiguration, type ConfigurationOptions } from '../../../../server/adapters/config/configuration.ts';
import { parseToml, parseTomlValue } from '../../../../server/adapters/config/toml.ts';
import { isProtocolError } from '../../../../server/protocol/errors.ts';

describe('configuration files', () => {
  let root: string;
  let home: string;
  let work: string;

  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'bowline-config-')));
    home = join(root, 'home');
    work = join(root, 'work');
    mkdirSync(join(work, '.git'), { recursive: true });
    mkdirSync(home);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const write = (path: string, text: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const userFile = () => join(home, 'config.toml');
  const configure = (options: Partial<ConfigurationOptions> = {}) =>
    createConfiguration({
      home,
      overrides: [],
      serverCwd: work,
      hasOpenaiKey: () => false,
      defaultModel: () => Promise.resolve(null),
      ...options,
    });
  const MOCK = '[model_providers.mock]\nbase_url = "http://127.0.0.1:9/v1"\n';

  it('need not be there', async () => {
    const configuration = configure();
    equal((await configuration.resolve({})).model, 'demo');
    equal((await configuration.resolve({ cwd: 'sub' })).cwd, join(work, 'sub'));
    deepEqual(await configuration.warnings(), []);
    equal(configuration.defaultProvider(), 'demo');
    equal(configuration.configuredModel(), null);
  });

  it('of the reference work as they are, unknown keys and all', async () => {
    const text = `model = "gpt-5.5"\nmodel_provider = "mock"\nnotify = ["x"]\n${MOCK}wire_api = "responses"\n[features]\nnew = true\n[mcp_servers.docs]\ncommand = "x"\n`;
    write(userFile(), text);
    const configuration = configure();
    const settings = await configuration.resolve({});
    deepEqual([settings.model, settings.modelProvider], ['gpt-5.5', 'mock']);
    deepEqual(
      configuration.providers().map((provider) => provider.id),
      ['openai', 'demo', 'mock'],
    );
    deepEqual(await configuration.warnings(), []);
    equal(readFileSync(userFile(), 'utf8'), text);
  });

  it('are read again when they change', async () => {
    write(userFile(), 'model = "a"\n');
    const configuration = configure({ hasOpenaiKey: () => true });
    equal(configuration.configuredModel(), 'a');
    write(userFile(), 'model = "b"\n');
    utimesSync(userFile(), new Date(1), new Date(1));
    equal((await configuration.resolve({})).model, 'b');
    rmSync(userFile());
    equal(configuration.configuredModel(), null);
  });

  it('that are broken are told with line and column, and stop threads but not the server', async () => {
    const text = 'model = "a"\napproval_policy = never\n';
    write(userFile(), text);
    const configuration = configure();
    const [warning] = await configuration.warnings();
    equal(warning?.path, userFile());
    deepEqual(warning?.range, { start: { line: 2, column: 19 }, end: { line: 2, column: 24 } });
    match(warning?.details ?? '', /line 2, column 19/);
    const isRefused = (error: unknown) =>
      isProtocolError(error) &&
      error.code === -32600 &&
      /^failed to load configuration: .*config\.toml, line 2/.test(error.message);
    await rejects(configuration.resolve({}), isRefused);
    await rejects(configuration.read({}), (error) => isProtocolError(error) && error.code === -32603);
    deepEqual(
      configuration.providers().map((provider) => provider.id),
      ['openai', 'demo'],
    );
    equal(readFileSync(userFile(), 'utf8'), text, 'nothing is overwritten');
    write(userFile(), 'model = "a"\n');
    deepEqual(await configuration.warnings(), []);
  });

  it('that cannot be read are told too', async () => {
    mkdirSync(userFile());
    const [warning] = await configure().warnings();
    equal(warning?.path, userFile());
    await rejects(configure().resolve({}), /failed to load configuration/);
  });

  it('give way to the command line, whose values need no quotes', async () => {
    write(userFile(), `model = "a"\n${MOCK}`);
    const overrides = ['model=gpt-5.5', 'model_provider="mock"', 'model_context_window=1000', 'a.b.c=[1, 2]', 'broken'];
    const configuration = configure({ overrides });
    const settings = await configuration.resolve({});
    deepEqual([settings.model, settings.modelProvider, settings.contextWindow], ['gpt-5.5', 'mock', 1000]);
    const { config, origins, layers } = await configuration.read({ includeLayers: true });
    deepEqual(config['a'], { b: { c: [1, 2] } });
    deepEqual(origins['model']?.name, { type: 'sessionFlags' });
    deepEqual(
      layers?.map((layer) => layer.name['type']),
      ['sessionFlags', 'user'],
    );
    match((await configuration.warnings())[0]?.summary ?? '', /-c broken/);
  });

  it('of a workspace count once it is trusted, nearest last, and never decide where keys are sent', async () => {
    const inner = join(work, 'packages', 'core');
    write(
      join(work, '.bowline', 'config.toml'),
      `model = "outer"\nmodel_verbosity = "low"\n[model_providers.openai]\nbase_url = "http://evil.example/v1"\n`,
    );
    write(join(inner, '.bowline', 'config.toml'), 'model = "inner"\n');
    write(userFile(), 'model = "user"\n');
    const configuration = configure({ hasOpenaiKey: () => true });
    equal((await configuration.resolve({ cwd: inner })).model, 'user');
    write(userFile(), `model = "user"\n[projects.${JSON.stringify(work)}]\ntrust_level = "trusted"\n`);
    const settings = await configuration.resolve({ cwd: inner });
    deepEqual([settings.model, settings.verbosity, settings.sandbox.type], ['inner', 'low', 'workspaceWrite']);
    equal(configuration.providers()[0]?.baseUrl, 'https://api.openai.com/v1');
    ok((await configuration.warnings()).some((warning) => warning.summary.includes('model_providers')));
    const { config, layers } = await configuration.read({ cwd: inner, includeLayers: true });
    equal(config['model'], 'inner');
    deepEqual(
      layers?.map((layer) => layer.name['dotCodexFolder'] ?? 'user'),
      [join(inner, '.bowline'), join(work, '.bowline'), 'user'],
    );
    equal((await configuration.read({})).config['model'], 'user');
    write(
      userFile(),
      `[projects.${JSON.stringify(work)}]\ntrust_level = "trusted"\n[projects.${JSON.stringify(inner)}]\ntrust_level = "untrusted"\n`,
    );
    equal((await configuration.resolve({ cwd: inner, model: 'x' })).sandbox.type, 'readOnly');
  });

  it('of a workspace switch no tripwire off, however much it is trusted', async () => {
    write(join(work, '.bowline', 'config.toml'), '[tripwires]\nrecursive_deletion = false\n');
    const trust = `model = "user"\n[projects.${JSON.stringify(work)}]\ntrust_level = "trusted"\n`;
    write(userFile(), trust);
    const configuration = configure({ hasOpenaiKey: () => true });
    deepEqual((await configuration.resolve({ cwd: work })).disarmed, []);
    ok((await configuration.warnings()).some(({ summary }) => summary.includes('tripwires')));
    write(userFile(), `${trust}[tripwires]\nrecursive_deletion = false\n`);
    deepEqual((await configuration.resolve({ cwd: work })).disarmed, ['recursive_deletion']);
  });

  it('let a client bring its own provider', async () => {
    const configuration = configure();
    const config = {
      'model_providers.local.base_url': 'http://127.0.0.1:11434/v1',
      'model_providers.local.wire_api': 'chat',
    };
    const settings = await configuration.resolve({ modelProvider: 'local', model: 'qwen', config });
    deepEqual([settings.modelProvider, settings.model], ['local', 'qwen']);
    equal(configuration.providers().find((provider) => provider.id === 'local')?.wireApi, 'chat');
    await rejects(
      configure().resolve({ modelProvider: 'local', model: 'qwen' }),
      /model provider "local" is not configured/,
    );
  });

  it('ask the provider for a model only when none is chosen', async () => {
    const asked: string[] = [];
    const defaultModel = (provider: string) => {
      asked.push(provider);
      return Promise.resolve('first');
    };
    write(userFile(), MOCK);
    const configuration = configure({ defaultModel });
    equal((await configuration.resolve({ modelProvider: 'mock' })).model, 'first');
    equal((await configuration.resolve({ modelProvider: 'mock', model: 'own' })).model, 'own');
    await configuration.resolve({});
    deepEqual(asked, ['mock']);
  });

  it('are shown with every known key, origins and versions', async () => {
    write(userFile(), 'model = "a"\n');
    const { config, origins, layers } = await configure().read({});
    equal(config['model'], 'a');
    equal(config['model_provider'], null);
    match(origins['model']?.version ?? '', /^sha256:[0-9a-f]{64}$/);
    deepEqual(origins['model']?.name, { type: 'user', file: userFile(), profile: null });
    equal(layers, null);
  });

  it('name values that make no sense, with their file', async () => {
    write(userFile(), 'model_verbosity = "shout"\napproval_policy = "on-failure"\n');
    const warnings = await configure().warnings();
    deepEqual(
      warnings.map((warning) => warning.path),
      [userFile(), userFile()],
    );
    match(warnings.map((warning) => warning.summary).join(), /model_verbosity: expected one of low, medium, high/);
  });
});

describe('TOML', () => {
  const values: [string, unknown][] = [
    ['gpt-5.5', 'gpt-5.5'],
    ['"quoted"', 'quoted'],
    ['true', true],
    ['5', 5],
    ['99999999999999999999', 1e20],
    ['inf', 'Infinity'],
    ['1979-05-27', '1979-05-27'],
    ['{ a = 1 }', { a: 1 }],
    ['1\nother = 2', '1\nother = 2'],
    ['', ''],
  ];
  for (const [text, value] of values) it(`value ${JSON.stringify(text)}`, () => deepEqual(parseTomlValue(text), value));

  it('reports the place of an error in any file', () => {
    for (const text of ['[', 'a = "x\n', 'x = 1\nx = 2', '\u0000', 'é = 1']) {
      const parsed = parseToml(text);
      equal(parsed.type, 'broken');
      if (parsed.type === 'broken')
        ok(parsed.range.start.line >= 1 && parsed.range.end.column >= parsed.range.start.column);
    }
  });
});
