// Opens a file of the disk in an editor.
import * as vscode from 'vscode';

/** Shows the file, at a line (from 1) if one is given, in an editor that is a preview until it is worked in. */
export async function openFile(path: string, line?: number): Promise<void> {
  const at = line === undefined ? {} : { selection: new vscode.Range(line - 1, 0, line - 1, 0) };
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path), { preview: true, ...at });
}
