// The configuration as the server uses it: settings for threads, providers, and what `config/read` shows.
import { resolve as resolvePath } from 'node:path';
import { checkpointConfig, type CheckpointConfig } from '../../core/config/checkpointConfig.ts';
import { isTable, mergeLayers, withOverrides, type ConfigTable } from '../../core/config/configTable.ts';
import { ConfigReader, type ConfigProblem } from '../../core/config/configValues.ts';
import type { ProviderConfig } from '../../core/config/providerConfig.ts';
import { DEMO_PROVIDER, providerProblems, providersOf } from '../../core/config/providers.ts';
import {
  clientTrust,
  defaultProviderOf,
  resolveSettings,
  settingsProblems,
} from '../../core/config/resolveSettings.ts';
import { shownConfig } from '../../core/config/shownConfig.ts';
import type { Configuration } from '../../core/config/configured.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { ConfigOverrides } from '../../protocol/schema/common.ts';
import type { ConfigReadParams, ConfigReadResult } from '../../protocol/schema/config.ts';
import type { ConfigWarning } from '../../protocol/schema/initialize.ts';
import type { SkillSwitch } from '../skills/skillFiles.ts';
import { ClientSecrets } from './clientSecrets.ts';
import { isTrusted, LayerFiles, type ReadLayers } from './layers.ts';

export interface ConfigurationOptions {
  /** Absolute path of Bowline's home. */
  readonly home: string;
  /** The values of `-c`, each `dotted.key=value`. */
  readonly overrides: readonly string[];
  /** The server's own folder, against which a relative `cwd` is resolved. */
  readonly serverCwd: string;
  hasOpenaiKey(): boolean;
  /** The model that a provider offers first; asked only when none is configured. */
  defaultModel(providerId: string): Promise<string | null>;
}

export interface ConfigurationFiles extends Configuration {
  /** With those that clients configured for their threads. With a broken file: what is built in. */
  providers(): readonly ProviderConfig[];
  /** Makes known the providers that a thread's own `config` defines or changes, e.g. after a restart. */
  noteProviders(overrides: ConfigOverrides): void;
  /** The folders of a workspace that may hold Bowline's own files, e.g. rules, and whether the user trusts it. */
  workspaceFolders(cwd: string): { readonly folders: readonly string[]; readonly isTrusted: boolean };
  /** `[[skills.config]]`. */
  skillSwitches(): readonly SkillSwitch[];
  /** The provider of threads that name none. */
  defaultProvider(): string;
  /** Null when the configuration names no model. */
  configuredModel(): string | null;
  /** The user's own word: a workspace does not decide about it. */
  checkpoints(): CheckpointConfig;
}

/** Files are read when they are needed, and again when they have changed. */
export function createConfiguration(options: ConfigurationOptions): ConfigurationFiles {
  const files = new LayerFiles(options.home, options.overrides);
  /** Providers from threads' own `config`. */
  const clientProviders = new Map<string, ProviderConfig>();
  const secrets = new ClientSecrets();
  const everywhere = (): ConfigTable => mergeLayers(files.read(null).layers).config;

  return {
    async resolve(given) {
      const request = { ...given, config: given.config && secrets.revealed(given.config) };
      const cwd = resolvePath(options.serverCwd, request.cwd ?? '.');
      const isUntrusted = clientTrust(request.config) === false;
      const read = files.read(cwd, isUntrusted);
      refuseBroken(read);
      const config = mergeLayers(read.layers).config;
      const asked = withOverrides(config, request.config ?? {});
      const hasOpenaiKey = options.hasOpenaiKey();
      const provider = request.modelProvider ?? defaultProviderOf(asked, hasOpenaiKey);
      const providers = providersOf(asked);
      refuseUnknown(provider, [...providers, ...clientProviders.values()]);
      if (request.config) rememberProviders(providers, providersOf(config), clientProviders);
      const isModelKnown = (request.model ?? asked['model']) !== undefined || provider === DEMO_PROVIDER;
      const defaultModel = isModelKnown ? null : await options.defaultModel(provider);
      const trusted = !isUntrusted && isTrusted(read.layers, cwd);
      const settings = resolveSettings(config, request, { cwd, isTrusted: trusted, hasOpenaiKey, defaultModel });
      return { ...settings, overrides: secrets.hidden(settings.overrides) };
    },

    read: (params) => Promise.resolve().then(() => readConfig(files, options.serverCwd, params)),

    // loaded late: few clients write
    write: async (request) => (await import('./configWriter.ts')).writeConfig(files, files.userPath, request),

    listProviders: async () => (await catalogue()).listProviders(files, options.hasOpenaiKey()),
    writeProvider: async (params) => (await catalogue()).writeProvider(files, params),

    warnings: async () => warningsOf(files.read(options.serverCwd)),

    noteProviders: (overrides) => noteClientProviders(everywhere(), secrets.revealed(overrides), clientProviders),

    providers: () => withClientProviders(providersOf(everywhere()), clientProviders),

    skillSwitches: () => skillSwitchesIn(everywhere()),

    workspaceFolders: (cwd) => files.workspaceFolders(resolvePath(options.serverCwd, cwd)),

    defaultProvider: () => defaultProviderOf(everywhere(), options.hasOpenaiKey()),

    configuredModel: () => modelIn(everywhere()),

    checkpoints: () => checkpointConfig(everywhere()),
  };
}

