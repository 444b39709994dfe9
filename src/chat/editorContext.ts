// What the editor can add to a message: the selection, files by name, files that the user picks.
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { Attachment, HostServices } from '../../server/protocol/chatBridge.ts';
import { rankFiles } from './fileRanking.ts';
import { gitFiles } from './gitFiles.ts';

type FoundFiles = HostServices['completeFiles']['result'];

/** More would be slow to find and are never seen. */
const MAX_SEARCHED = 5_000;
const MAX_SHOWN = 50;
/** A list of files is good for as long as someone types a name. */
const LIST_LIFE_MS = 10_000;
/** More than this is read from the file by the agent itself. */
const MAX_SELECTION = 100_000;

interface WorkspaceFile {
  readonly uri: vscode.Uri;
  readonly relativePath: string;
}

/** The selection of the active editor, or of the one that was active last; null when nothing is selected in a file. */
export function currentSelection(): Attachment | null {
  const editor = vscode.window.activeTextEditor ?? vscode.window.visibleTextEditors[0];
  return editor === undefined ? null : selectionOf(editor);
}

/** The selection of an editor as an attachment; null when it is empty or the document is no file. */
export function selectionOf({ document, selection }: vscode.TextEditor): Attachment | null {
  if (selection.isEmpty || document.uri.scheme !== 'file') return null;
  const { start, end } = selection;
  // a selection that ends at the start of a line does not mean that line
  const lastLine = end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
  const text = document.getText(selection).slice(0, MAX_SELECTION);
  const path = document.uri.fsPath;
  return { type: 'selection', path, name: basename(path), startLine: start.line + 1, endLine: lastLine + 1, text };
}

export function fileAttachment(uri: vscode.Uri): Attachment {
  return { type: 'file', path: uri.fsPath, name: basename(uri.fsPath) };
}

/** Lets the user pick files. */
export async function pickFiles(): Promise<Attachment[]> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const picked = await vscode.window.showOpenDialog({
    canSelectMany: true,
    openLabel: 'Attach',
    title: 'Attach Files',
    ...(folder === undefined ? {} : { defaultUri: folder }),
  });
  return (picked ?? []).map(fileAttachment);
}

/** Completes file names. The list is kept for a moment, and a new search ends the one before it. */
export class FileCompletion implements vscode.Disposable {
  #list: { readonly files: Promise<readonly WorkspaceFile[]>; readonly at: number } | null = null;
  #searching = new AbortController();

  /** Files whose path fits the query, open ones first among equals. Leaves out what git ignores and `files.exclude` hides. */
  async complete(query: string): Promise<FoundFiles> {
    const open = openFiles();
    const openPaths = new Set(open.map(({ uri }) => uri.fsPath));
    const others = (await this.#files()).filter(({ uri }) => !openPaths.has(uri.fsPath));
    return rankFiles([...open, ...others], query, MAX_SHOWN).map(({ uri, relativePath }) => ({
      path: uri.fsPath,
      name: basename(relativePath),
      folder: dirname(relativePath) === '.' ? '' : dirname(relativePath),
    }));
  }

  dispose(): void {
    this.#searching.abort();
  }

  async #files(): Promise<readonly WorkspaceFile[]> {
    const now = Date.now();
    if (this.#list !== null && now - this.#list.at < LIST_LIFE_MS) return await this.#list.files;
    this.#searching.abort();
    this.#searching = new AbortController();
    const files = searchWorkspace(this.#searching.signal);
    this.#list = { files, at: now };
    return await files;
  }
}

async function searchWorkspace(signal: AbortSignal): Promise<WorkspaceFile[]> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const found = await Promise.all(folders.map((folder) => searchFolder(folder, signal)));
  return found.flat();
}

async function searchFolder(folder: vscode.WorkspaceFolder, signal: AbortSignal): Promise<WorkspaceFile[]> {
  // git may run programs that a repository's configuration names, so it is not asked where the user trusts nobody
  const isAsked = vscode.workspace.isTrusted && folder.uri.scheme === 'file';
  const tracked = isAsked ? await gitFiles(folder.uri.fsPath, signal) : null;
  if (tracked !== null) return tracked.map((path) => workspaceFile(vscode.Uri.joinPath(folder.uri, path)));
  const stop = new vscode.CancellationTokenSource();
  signal.addEventListener('abort', () => stop.cancel(), { once: true });
  const pattern = new vscode.RelativePattern(folder, '**/*');
  const found = await vscode.workspace.findFiles(pattern, excludedFiles(), MAX_SEARCHED, stop.token);
  stop.dispose();
  return found.map(workspaceFile);
}

/** One glob of what the user hides from the explorer and from searches. */
function excludedFiles(): string | undefined {
  const patterns = ['files', 'search'].flatMap((section) => {
    const exclude = vscode.workspace.getConfiguration(section).get<Record<string, unknown>>('exclude') ?? {};
    return Object.entries(exclude).flatMap(([pattern, isOn]) => (isOn === true ? [pattern] : []));
  });
  return patterns.length === 0 ? undefined : `{${patterns.join(',')}}`;
}

function openFiles(): WorkspaceFile[] {
  const uris = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .flatMap(({ input }) => (input instanceof vscode.TabInputText && input.uri.scheme === 'file' ? [input.uri] : []));
  const unique = new Map(uris.map((uri) => [uri.fsPath, uri]));
  return [...unique.values()].map(workspaceFile);
}

function workspaceFile(uri: vscode.Uri): WorkspaceFile {
  return { uri, relativePath: vscode.workspace.asRelativePath(uri).replaceAll('\\', '/') };
}
