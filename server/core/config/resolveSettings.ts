// What holds for a thread: the configuration, with the client's wishes over it.
import { ProtocolError } from '../../protocol/errors.ts';
import type { AskForApproval, ConfigOverrides, SandboxMode, SandboxPolicy } from '../../protocol/schema/common.ts';
import { TripwireName } from '../../protocol/schema/safety.ts';
import type { Settings, ShellEnvironmentPolicy } from '../settings.ts';
import { withOverrides, type ConfigTable } from './configTable.ts';
import { ConfigReader, type ConfigProblem } from './configValues.ts';
import { readCheckpointConfig } from './checkpointConfig.ts';
import { askedSandbox } from './permissionProfiles.ts';
import { DEMO_PROVIDER, OPENAI_PROVIDER } from './providers.ts';

/** What a client asks for when it opens a thread. Null or absent: as configured. */
export interface SettingsRequest {
  readonly cwd?: string | null | undefined;
  readonly model?: string | null | undefined;
  readonly modelProvider?: string | null | undefined;
  readonly approvalPolicy?: AskForApproval | null | undefined;
  readonly sandbox?: SandboxMode | null | undefined;
  /** A permission profile; `sandbox` goes before it. */
  readonly permissions?: string | null | undefined;
  readonly config?: ConfigOverrides | null | undefined;
  readonly baseInstructions?: string | null | undefined;
  readonly developerInstructions?: string | null | undefined;
}

/** What the configuration alone does not say. */
export interface Circumstances {
  /** Absolute. */
  readonly cwd: string;
  /** Whether the user has said that the folder, or the repository around it, is to be trusted. */
  readonly isTrusted: boolean;
  readonly hasOpenaiKey: boolean;
  /** What the provider offers first; null when that is not known. */
  readonly defaultModel: string | null;
}

const SANDBOX_MODES = ['read-only', 'workspace-write', 'danger-full-access'] as const;
const SUMMARIES = ['auto', 'concise', 'detailed', 'none'] as const;
const VERBOSITIES = ['low', 'medium', 'high'] as const;
const DEFAULT_PROJECT_DOC_BYTES = 32_768;
const DEMO_MODEL = 'demo';

/**
 * The settings of a thread. Throws ProtocolError invalidRequest `configInvalid` for a policy that cannot be read (guessing one could grant
 * more than was meant) and for a provider without a model.
 */
export function resolveSettings(config: ConfigTable, request: SettingsRequest, known: Circumstances): Settings {
  const reader = new ConfigReader(withOverrides(config, request.config ?? {}));
  const modelProvider = request.modelProvider ?? providerIn(reader, known.hasOpenaiKey);
  const isWorkspaceTrusted = clientTrust(request.config);
  const settings: Settings = {
    cwd: known.cwd,
    model: modelFor(modelProvider, request.model ?? reader.text('model') ?? known.defaultModel),
    modelProvider,
    effort: reader.text('model_reasoning_effort'),
    summary: reader.oneOf('model_reasoning_summary', SUMMARIES),
    verbosity: reader.oneOf('model_verbosity', VERBOSITIES),
    approvalPolicy: request.approvalPolicy ?? readApprovalPolicy(reader),
    sandbox: sandboxPolicy(
      reader,
      isWorkspaceTrusted === false ? 'read-only' : (askedSandbox(request) ?? readSandboxMode(reader, known.isTrusted)),
    ),
    isWorkspaceTrusted,
    disarmed: disarmedTripwires(reader),
    baseInstructions: request.baseInstructions ?? null,
    developerInstructions: request.developerInstructions ?? reader.text('developer_instructions'),
    contextWindow: reader.count('model_context_window'),
    autoCompactTokenLimit: reader.count('model_auto_compact_token_limit'),
    shellEnvironment: readShellEnvironment(reader.table('shell_environment_policy')),
    projectDocMaxBytes: reader.count('project_doc_max_bytes') ?? DEFAULT_PROJECT_DOC_BYTES,
    overrides: request.config ?? {},
  };
  return settings;
}

/**
 * What a client says about the workspace with `workspace_trust`: a client that shows it to the user knows best that it is not to be trusted,
 * while trust itself is a matter of the user's configuration. Null when it says nothing; a word that is not known is no trust.
 */
export function clientTrust(overrides: ConfigOverrides | null | undefined): boolean | null {
  const word = withOverrides({}, overrides ?? {})['workspace_trust'];
  return word === undefined || word === null ? null : word === 'trusted';
}

/** The provider of threads that name none: the configured one, else OpenAI when there is a key for it, else the tour. */
export function defaultProviderOf(config: ConfigTable, hasOpenaiKey: boolean): string {
  return providerIn(new ConfigReader(config), hasOpenaiKey);
}

