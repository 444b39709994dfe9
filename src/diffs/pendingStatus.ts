// Says outside of any editor how many changed files wait for a decision: in the status bar, and to menus.
import * as vscode from 'vscode';
import type { Ledger } from './ledger.ts';
import { filesOf } from './review.ts';

/** A list of paths: `resourcePath in bowline.changedPaths`. */
const CHANGED_PATHS = 'bowline.changedPaths';
const HAS_CHANGES = 'bowline.hasChanges';

export class PendingStatus implements vscode.Disposable {
  readonly #ledger: Ledger;
  readonly #item = vscode.window.createStatusBarItem('bowline.changes', vscode.StatusBarAlignment.Right, 89);
  readonly #listening: vscode.Disposable;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    this.#item.name = 'Bowline Changes';
    this.#item.command = 'bowline.reviewChanges';
    this.#listening = ledger.onDidChange(() => this.#update());
    this.#update();
  }

  dispose(): void {
    this.#listening.dispose();
    this.#item.dispose();
  }

  #update(): void {
    const paths = this.#ledger.pending().map(({ path }) => path);
    void vscode.commands.executeCommand('setContext', CHANGED_PATHS, paths);
    void vscode.commands.executeCommand('setContext', HAS_CHANGES, paths.length > 0);
    if (paths.length === 0) {
      this.#item.hide();
      return;
    }
    const words = `${filesOf(paths.length)} changed by Bowline`;
    this.#item.text = `$(diff-multiple) ${words}`;
    this.#item.tooltip = `${words}: review, accept or reject`;
    this.#item.accessibilityInformation = { label: `${words}. Review the changes.` };
    this.#item.show();
  }
}
