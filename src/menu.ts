// The menu behind the status bar entry: what can be done right now, most useful first.
import * as vscode from 'vscode';
import type { StatusFacts } from './statusLook.ts';

type Entry = vscode.QuickPickItem & { readonly command?: string; readonly argument?: unknown };

/** `asking` is the thread whose question has waited longest. */
export async function showMenu(facts: StatusFacts, asking: string | undefined): Promise<void> {
  const picked = await vscode.window.showQuickPick(menuEntries(facts, asking), {
    title: 'Bowline',
    placeHolder: placeholderOf(facts),
  });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command, picked.argument);
}

function menuEntries({ server, running, model }: StatusFacts, asking: string | undefined): Entry[] {
  const isReady = server.type === 'ready';
  const restart: Entry = { label: '$(debug-restart) Restart Server', command: 'bowline.restartServer' };
  const log: Entry = { label: '$(output) Show Log', command: 'bowline.showLog' };
  const chat: Entry =
    asking === undefined
      ? { label: '$(comment-discussion) Show Chat', command: 'bowline.focusChat' }
      : { label: '$(bell-dot) Answer the Approval', command: 'bowline.openThread', argument: { threadId: asking } };
  const work: Entry[] = [
    chat,
    ...(running > 0 ? [{ label: '$(debug-stop) Stop the Running Turn', command: 'bowline.stopTurn' }] : []),
    { label: '$(add) New Thread', command: 'bowline.newThread' },
    { label: '$(history) Open Thread…', command: 'bowline.openThread' },
    { label: '$(sparkle) Select Model…', description: model?.model ?? '', command: 'bowline.pickModel' },
  ];
  const upkeep: Entry[] = [
    { label: 'Bowline', kind: vscode.QuickPickItemKind.Separator },
    ...(isReady ? [restart, log] : [log]),
    { label: '$(gear) Settings', command: 'bowline.openSettings' },
    { label: '$(book) Get Started', command: 'bowline.openWalkthrough' },
  ];
  return isReady ? [...work, ...upkeep] : [restart, ...work, ...upkeep];
}

function placeholderOf({ server }: StatusFacts): string {
  switch (server.type) {
    case 'ready':
      return 'What to do?';
    case 'starting':
      return server.phase;
    case 'restarting':
    case 'stopped':
      return server.detail;
  }
}
