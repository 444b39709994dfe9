// The user's settings, read and checked: a value that is none of the allowed ones counts as not set.
import * as vscode from 'vscode';
import type { FollowUp } from '../server/protocol/chatBridge.ts';
import type { SandboxMode } from '../server/protocol/schema/common.ts';
import type { TripwireName } from '../server/protocol/schema/safety.ts';
import type { TraceLevel } from './agentServer/wireTrace.ts';
import { readLocalProviders, type LocalProvider } from './models/localProvider.ts';
import { APPROVAL_POLICIES, oneOf, SANDBOX_MODES, TRIPWIRES, type ApprovalPolicyName } from './settingValues.ts';

export type ApprovalsPresentation = 'modal' | 'chat' | 'notification';

/** `null` leaves the matter to the server's configuration. */
export interface Settings {
  readonly serverPath: string;
  readonly traceServer: TraceLevel;
  readonly model: string | null;
  readonly modelProvider: string | null;
  readonly reasoningEffort: string | null;
  readonly approvalPolicy: ApprovalPolicyName | null;
  readonly sandbox: SandboxMode | null;
  /** `ask`: commands reach hosts one by one, by approval. */
  readonly network: 'ask' | 'off';
  /** Tripwires that the user has switched off. */
  readonly tripwiresOff: readonly TripwireName[];
  readonly approvalsPresentation: ApprovalsPresentation;
  readonly desktopNotification: boolean;
  /** What Enter does while a turn runs. */
  readonly followUp: FollowUp;
  readonly openDiffsWhileStreaming: boolean;
  readonly localServers: readonly LocalProvider[];
}

export function readSettings(): Settings {
  const values = vscode.workspace.getConfiguration('bowline');
  return {
    serverPath: text(values.get('server.path')) ?? '',
    traceServer: oneOf(values.get('trace.server'), ['messages', 'verbose']) ?? 'off',
    model: text(values.get('model')),
    modelProvider: text(values.get('modelProvider')),
    reasoningEffort: text(values.get('reasoningEffort')),
    approvalPolicy: oneOf(values.get('approvalPolicy'), APPROVAL_POLICIES),
    sandbox: oneOf(values.get('sandbox'), SANDBOX_MODES),
    network: oneOf(values.get('network'), ['off']) ?? 'ask',
    tripwiresOff: TRIPWIRES.filter((name) => values.get(`tripwires.${camelCase(name)}`) === false),
    approvalsPresentation: oneOf(values.get('approvals.presentation'), ['chat', 'notification']) ?? 'modal',
    desktopNotification: values.get('approvals.desktopNotification') !== false,
    followUp: oneOf(values.get('followUp'), ['queue']) ?? 'steer',
    openDiffsWhileStreaming: values.get('diffs.openWhileStreaming') !== false,
    localServers: readLocalProviders(values.get('localServers')),
  };
}

/** Calls the listener when any of Bowline's settings changes; `affects` tells which one. */
export function onDidChangeSettings(listener: (affects: (name: string) => boolean) => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('bowline')) listener((name) => event.affectsConfiguration(`bowline.${name}`));
  });
}

/** Writes user settings; `undefined` removes one. */
export async function writeSettings(values: Readonly<Record<string, unknown>>): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('bowline');
  for (const [name, value] of Object.entries(values)) {
    await configuration.update(name, value, vscode.ConfigurationTarget.Global);
  }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
