// Opens many changed files at once in the multi-file diff editor.
import * as vscode from 'vscode';
import { countLines } from './hunks.ts';
import type { BeforeAndAfter } from './liveChanges.ts';
import { diffUri, type DiffSource } from './diffUris.ts';
import { diskText } from './fileContents.ts';

/** One file to be reviewed. */
export interface ReviewedFile {
  readonly path: string;
  readonly source: DiffSource;
  readonly texts: BeforeAndAfter;
  /** Whether it waits for a decision: then the right side is the file itself. */
  readonly isPending: boolean;
}

/** Shows the files; `name` says what they are. The counts of lines are added here, that of files by VS Code. */
export async function openReview(name: string, files: readonly ReviewedFile[]): Promise<void> {
  const resources = await Promise.all(files.map(resourceOf));
  await vscode.commands.executeCommand('vscode.changes', `${name} ${countsOf(files)}`, resources);
}

/** The right side of a file that is not decided is the file itself, so that it can be worked on. */
async function resourceOf({
  path,
  source,
  texts,
  isPending,
}: ReviewedFile): Promise<[vscode.Uri, vscode.Uri | undefined, vscode.Uri | undefined]> {
  const file = vscode.Uri.file(path);
  const left = texts.before.type === 'absent' ? undefined : diffUri(source, 'before', path);
  if (texts.after.type === 'absent') return [file, left, undefined];
  const isShown = isPending && (await diskText(path)).type === 'text';
  return [file, left, isShown ? file : diffUri(source, 'after', path)];
}

function countsOf(files: readonly ReviewedFile[]): string {
  let [added, removed] = [0, 0];
  for (const { texts } of files) {
    if (texts.before.type === 'conflict' || texts.after.type === 'conflict') continue;
    const counts = countLines(textOf(texts.before), textOf(texts.after));
    added += counts.added;
    removed += counts.removed;
  }
  return `+${added} −${removed}`;
}

export function filesOf(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

function textOf(text: { readonly type: 'text'; readonly text: string } | { readonly type: 'absent' }): string {
  return text.type === 'text' ? text.text : '';
}
