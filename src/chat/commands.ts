// The commands of the chat: bring it to the front, and give it something from the editor.
import * as vscode from 'vscode';
import type { Commands } from '../commands.ts';
import type { ChatControl } from './chatView.ts';
import { currentSelection, fileAttachment } from './editorContext.ts';

export function chatCommands(chat: ChatControl): Commands {
  return {
    'bowline.focusChat': () => chat.focus(),
    'bowline.addSelection': () => addSelection(chat),
    'bowline.addFile': (argument) => addFile(chat, argument),
  };
}

/** The selection, or the whole file when nothing is selected. */
async function addSelection(chat: ChatControl): Promise<void> {
  const selection = currentSelection();
  if (selection === null) await addFile(chat, undefined);
  else await chat.attach(selection);
}

async function addFile(chat: ChatControl, argument: unknown): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme === 'file') {
    await chat.attach(fileAttachment(uri));
    return;
  }
  void vscode.window.showInformationMessage('Bowline: open a file or select some text first.');
}
