// Knows whether the user has worked in an editor since a turn began, so that no diff is put over what is being typed.
import * as vscode from 'vscode';

/** Turns beyond this many are forgotten. */
const KEEP = 20;

export class EditorUse implements vscode.Disposable {
  /** Counts what the user did in editors. */
  #uses = 0;
  /** The count at the start of each turn. */
  readonly #turns = new Map<string, number>();
  readonly #listening: vscode.Disposable;

  constructor() {
    this.#listening = vscode.Disposable.from(
      vscode.window.onDidChangeTextEditorSelection(({ kind }) => {
        const isByHand =
          kind === vscode.TextEditorSelectionChangeKind.Keyboard || kind === vscode.TextEditorSelectionChangeKind.Mouse;
        if (isByHand) this.#uses += 1;
      }),
    );
  }

  turnStarted(turnId: string): void {
    this.#turns.set(turnId, this.#uses);
    for (const oldest of this.#turns.keys()) {
      if (this.#turns.size <= KEEP) return;
      this.#turns.delete(oldest);
    }
  }

  /** Where a diff may come up unasked: in front, or beside the editor that the user works in. */
  columnFor(turnId: string): vscode.ViewColumn {
    const isAtWork = this.#uses > (this.#turns.get(turnId) ?? 0) && vscode.window.activeTextEditor !== undefined;
    return isAtWork ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
  }

  dispose(): void {
    this.#listening.dispose();
  }
}