/** Values that were left out because they cannot be used, for a warning. */
export function settingsProblems(config: ConfigTable): readonly ConfigProblem[] {
  const reader = new ConfigReader(config);
  providerIn(reader, false);
  reader.text('model');
  reader.text('model_reasoning_effort');
  reader.oneOf('model_reasoning_summary', SUMMARIES);
  reader.oneOf('model_verbosity', VERBOSITIES);
  reader.text('developer_instructions');
  reader.count('model_context_window');
  reader.count('model_auto_compact_token_limit');
  reader.count('project_doc_max_bytes');
  readShellEnvironment(reader.table('shell_environment_policy'));
  reader.table('sandbox_workspace_write').texts('writable_roots');
  reportTripwires(reader.table('tripwires'));
  readCheckpointConfig(reader);
  if (reader.raw('approval_policy') === 'on-failure') {
    reader.report('approval_policy', '"on-failure" is no longer supported; "on-request" is used instead');
  } else if (approvalPolicyIn(reader) === undefined) {
    reader.report('approval_policy', APPROVAL_WORDS);
  }
  reader.oneOf('sandbox_mode', SANDBOX_MODES);
  return reader.problems;
}

function providerIn(reader: ConfigReader, hasOpenaiKey: boolean): string {
  return reader.text('model_provider') ?? (hasOpenaiKey ? OPENAI_PROVIDER : DEMO_PROVIDER);
}

function modelFor(provider: string, model: string | null): string {
  if (provider === DEMO_PROVIDER) return DEMO_MODEL;
  if (model !== null && model !== '') return model;
  throw configInvalid(
    `no model is chosen for provider "${provider}". Set model = "…" in config.toml, or choose one in the client.`,
  );
}

const APPROVAL_WORDS = 'expected one of untrusted, on-request, never';

function readApprovalPolicy(reader: ConfigReader): AskForApproval {
  const policy = approvalPolicyIn(reader);
  if (policy === undefined) throw configInvalid(`approval_policy: ${APPROVAL_WORDS}`);
  return policy;
}

/** `on-failure` ran commands first and asked afterwards; the nearest policy that asks first stands in for it. */
function approvalPolicyIn(reader: ConfigReader): AskForApproval | undefined {
  const value = reader.raw('approval_policy');
  switch (value) {
    case undefined:
    case null:
    case 'on-failure':
      return 'on-request';
    case 'untrusted':
    case 'on-request':
    case 'never':
      return value;
    default:
      return granularPolicy(reader);
  }
}

function granularPolicy(reader: ConfigReader): AskForApproval | undefined {
  const policy = reader.raw('approval_policy');
  if (typeof policy !== 'object') return undefined;
  const table = reader.table('approval_policy').table('granular');
  const ask = (key: string, fallback: boolean) => table.flag(key) ?? fallback;
  return {
    granular: {
      sandbox_approval: ask('sandbox_approval', true),
      rules: ask('rules', true),
      skill_approval: ask('skill_approval', false),
      request_permissions: ask('request_permissions', false),
      mcp_elicitations: ask('mcp_elicitations', true),
    },
  };
}

function readSandboxMode(reader: ConfigReader, isTrusted: boolean): SandboxMode {
  const mode = reader.oneOf('sandbox_mode', SANDBOX_MODES);
  if (mode === null && reader.has('sandbox_mode')) {
    throw configInvalid(`sandbox_mode: expected one of ${SANDBOX_MODES.join(', ')}`);
  }
  return mode ?? (isTrusted ? 'workspace-write' : 'read-only');
}

function sandboxPolicy(reader: ConfigReader, mode: SandboxMode): SandboxPolicy {
  switch (mode) {
    case 'danger-full-access':
      return { type: 'dangerFullAccess' };
    case 'read-only':
      return { type: 'readOnly', networkAccess: false };
    case 'workspace-write': {
      const table = reader.table('sandbox_workspace_write');
      return {
        type: 'workspaceWrite',
        writableRoots: table.texts('writable_roots') ?? [],
        networkAccess: table.flag('network_access') ?? false,
        excludeTmpdirEnvVar: table.flag('exclude_tmpdir_env_var') ?? false,
        excludeSlashTmp: table.flag('exclude_slash_tmp') ?? false,
      };
    }
  }
}

/** `[tripwires]`: what is not said to be false is armed. */
function disarmedTripwires(reader: ConfigReader): TripwireName[] {
  const table = reader.table('tripwires');
  return TripwireName().options.filter((name) => table.flag(name) === false);
}

function reportTripwires(table: ConfigReader): void {
  const names = TripwireName().options;
  for (const key of table.keys()) {
    if (names.some((name) => name === key)) table.flag(key);
    else table.report(key, `there is no such tripwire; expected one of ${names.join(', ')}`);
  }
}

function readShellEnvironment(table: ConfigReader): ShellEnvironmentPolicy {
  return {
    inherit: table.oneOf('inherit', ['all', 'core', 'none']) ?? 'all',
    ignoreDefaultExcludes: table.flag('ignore_default_excludes') ?? true,
    exclude: table.texts('exclude') ?? [],
    set: table.textTable('set') ?? {},
    includeOnly: table.texts('include_only') ?? [],
    useLoginPath: table.flag('experimental_use_profile') ?? true,
  };
}

function configInvalid(message: string): ProtocolError {
  return new ProtocolError('invalidRequest', `failed to load configuration: ${message}`, { kind: 'configInvalid' });
}
