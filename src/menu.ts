// The menu behind the status bar entry: what can be done right now, most useful first.
import * as vscode from 'vscode';
import type { SandboxReadResult } from '../server/protocol/schema/safety.ts';
import { sandboxWords } from './sandbox/sandboxState.ts';
import type { StatusFacts } from './statusLook.ts';

type Entry = vscode.QuickPickItem & { readonly command?: string };

export async function showMenu(facts: StatusFacts, sandbox: SandboxReadResult | null): Promise<void> {
  const picked = await vscode.window.showQuickPick(menuEntries(facts, sandbox), {
    title: 'Bowline',
    placeHolder: placeholderOf(facts),
  });
  if (picked?.command !== undefined) await vscode.commands.executeCommand(picked.command);
}

function menuEntries({ server, running, model, waiting }: StatusFacts, sandbox: SandboxReadResult | null): Entry[] {
  const isReady = server.type === 'ready';
  const restart: Entry = { label: '$(debug-restart) Restart Server', command: 'bowline.restartServer' };
  const log: Entry = { label: '$(output) Show Log', command: 'bowline.showLog' };
  const answer: Entry = {
    label: `$(bell-dot) Answer the Next ${waiting.questions === waiting.all ? 'Question' : 'Approval'}`,
    command: 'bowline.nextApproval',
  };
  const inbox: Entry = {
    label: '$(inbox) Show Approvals',
    description: `${waiting.all} wait`,
    command: 'bowline.focusApprovals',
  };
  const work: Entry[] = [
    ...(waiting.all > 0 ? [answer] : []),
    ...(waiting.all > 1 ? [inbox] : []),
    { label: '$(comment-discussion) Show Chat', command: 'bowline.focusChat' },
    ...(running > 0 ? [{ label: '$(debug-stop) Stop the Running Turn', command: 'bowline.stopTurn' }] : []),
    { label: '$(add) New Thread', command: 'bowline.newThread' },
    { label: '$(history) Open Thread…', command: 'bowline.openThread' },
    { label: '$(sparkle) Select Model…', description: model?.model ?? '', command: 'bowline.pickModel' },
  ];
  const upkeep: Entry[] = [
    { label: 'Bowline', kind: vscode.QuickPickItemKind.Separator },
    ...(isReady ? [restart, log] : [log]),
    { label: '$(shield) Sandbox', description: sandboxWords(sandbox), command: 'bowline.showSandbox' },
    { label: '$(law) Rules', command: 'bowline.showRules' },
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
