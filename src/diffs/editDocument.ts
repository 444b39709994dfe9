// Changes a document to a wanted text by touching only the lines that differ, so that cursors stay and undo is small.
import * as vscode from 'vscode';
import { blocksOf, splitLines } from './hunks.ts';

/** Adds the edits to `edit` that make the document read `wanted`; its line endings stay its own. */
export function addEdits(edit: vscode.WorkspaceEdit, document: vscode.TextDocument, wanted: string): void {
  const [old, young] = [splitLines(document.getText()), splitLines(wanted)];
  const end = document.lineAt(document.lineCount - 1).range.end;
  for (const block of blocksOf(old, young)) {
    const text = young.slice(block.afterStart, block.afterEnd).join('');
    const start = new vscode.Position(block.beforeStart, 0);
    const stop = block.beforeEnd < document.lineCount ? new vscode.Position(block.beforeEnd, 0) : end;
    edit.replace(document.uri, document.validateRange(new vscode.Range(start, stop)), text);
  }
}

/** Makes the document read `wanted`, as one step to undo. */
export async function rewriteDocument(document: vscode.TextDocument, wanted: string): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  addEdits(edit, document, wanted);
  if (edit.size > 0 && !(await vscode.workspace.applyEdit(edit)))
    throw new Error(`${vscode.workspace.asRelativePath(document.uri)} could not be changed in the editor.`);
}
