// Brings the agent's change of a file together with what the user has typed in it and not saved: neither side is lost.
import { writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import { diffUri } from './diffUris.ts';
import { rewriteDocument } from './editDocument.ts';
import { diskText, openDocument, shortPath } from './fileContents.ts';
import { isSameText } from './hunks.ts';
import { merge3 } from './merge3.ts';

interface PatchedTexts {
  readonly before: string;
  readonly after: string;
}

/**
 * The merged text stays unsaved, unless the user has VS Code save by itself: when to save is the user's decision. VS Code would then refuse to save it over the newer file;
 * so right before the user saves, and only if the file still is what was merged, the text is put into the file, where VS Code
 * finds it and is content.
 */
export class DirtyMerges implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  /** By path: the text of the file that is part of the open document already. */
  readonly #merged = new Map<string, string>();
  readonly #listening: vscode.Disposable;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
    this.#listening = vscode.Disposable.from(
      vscode.workspace.onWillSaveTextDocument((event) => {
        const merged = this.#merged.get(event.document.uri.fsPath);
        if (merged !== undefined) event.waitUntil(this.#makeSavable(event.document, merged));
      }),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.#merged.delete(uri.fsPath)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#merged.delete(uri.fsPath)),
    );
  }

  /** The agent changed the file from `before` to `after`; merges that into its document if it has unsaved changes. */
  async patched(path: string, { before, after }: PatchedTexts): Promise<void> {
    const document = openDocument(path);
    if (document?.isDirty !== true) return;
    const typed = document.getText();
    if (isSameText(typed, after)) {
      this.#merged.set(path, after);
      return;
    }
    const merged = merge3({ base: before, ours: typed, theirs: after });
    if (merged.conflicts > 0) {
      await this.#ask(document, after);
      return;
    }
    this.#merged.set(path, after);
    await rewriteDocument(document, merged.text);
    // who has VS Code save by itself may find that it has refused to meanwhile: now it can
    const autoSave = vscode.workspace.getConfiguration('files', document).get('autoSave');
    if (autoSave !== 'off') await document.save();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#merged.clear();
  }

  async #ask(document: vscode.TextDocument, after: string): Promise<void> {
    const [compare, mine, agents] = ['Compare', 'Keep Mine', 'Take Bowline’s'];
    const name = shortPath(document.uri.fsPath);
    const message = `Bowline changed lines of ${name} that you have changed and not saved. The file has Bowline’s text, the editor has yours.`;
    const answer = await vscode.window.showWarningMessage(message, compare, mine, agents);
    if (answer === agents) {
      await rewriteDocument(document, after);
      this.#merged.set(document.uri.fsPath, after);
    }
    if (answer === mine) this.#merged.set(document.uri.fsPath, after);
    if (answer === compare) await this.#compare(document);
  }

  async #compare(document: vscode.TextDocument): Promise<void> {
    const { uri } = document;
    const onDisk = diffUri({ type: 'file', path: uri.fsPath }, 'after', uri.fsPath);
    const title = `${shortPath(uri.fsPath)} (Bowline’s ↔ yours)`;
    await vscode.commands.executeCommand('vscode.diff', onDisk, uri, title);
  }

  /** An edit is asked of a listener; there is none. */
  async #makeSavable(document: vscode.TextDocument, merged: string): Promise<vscode.TextEdit[]> {
    try {
      const onDisk = await diskText(document.uri.fsPath);
      if (onDisk.type !== 'text' || !isSameText(onDisk.text, merged)) return [];
      await writeFile(document.uri.fsPath, await bytesOf(document));
    } catch (error) {
      // VS Code asks the user by itself then
      this.#log.warn(`${document.uri.fsPath} could not be prepared for saving: ${messageOf(error)}`);
    }
    return [];
  }
}

/** The bytes that VS Code would write. It gives a listener little time, so what can be done here is not asked of it. */
async function bytesOf(document: vscode.TextDocument): Promise<Uint8Array> {
  const text = document.getText();
  const { encoding } = document;
  return encoding === 'utf8' ? new TextEncoder().encode(text) : await vscode.workspace.encode(text, { encoding });
}
