// The entry in the status bar: how the server stands and what it works on; a click offers what can be done about it.
import * as vscode from 'vscode';
import { statusLook, type StatusFacts } from './statusLook.ts';

export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem;
  readonly #facts: () => StatusFacts;

  constructor(facts: () => StatusFacts) {
    this.#facts = facts;
    this.#item = vscode.window.createStatusBarItem('bowline.status', vscode.StatusBarAlignment.Right, 90);
    this.#item.name = 'Bowline';
    this.#item.command = 'bowline.showMenu';
    this.update();
    this.#item.show();
  }

  update(): void {
    const { text, tooltip, background } = statusLook(this.#facts());
    if (this.#item.text === text && this.#item.tooltip === tooltip) return;
    this.#item.text = text;
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: `Bowline: ${tooltip}` };
    this.#item.backgroundColor =
      background === null ? undefined : new vscode.ThemeColor(`statusBarItem.${background}Background`);
  }

  dispose(): void {
    this.#item.dispose();
  }
}
