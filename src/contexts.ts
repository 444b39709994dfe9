// The context keys that decide which commands and menus are offered; each is set only when it changes.
import * as vscode from 'vscode';

export type ContextKey =
  | 'bowline.serverReady'
  | 'bowline.turnRunning'
  | 'bowline.hasThread'
  | 'bowline.signedIn'
  | 'bowline.hasApprovals'
  | 'bowline.hasHarmless'
  | 'bowline.isOtherServer';

const known = new Map<ContextKey, boolean>();

export function setContexts(values: Readonly<Record<ContextKey, boolean>>): void {
  const keys: readonly ContextKey[] = [
    'bowline.serverReady',
    'bowline.turnRunning',
    'bowline.hasThread',
    'bowline.signedIn',
    'bowline.hasApprovals',
    'bowline.hasHarmless',
    'bowline.isOtherServer',
  ];
  for (const key of keys) {
    if (known.get(key) === values[key]) continue;
    known.set(key, values[key]);
    void vscode.commands.executeCommand('setContext', key, values[key]);
  }
}
