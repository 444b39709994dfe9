// Opens diff editors, and finds and closes the tabs of those it opened.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { diffUri } from './diffUris.ts';
import type { ChangeRef } from './liveChanges.ts';

/** The two documents of a diff editor. */
export interface DiffPair {
  readonly left: vscode.Uri;
  readonly right: vscode.Uri;
  readonly title: string;
}

export function proposedPair(ref: ChangeRef): DiffPair {
  const source = { type: 'change', ref } as const;
  return {
    left: diffUri(source, 'before', ref.path),
    right: diffUri(source, 'after', ref.path),
    title: `${basename(ref.path)} (Bowline: proposed)`,
  };
}

/** Before on the left, the file itself on the right, so that it can be worked on. */
export function appliedPair(ref: ChangeRef, path: string): DiffPair {
  return {
    left: diffUri({ type: 'change', ref }, 'before', ref.path),
    right: vscode.Uri.file(path),
    title: `${basename(path)} (Bowline: changed)`,
  };
}

/** How long the list of tabs may lag behind an editor that was opened. */
const TAB_LAG_MS = 2_000;

/** Opens the diff editor; its tab can be found once the promise resolves. */
export async function showDiff(pair: DiffPair, options: vscode.TextDocumentShowOptions): Promise<void> {
  await vscode.commands.executeCommand('vscode.diff', pair.left, pair.right, pair.title, options);
  if (tabOf(pair)?.isActive === true) return;
  const listed = Promise.withResolvers<void>();
  const listening = vscode.window.tabGroups.onDidChangeTabs(() => {
    if (tabOf(pair)?.isActive === true) listed.resolve();
  });
  const timer = setTimeout(listed.resolve, TAB_LAG_MS);
  await listed.promise;
  clearTimeout(timer);
  listening.dispose();
}

/** The tab that shows the pair, wherever it is. */
export function tabOf({ left, right }: DiffPair): vscode.Tab | undefined {
  const [original, modified] = [left.toString(), right.toString()];
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .find(
      ({ input }) =>
        input instanceof vscode.TabInputTextDiff &&
        input.original.toString() === original &&
        input.modified.toString() === modified,
    );
}

export async function closeTab(pair: DiffPair): Promise<void> {
  const tab = tabOf(pair);
  if (tab !== undefined) await vscode.window.tabGroups.close(tab, true);
}