function noteClientProviders(
  config: ConfigTable,
  overrides: ConfigOverrides,
  clientProviders: Map<string, ProviderConfig>,
): void {
  rememberProviders(providersOf(withOverrides(config, overrides)), providersOf(config), clientProviders);
}

function withClientProviders(
  configured: readonly ProviderConfig[],
  known: ReadonlyMap<string, ProviderConfig>,
): ProviderConfig[] {
  const providers = new Map(known);
  for (const provider of configured) providers.set(provider.id, known.get(provider.id) ?? provider);
  return [...providers.values()];
}

function modelIn({ model }: ConfigTable): string | null {
  return typeof model === 'string' && model !== '' ? model : null;
}

function readConfig(files: LayerFiles, serverCwd: string, params: ConfigReadParams): ConfigReadResult {
  const read = files.read(params.cwd ? resolvePath(serverCwd, params.cwd) : null);
  if (read.isBroken) {
    const message = `failed to read configuration layers: ${whatIsBroken(read)}`;
    throw new ProtocolError('internalError', message, { kind: 'configInvalid' });
  }
  const { config, origins } = mergeLayers(read.layers);
  const ignored = params.cwd && params.includeLayers ? files.ignored(resolvePath(serverCwd, params.cwd)) : [];
  const layers = [...read.layers.slice(0, 1), ...ignored, ...read.layers.slice(1)].map(
    ({ name, version, config: table, disabledReason }) => ({
      name,
      version,
      config: shownConfig(table, []),
      disabledReason: disabledReason ?? null,
    }),
  );
  return {
    config: shownConfig(config, KNOWN_KEYS),
    origins: Object.fromEntries(Object.entries(origins).map(([path, { name, version }]) => [path, { name, version }])),
    layers: params.includeLayers ? layers.reverse() : null,
  };
}

/** Shown as null when they are not set. */
const KNOWN_KEYS = [
  'model',
  'review_model',
  'model_context_window',
  'model_auto_compact_token_limit',
  'model_auto_compact_token_limit_scope',
  'model_provider',
  'approval_policy',
  'approvals_reviewer',
  'sandbox_mode',
  'sandbox_workspace_write',
  'forced_chatgpt_workspace_id',
  'forced_login_method',
  'web_search',
  'client_search_provider',
  'tools',
  'instructions',
  'developer_instructions',
  'compact_prompt',
  'model_reasoning_effort',
  'model_reasoning_summary',
  'model_verbosity',
  'service_tier',
  'analytics',
  'apps',
  'browser_use',
  'computer_use',
  'desktop',
];

function refuseBroken(read: ReadLayers): void {
  if (!read.isBroken) return;
  const message = `failed to load configuration: ${whatIsBroken(read)}`;
  throw new ProtocolError('invalidRequest', message, { kind: 'configInvalid' });
}

function whatIsBroken(read: ReadLayers): string {
  return read.warnings.map((warning) => warning.details ?? warning.summary).join('; ');
}

function refuseUnknown(provider: string, known: readonly ProviderConfig[]): void {
  if (known.some((candidate) => candidate.id === provider)) return;
  const names = known.map((candidate) => candidate.id).join(', ');
  const message = `failed to load configuration: model provider "${provider}" is not configured. Add [model_providers.${provider}] with a base_url to config.toml, or choose one of: ${names}.`;
  throw new ProtocolError('invalidRequest', message, { kind: 'configInvalid' });
}

/** Keeps the providers that differ from the files' own. */
function rememberProviders(
  asked: readonly ProviderConfig[],
  configured: readonly ProviderConfig[],
  remembered: Map<string, ProviderConfig>,
): void {
  for (const provider of asked) {
    const known = configured.find((candidate) => candidate.id === provider.id);
    if (JSON.stringify(known) !== JSON.stringify(provider)) remembered.set(provider.id, provider);
  }
}

const catalogue = () => import('./providerCatalogue.ts');

function skillSwitchesIn(config: ConfigTable): SkillSwitch[] {
  const list = new ConfigReader(config).table('skills').raw('config');
  return (Array.isArray(list) ? list : []).filter(isTable).map((entry) => {
    const reader = new ConfigReader(entry);
    return { path: reader.text('path'), name: reader.text('name'), enabled: reader.flag('enabled') ?? true };
  });
}

function warningsOf(read: ReadLayers): ConfigWarning[] {
  const { config } = mergeLayers(read.layers);
  const problems = [...settingsProblems(config), ...providerProblems(config)];
  return [...read.warnings, ...problems.map((problem) => warningOf(problem, read))];
}

/** Names the file in which the value stands, if it stands in one. */
function warningOf(problem: ConfigProblem, read: ReadLayers): ConfigWarning {
  const origin = Object.entries(mergeLayers(read.layers).origins).find(
    ([path]) => path === problem.path || path.startsWith(`${problem.path}.`),
  );
  const file = origin?.[1].name['file'];
  const summary = `Configuration value ${problem.path}: ${problem.message}.`;
  return typeof file === 'string' ? { summary, details: file, path: file } : { summary, details: null };
}
