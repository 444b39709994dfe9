// Registers commands so that a failure is always told to the user, with a way to the log.
import * as vscode from 'vscode';
import { messageOf } from '../server/protocol/errors.ts';

/**
 * What a command does; its arguments come from menus, keybindings and other extensions, and so can be anything. `selected` are all
 * rows that are selected in a tree.
 */
export type CommandAction = (argument: unknown, selected?: unknown) => unknown;

export type Commands = Readonly<Record<`bowline.${string}`, CommandAction>>;

export function registerCommands(commands: Commands, log: vscode.LogOutputChannel): vscode.Disposable {
  const registered = Object.entries(commands).map(([id, action]) =>
    vscode.commands.registerCommand(id, async (argument: unknown, selected: unknown) => {
      try {
        return await action(argument, selected);
      } catch (error) {
        log.error(`${id}: ${messageOf(error)}`);
        void tellFailure(messageOf(error), log);
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** Shows an error without stopping anything; resolves when the message is closed. */
export async function tellFailure(message: string, log: vscode.LogOutputChannel): Promise<void> {
  const showLog = 'Show Log';
  const answer = await vscode.window.showErrorMessage(`Bowline: ${message}`, showLog);
  if (answer === showLog) log.show();
}
