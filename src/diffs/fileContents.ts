// Reads and names the files of the workspace for the diffs room.
import { readFile, stat } from 'node:fs/promises';
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ChangedText } from '../../server/protocol/fileChange.ts';

/** Bytes at the start of a file that tell whether it is text. */
const SNIFFED = 8_192;
/** Larger files are not compared. */
const LARGEST = 8_000_000;

/** The text of a file as it is on disk. Read directly: by the editor it would take longer than a patch takes to be applied. */
export async function diskText(path: string): Promise<ChangedText> {
  try {
    const { size } = await stat(path);
    if (size > LARGEST) return { type: 'conflict', message: `${path} is too large to be shown as a diff.` };
    const bytes = await readFile(path);
    if (bytes.subarray(0, SNIFFED).includes(0))
      return { type: 'conflict', message: `${path} is a binary file and cannot be shown as a diff.` };
    return { type: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    if (isMissing(error)) return { type: 'absent' };
    const isOtherEncoding = error instanceof TypeError;
    const message = isOtherEncoding
      ? `${path} is not UTF-8 text, so Bowline cannot compare or restore it.`
      : `${path} cannot be read: ${messageOf(error)}`;
    return { type: 'conflict', message };
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
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
