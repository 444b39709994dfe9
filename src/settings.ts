// The user's settings, read and checked: a value that is none of the allowed ones counts as not set.
import * as vscode from 'vscode';
import type { SandboxMode } from '../server/protocol/schema/common.ts';
import type { TraceLevel } from './agentServer/wireTrace.ts';
import { readLocalProviders, type LocalProvider } from './models/localProvider.ts';

export type ApprovalPolicyName = 'untrusted' | 'on-request' | 'never';
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
  readonly approvalsPresentation: ApprovalsPresentation;
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
    approvalPolicy: oneOf(values.get('approvalPolicy'), ['untrusted', 'on-request', 'never']),
    sandbox: oneOf(values.get('sandbox'), ['read-only', 'workspace-write', 'danger-full-access']),
    approvalsPresentation: oneOf(values.get('approvals.presentation'), ['chat', 'notification']) ?? 'modal',
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

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | null {
  return allowed.find((candidate) => candidate === value) ?? null;
}
