// What a thread is started and opened with, from the settings, the trust in the workspace and its folders.
import type { ClientRequestInput } from '../../server/protocol/methods.ts';
import type { ConfigOverrides, SandboxMode, SandboxPolicy } from '../../server/protocol/schema/common.ts';
import type { Settings } from '../settings.ts';
import { TRIPWIRES } from '../settingValues.ts';
import type { OpenOverrides } from '../threads/openedThread.ts';
import { providerConfig, providerIdOf, type WireApi } from './localProvider.ts';
import type { ConfiguredPolicies } from './serverDefaults.ts';

export type StartParams = ClientRequestInput<'thread/start'>;

export interface WorkspaceFacts {
  /** Absolute paths. */
  readonly folders: readonly string[];
  readonly isTrusted: boolean;
  /** What `config.toml` says; null while that is not known. */
  readonly configured: ConfiguredPolicies | null;
  /** The server is not Bowline's: it warns of what it does not know, and has other words for some of it. */
  readonly hasOtherServer?: boolean;
}

const RESTRICTED = { approvalPolicy: 'untrusted', sandbox: 'read-only' } as const;
/** The server reads nothing that the workspace says: no configuration, rule or instruction. */
const UNTRUSTED = { workspace_trust: 'untrusted' };
const NETWORK = 'sandbox_workspace_write.network_access';

/**
 * Fills in what `asked` leaves open. In a workspace that is not trusted the agent may only read, and asks before anything else; in one
 * that is, it may write unless someone has said otherwise.
 */
export function threadStartParams(asked: StartParams, settings: Settings, workspace: WorkspaceFacts): StartParams {
  const policies: StartParams = workspace.isTrusted
    ? { approvalPolicy: settings.approvalPolicy, sandbox: settings.sandbox ?? ownSandbox(workspace) }
    : RESTRICTED;
  const defaults: StartParams = {
    cwd: workspace.folders[0] ?? null,
    modelProvider: settings.modelProvider,
    model: settings.model,
    ...policies,
  };
  const config = { ...localConfig(settings, workspace), ...limitsOf(settings, workspace), ...asked.config };
  return { ...given(defaults), ...given(asked), config };
}

/**
 * What a stored thread is opened with. One that was `restricted` for want of trust gets, once there is trust, what a new thread
 * would get; any other keeps its own policies.
 */
export function openOverrides(settings: Settings, workspace: WorkspaceFacts, isRestricted: boolean): OpenOverrides {
  const config = { ...resumeConfig(settings, workspace), ...tripwireConfig(settings, workspace) };
  if (!workspace.isTrusted) return { ...RESTRICTED, config: { ...config, ...untrusted(workspace) } };
  if (!isRestricted) return { config };
  return {
    approvalPolicy: settings.approvalPolicy ?? workspace.configured?.approvalPolicy ?? 'on-request',
    sandbox: sandboxOf(settings, workspace),
    config: { ...config, ...networkConfig(settings, workspace), ...trusted(workspace) },
  };
}

/** The sandbox of a new thread. */
export function sandboxOf(settings: Settings, workspace: WorkspaceFacts): SandboxMode {
  if (!workspace.isTrusted) return 'read-only';
  return settings.sandbox ?? workspace.configured?.sandbox ?? ownSandbox(workspace) ?? 'read-only';
}

/** The policy of a turn that shall stay in the workspace. */
export function workspaceWrite(settings: Settings): SandboxPolicy {
  return {
    type: 'workspaceWrite',
    writableRoots: [],
    networkAccess: settings.network === 'ask',
    excludeTmpdirEnvVar: false,
    excludeSlashTmp: false,
  };
}

function ownSandbox({ folders, configured }: WorkspaceFacts): StartParams['sandbox'] {
  return folders.length > 0 && configured?.sandbox === null ? 'workspace-write' : null;
}

/** Makes a chosen local server and the reasoning effort known to the server, without writing its configuration file. */
function localConfig(settings: Settings, workspace: WorkspaceFacts): ConfigOverrides {
  const local = settings.localServers.find(({ baseUrl }) => providerIdOf(baseUrl) === settings.modelProvider);
  return {
    ...(local === undefined ? {} : providerConfig(local, wireApi(workspace))),
    ...(settings.reasoningEffort !== null && { model_reasoning_effort: settings.reasoningEffort }),
  };
}

/** What makes every chosen local server known to a server that was started anew, for threads that use one. */
export function resumeConfig(settings: Settings, workspace: WorkspaceFacts): ConfigOverrides {
  const configs = settings.localServers.map((provider) => providerConfig(provider, wireApi(workspace)));
  return Object.fromEntries(configs.flatMap((config) => Object.entries(config)));
}

/** The reference server has no Chat Completions any more, and refuses the thread. */
function wireApi({ hasOtherServer }: WorkspaceFacts): WireApi {
  return hasOtherServer === true ? 'responses' : 'chat';
}

function untrusted({ hasOtherServer, folders }: WorkspaceFacts): ConfigOverrides {
  if (hasOtherServer !== true) return UNTRUSTED;
  // whatever that server has been told about the folder before
  const projects = Object.fromEntries(folders.map((folder) => [folder, { trust_level: 'untrusted' }]));
  return { project_doc_max_bytes: 0, projects };
}

function trusted({ hasOtherServer }: WorkspaceFacts): ConfigOverrides {
  return hasOtherServer === true ? {} : { workspace_trust: 'trusted' };
}

function limitsOf(settings: Settings, workspace: WorkspaceFacts): ConfigOverrides {
  const trust = workspace.isTrusted ? {} : untrusted(workspace);
  return { ...tripwireConfig(settings, workspace), ...networkConfig(settings, workspace), ...trust };
}

/** All of them: a thread must not keep one switched off that the user has switched on again. */
function tripwireConfig({ tripwiresOff }: Settings, { hasOtherServer }: WorkspaceFacts): ConfigOverrides {
  if (hasOtherServer === true) return {};
  return Object.fromEntries(TRIPWIRES.map((name) => [`tripwires.${name}`, !tripwiresOff.includes(name)]));
}

/** Hosts are asked for one by one, unless `config.toml` has its own word on the network or nobody knows whether it has. */
function networkConfig({ network }: Settings, { isTrusted, configured }: WorkspaceFacts): ConfigOverrides {
  return isTrusted && configured?.hasNetwork === false ? { [NETWORK]: network === 'ask' } : {};
}

/** Without the members that say nothing. */
function given(params: StartParams): StartParams {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null && value !== undefined));
}
