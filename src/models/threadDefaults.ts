// What a new thread is started with, from the settings, the trust in the workspace and its folders.
import type { ClientRequestInput } from '../../server/protocol/methods.ts';
import type { ConfigOverrides } from '../../server/protocol/schema/common.ts';
import type { Settings } from '../settings.ts';
import { providerConfig, providerIdOf } from './localProvider.ts';

type StartParams = ClientRequestInput<'thread/start'>;

export interface WorkspaceFacts {
  /** Absolute paths. */
  readonly folders: readonly string[];
  readonly isTrusted: boolean;
  /** Whether `config.toml` says what may be written; true while that is not known. */
  readonly isSandboxConfigured: boolean;
}

/**
 * Fills in what `asked` leaves open. In a workspace that is not trusted the agent may only read, and asks before anything else; in one
 * that is, it may write unless someone has said otherwise.
 */
export function threadStartParams(asked: StartParams, settings: Settings, workspace: WorkspaceFacts): StartParams {
  const policies: StartParams = workspace.isTrusted
    ? { approvalPolicy: settings.approvalPolicy, sandbox: settings.sandbox ?? ownSandbox(workspace) }
    : { approvalPolicy: 'untrusted', sandbox: 'read-only' };
  const defaults: StartParams = {
    cwd: workspace.folders[0] ?? null,
    modelProvider: settings.modelProvider,
    model: settings.model,
    ...policies,
  };
  const config = { ...configOf(settings), ...asked.config };
  const all = { ...given(defaults), ...given(asked) };
  return Object.keys(config).length > 0 ? { ...all, config } : all;
}

function ownSandbox({ folders, isSandboxConfigured }: WorkspaceFacts): StartParams['sandbox'] {
  return folders.length > 0 && !isSandboxConfigured ? 'workspace-write' : null;
}

/** Makes a chosen local server and the reasoning effort known to the server, without writing its configuration file. */
export function configOf(settings: Settings): NonNullable<StartParams['config']> {
  const local = settings.localServers.find(({ baseUrl }) => providerIdOf(baseUrl) === settings.modelProvider);
  const effort = settings.reasoningEffort === null ? {} : { model_reasoning_effort: settings.reasoningEffort };
  return { ...(local === undefined ? {} : providerConfig(local)), ...effort };
}

/** What makes every chosen local server known to a server that was started anew, for threads that use one. */
export function resumeConfig(settings: Settings): ConfigOverrides {
  return Object.fromEntries(settings.localServers.flatMap((provider) => Object.entries(providerConfig(provider))));
}

/** Without the members that say nothing. */
function given(params: StartParams): StartParams {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== null && value !== undefined));
}
