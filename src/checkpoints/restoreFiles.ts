// Puts files back to how they were before a turn: shows what that would do, asks, does it, and offers to undo and to merge.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { CheckpointPreviewResult, CheckpointRestoreResult } from '../../server/protocol/schema/checkpoint.ts';
import { isUnknownMethod } from '../agentServer/unknownMethod.ts';
import type { RehearsalViewer } from '../approvals/rehearse.ts';
import type { Commands } from '../commands.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import type { ShownThread } from '../chat/shownThread.ts';
import {
  leftWords,
  nothingToRestore,
  previewChanges,
  restoredWords,
  restorePlan,
  restoreQuestion,
  type RestorePlan,
} from './restoreWords.ts';
import { turnChoices } from './turnChoices.ts';

export interface RestorePorts {
  readonly server: Pick<ServerPort, 'request'>;
  readonly viewer: RehearsalViewer;
}

export interface TurnToRestore {
  readonly threadId: string;
  readonly turnId: string;
}

const RESTORE = 'Restore Files';
const PREVIEW = 'Show Preview';
const UNDO = 'Undo';
const MERGE = 'Merge…';
const DETAILS = 'Details';

/** `bowline.restoreFiles`: of a turn that is named, or of one of the shown thread that the user picks. */
export function restoreCommands(ports: RestorePorts & { readonly shown: ShownThread }): Commands {
  return {
    'bowline.restoreFiles': async () => {
      const state = ports.shown.loaded?.state;
      if (state === undefined)
        throw new Error('Open a thread in the chat first: its turns are what can be restored to.');
      const picked = await vscode.window.showQuickPick(turnChoices(state, Date.now()), {
        title: 'Bowline: Restore Files',
        placeHolder: 'To before which message?',
        matchOnDetail: true,
      });
      if (picked !== undefined) await restoreFiles({ threadId: state.thread.id, turnId: picked.turnId }, ports);
    },
  };
}

export async function restoreFiles(turn: TurnToRestore, ports: RestorePorts): Promise<void> {
  const plan = restorePlan(await previewOf(turn, ports), isDirty);
  if (plan.restorable.length === 0) {
    const offered = plan.conflicts.length === 0 ? [] : [MERGE];
    const chosen = await vscode.window.showInformationMessage(`Bowline: ${nothingToRestore(plan)}`, ...offered);
    if (chosen === MERGE) await mergeOne(turn, plan.conflicts, ports);
    return;
  }
  if (!(await isWanted(turn, plan, ports))) return;
  const paths = plan.restorable.map(({ path }) => path);
  const result = await ports.server.request('checkpoint/restore', { ...turn, paths });
  await tellRestored(turn, { ...result, conflicts: [...result.conflicts, ...conflictNotes(plan)] }, ports);
}

async function previewOf(turn: TurnToRestore, { server }: RestorePorts): Promise<CheckpointPreviewResult> {
  try {
    return await server.request('checkpoint/preview', turn);
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
    throw new Error('This server cannot restore files. The one that comes with Bowline can.', { cause: error });
  }
}

/** A modal first; after a look at the preview, which it would cover, a message beside it. */
async function isWanted(turn: TurnToRestore, plan: RestorePlan, { viewer }: RestorePorts): Promise<boolean> {
  const { message, detail } = restoreQuestion(plan);
  const changes = previewChanges(plan.restorable);
  const offered = changes.length === 0 ? [RESTORE] : [RESTORE, PREVIEW];
  const chosen = await vscode.window.showWarningMessage(message, { modal: true, detail }, ...offered);
  if (chosen !== PREVIEW) return chosen === RESTORE;
  await viewer.openRehearsal('Restore to Before This Turn', {
    rehearsalId: `restore-${turn.turnId}`,
    output: '',
    changes,
  });
  return (await vscode.window.showWarningMessage(`Bowline: ${message}`, RESTORE)) === RESTORE;
}

async function tellRestored(turn: TurnToRestore, result: CheckpointRestoreResult, ports: RestorePorts): Promise<void> {
  const left = leftWords(result);
  const conflicts = result.conflicts.map(({ path }) => path);
  const offered = [
    ...(result.restoreId === null ? [] : [UNDO]),
    ...(conflicts.length === 0 ? [] : [MERGE]),
    ...(left === '' ? [] : [DETAILS]),
  ];
  const chosen = await vscode.window.showInformationMessage(`Bowline: ${restoredWords(result)}`, ...offered);
  if (chosen === UNDO) await undo(turn, ports);
  else if (chosen === MERGE) await mergeOne(turn, conflicts, ports);
  else if (chosen === DETAILS)
    await vscode.window.showInformationMessage(restoredWords(result), { modal: true, detail: left });
}

async function undo({ threadId }: TurnToRestore, { server }: RestorePorts): Promise<void> {
  const result = await server.request('checkpoint/redo', { threadId });
  const left = leftWords(result);
  void vscode.window.showInformationMessage(
    `Bowline: the restore was undone. ${restoredWords(result)}${left === '' ? '' : ` ${left.replaceAll('\n', ' ')}`}`,
  );
}

/** Puts the merged text into the editor, unsaved: the user looks at it, solves what is marked, and saves it or undoes it. */
async function mergeOne(turn: TurnToRestore, paths: readonly string[], { server }: RestorePorts): Promise<void> {
  const path = paths.length === 1 ? paths[0] : await pickPath(paths);
  if (path === undefined) return;
  const { merged, conflicts } = await server.request('checkpoint/merge', { ...turn, path });
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), merged);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document);
  const what =
    conflicts === 0 ? 'without conflicts' : `with ${conflicts === 1 ? '1 conflict' : `${conflicts} conflicts`} marked`;
  void vscode.window.showInformationMessage(
    `Bowline: ${basename(path)} is merged, ${what}${savesItself() ? '. Undo it to go back.' : ', and not saved yet. Save it to keep it, or undo.'}`,
  );
}

async function pickPath(paths: readonly string[]): Promise<string | undefined> {
  const items = paths.map((path) => ({
    label: basename(path),
    description: vscode.workspace.asRelativePath(path),
    path,
  }));
  return (await vscode.window.showQuickPick(items, { title: 'Bowline: Merge', placeHolder: 'Which file?' }))?.path;
}

function conflictNotes({ left, conflicts }: RestorePlan): { path: string; reason: string }[] {
  return left.filter(({ path }) => conflicts.includes(path));
}

/** The editor saves after a moment, unasked. */
function savesItself(): boolean {
  return vscode.workspace.getConfiguration('files').get('autoSave') !== 'off';
}

function isDirty(path: string): boolean {
  return vscode.workspace.textDocuments.some(
    ({ uri, isDirty: hasEdits }) => hasEdits && uri.scheme === 'file' && uri.fsPath === path,
  );
}
