// The commands of the chat: bring it to the front, and give it something from the editor.
import * as vscode from 'vscode';
import type { Commands } from '../commands.ts';
import type { ChatControl } from './chatView.ts';
import type { Attachment } from '../../server/protocol/chatBridge.ts';
import { currentSelection, fileAttachment } from './editorContext.ts';
import type { KeptFiles } from './keptFiles.ts';

export function chatCommands(chat: ChatControl, kept: KeptFiles): Commands {
  const attach = async (attachment: Attachment): Promise<void> => {
    for (const allowed of await kept.allowed([attachment])) await chat.attach(allowed);
  };
  return {
    'bowline.focusChat': () => chat.focus(),
    'bowline.addSelection': () => addSelection(attach),
    'bowline.addFile': (argument) => addFile(attach, argument),
    'bowline.showContext': () => chat.showContext(),
  };
}

type Attach = (attachment: Attachment) => Promise<void>;

/** The selection, or the whole file when nothing is selected. */
async function addSelection(attach: Attach): Promise<void> {
  const selection = currentSelection();
  if (selection === null) await addFile(attach, undefined);
  else await attach(selection);
}

async function addFile(attach: Attach, argument: unknown): Promise<void> {
  const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme === 'file') {
    await attach(fileAttachment(uri));
    return;
  }
  void vscode.window.showInformationMessage('Bowline: open a file or select some text first.');
}
