// Asks for full access in words that nobody can misread, and says what happens without it.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import { FullAccess } from './fullAccess.ts';

const CONSENT = 'bowline.fullAccess';

/** The consent of this workspace. */
export function fullAccessOf(memory: vscode.Memento, log: vscode.LogOutputChannel): FullAccess {
  return new FullAccess({
    memory: {
      load: () => memory.get<boolean>(CONSENT) === true,
      save: (isAllowed) => memory.update(CONSENT, isAllowed),
    },
    ask: askForFullAccess,
    tellDeclined: () => {
      tellDeclined().catch((error: unknown) => log.warn(messageOf(error)));
    },
  });
}

async function askForFullAccess(): Promise<boolean> {
  const allow: vscode.MessageItem = { title: 'Allow Full Access' };
  const answer = await vscode.window.showWarningMessage(
    'Give the agent full access to this machine?',
    {
      modal: true,
      detail:
        'Its commands will run outside of any sandbox: they can read, change and delete every file that you can, reach any host, ' +
        'and use every key and account that you are signed in to. Most of them will not ask. What they do outside of the workspace ' +
        'cannot be undone by Bowline.\n\n' +
        'Without it, commands may write in the workspace and in temporary folders. This is asked once for this workspace.',
    },
    allow,
    { title: 'Stay in the Workspace', isCloseAffordance: true },
  );
  return answer === allow;
}

async function tellDeclined(): Promise<void> {
  const change = 'Change Setting';
  const answer = await vscode.window.showInformationMessage(
    'Bowline: full access was not given. The agent works with “workspace-write”: commands may write in the workspace and in temporary folders.',
    change,
  );
  if (answer === change) await vscode.commands.executeCommand('workbench.action.openSettings', 'bowline.sandbox');
}
