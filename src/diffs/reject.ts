// Takes the agent's change of one file back: through the editor, so that it can be undone, and never over later work unasked.
import * as vscode from 'vscode';
import type { ChangedText } from '../../server/protocol/fileChange.ts';
import type { BeforeAndAfter } from './liveChanges.ts';
import type { FileRecord } from './fileRecord.ts';
import { addEdits } from './editDocument.ts';
import { currentText, openDocument, shortPath } from './fileContents.ts';
import { restorationOf, type Restoration } from './restore.ts';

/** `later`: the user wants to look first. */
export type RejectOutcome = 'rejected' | 'later';

/** Rejects a recorded change. `showDiff` shows it to a user who wants to look before deciding. */
export async function rejectRecord(
  record: FileRecord,
  texts: BeforeAndAfter,
  showDiff: () => Promise<void>,
): Promise<RejectOutcome> {
  const { path, movedFrom } = record;
  const planned = restorationOf(texts, await currentText(path));
  const restoration = planned.type === 'ask' ? await asked(planned, path, showDiff) : planned;
  if (restoration === 'later') return 'later';
  if (restoration.type === 'impossible')
    throw new Error(`${shortPath(path)} cannot be restored. ${restoration.reason}`);
  if (movedFrom === null) await carryOut(restoration, path);
  else await moveBack(restoration, record, texts);
  return 'rejected';
}

async function asked(
  { reason, overwrite }: Extract<Restoration, { type: 'ask' }>,
  path: string,
  showDiff: () => Promise<void>,
): Promise<Restoration | 'later'> {
  const [replace, look] = ['Overwrite', 'Open Diff'];
  const question = `Reject Bowline’s changes in ${shortPath(path)}?`;
  const answer = await vscode.window.showWarningMessage(question, { modal: true, detail: reason }, replace, look);
  if (answer === replace) return overwrite;
  if (answer === look) await showDiff();
  return 'later';
}

async function carryOut(restoration: Restoration, path: string): Promise<void> {
  const uri = vscode.Uri.file(path);
  const edit = new vscode.WorkspaceEdit();
  switch (restoration.type) {
    case 'remove':
      edit.deleteFile(uri, { ignoreIfNotExists: true });
      return await apply(edit, path);
    case 'create':
      edit.createFile(uri, { contents: new TextEncoder().encode(restoration.text) });
      return await apply(edit, path);
    case 'rewrite': {
      const document = await vscode.workspace.openTextDocument(uri);
      const wasDirty = document.isDirty;
      addEdits(edit, document, restoration.text);
      await apply(edit, path);
      // what the user has not saved stays for the user to save
      if (!wasDirty) await document.save();
      return;
    }
    case 'nothing':
    case 'ask':
    case 'impossible':
      return;
  }
}

/** The file goes back to where it was, with the text that it shall have there. */
async function moveBack(
  restoration: Restoration,
  { path, movedFrom }: FileRecord,
  { before }: BeforeAndAfter,
): Promise<void> {
  const text = textOf(restoration, before);
  if (text === null || movedFrom === null) return await carryOut(restoration, path);
  if ((await currentText(movedFrom)).type !== 'absent')
    throw new Error(`${shortPath(path)} cannot be moved back: there is another file at ${shortPath(movedFrom)}.`);
  if (openDocument(path)?.isDirty === true)
    throw new Error(`${shortPath(path)} has changes that are not saved. Save or revert them and reject again.`);
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(vscode.Uri.file(movedFrom), { contents: new TextEncoder().encode(text) });
  edit.deleteFile(vscode.Uri.file(path), { ignoreIfNotExists: true });
  await apply(edit, path);
}

/** A file that was moved and not changed has its text before already. */
function textOf(restoration: Restoration, before: ChangedText): string | null {
  if (restoration.type === 'rewrite' || restoration.type === 'create') return restoration.text;
  return restoration.type === 'nothing' && before.type === 'text' ? before.text : null;
}

async function apply(edit: vscode.WorkspaceEdit, path: string): Promise<void> {
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new Error(`${shortPath(path)} could not be restored: the editor refused the change.`);
}
