// Changes the settings of a thread as a client asks for it, and shows them.
import type {
  AskForApproval,
  CollaborationMode,
  ReasoningEffort,
  SandboxPolicy,
} from '../../protocol/schema/common.ts';
import type { ThreadSettings } from '../../protocol/schema/threadSettings.ts';
import type { Settings } from '../settings.ts';
import { modeOf, withMode } from '../turn/collaboration.ts';

/** What is absent or null stays as it is. */
export interface SettingsChange {
  /** Absolute. */
  readonly cwd?: string | null | undefined;
  readonly approvalPolicy?: AskForApproval | null | undefined;
  readonly sandboxPolicy?: SandboxPolicy | null | undefined;
  readonly model?: string | null | undefined;
  readonly effort?: ReasoningEffort | null | undefined;
  readonly summary?: Settings['summary'] | undefined;
  readonly collaborationMode?: CollaborationMode | null | undefined;
}

/** The settings after the change; the same object when nothing changes. The mode's model and effort win over those beside it. */
export function changedSettings(settings: Settings, change: SettingsChange): Settings {
  const next: Settings = {
    ...settings,
    cwd: change.cwd ?? settings.cwd,
    approvalPolicy: change.approvalPolicy ?? settings.approvalPolicy,
    // who does not trust the workspace must say so no longer before more than reading is possible
    sandbox: settings.isWorkspaceTrusted === false ? settings.sandbox : (change.sandboxPolicy ?? settings.sandbox),
    model: change.model ?? settings.model,
    effort: change.effort ?? settings.effort,
    summary: change.summary ?? settings.summary,
  };
  const { collaborationMode } = change;
  const moded =
    collaborationMode === undefined || collaborationMode === null ? next : withMode(next, collaborationMode);
  return JSON.stringify(moded) === JSON.stringify(settings) ? settings : moded;
}

/** As the wire shows them. */
export function shownSettings(settings: Settings): ThreadSettings {
  const { cwd, approvalPolicy, sandbox, model, modelProvider, effort, summary } = settings;
  return {
    disabledPluginIds: [],
    cwd,
    environments: null,
    approvalPolicy,
    approvalsReviewer: 'user',
    sandboxPolicy: sandbox,
    activePermissionProfile: null,
    model,
    modelProvider,
    serviceTier: null,
    effort,
    summary,
    collaborationMode: modeOf(settings),
    multiAgentMode: 'explicitRequestOnly',
    personality: null,
  };
}
