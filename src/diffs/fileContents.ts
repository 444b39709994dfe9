// Reads and names the files of the workspace for the diffs room.
import { relative } from 'node:path';
import * as vscode from 'vscode';
import type { ChangedText } from '../../server/protocol/fileChange.ts';

/** Bytes at the start of a file that tell whether it is text. */
const SNIFFED = 8_192;
/** Larger files are not compared. */
const LARGEST = 8_000_000;

/** The text of a file as it is on disk. */
export async function diskText(path: string): Promise<ChangedText> {
  const uri = vscode.Uri.file(path);
  try {
    const { size } = await vscode.workspace.fs.stat(uri);
    if (size > LARGEST) return { type: 'conflict', message: `${path} is too large to be shown as a diff.` };
    const bytes = await vscode.workspace.fs.readFile(uri);
    if (bytes.subarray(0, SNIFFED).includes(0))
      return { type: 'conflict', message: `${path} is a binary file and cannot be shown as a diff.` };
    return { type: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return { type: 'absent' };
    const isOtherEncoding = error instanceof TypeError;
    const message = isOtherEncoding
      ? `${path} is not UTF-8 text, so Bowline cannot compare or restore it.`
      : `${path} cannot be read.`;
    return { type: 'conflict', message };
  }
}

/** The document of a file, if it is open in this window. */
export function openDocument(path: string): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'file' && uri.fsPath === path);
}

/** The text as the user sees it: of the open document, else of the file. */
export async function currentText(path: string): Promise<ChangedText> {
  const document = openDocument(path);
  return document?.isDirty === true ? { type: 'text', text: document.getText() } : await diskText(path);
}

/** How a path is named to the user: relative to the workspace where that is shorter. */
export function shortPath(path: string): string {
  return vscode.workspace.asRelativePath(path, (vscode.workspace.workspaceFolders?.length ?? 0) > 1);
}

/** Whether `path` lies in `folder`. */
export function isInside(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return rest === '' || (!rest.startsWith('..') && !rest.startsWith('/'));
}
