// Shows the findings of the last review among the problems of the editor.
import * as vscode from 'vscode';
import { Disposables } from '../emitter.ts';
import type { ThreadChange } from '../threads/openedThread.ts';
import type { ThreadStore } from '../threads/threadStore.ts';
import { findingRows, type FindingRow, type FindingSeverity } from './findingRows.ts';

const SEVERITIES: Readonly<Record<FindingSeverity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

const SHOW = 'Show Problems';

export class ReviewFindings implements vscode.Disposable {
  readonly #owned = new Disposables();
  readonly #shown: vscode.DiagnosticCollection;

  constructor(store: ThreadStore) {
    this.#shown = this.#owned.add(vscode.languages.createDiagnosticCollection('Bowline Review'));
    this.#owned.add(store.onDidChangeThread((change) => this.#follow(change)));
  }

  clear(): void {
    this.#shown.clear();
  }

  dispose(): void {
    this.#owned.dispose();
  }

  #follow({ notification, state }: ThreadChange): void {
    if (notification?.method !== 'item/completed') return;
    const { item } = notification.params;
    if (item.type === 'enteredReviewMode') this.clear();
    else if (item.type === 'exitedReviewMode') this.#show(findingRows(item.review, state.thread.cwd));
  }

  #show(rows: readonly FindingRow[]): void {
    this.clear();
    if (rows.length === 0) return;
    const byPath = new Map<string, vscode.Diagnostic[]>();
    for (const row of rows) byPath.set(row.path, [...(byPath.get(row.path) ?? []), diagnosticOf(row)]);
    for (const [path, diagnostics] of byPath) this.#shown.set(vscode.Uri.file(path), diagnostics);
    void tellFindings(rows.length);
  }
}

function diagnosticOf({ startLine, endLine, message, severity }: FindingRow): vscode.Diagnostic {
  const range = new vscode.Range(startLine - 1, 0, endLine - 1, Number.MAX_SAFE_INTEGER);
  const diagnostic = new vscode.Diagnostic(range, message, SEVERITIES[severity]);
  diagnostic.source = 'Bowline Review';
  return diagnostic;
}

async function tellFindings(count: number): Promise<void> {
  const what = count === 1 ? '1 finding' : `${count} findings`;
  const chosen = await vscode.window.showInformationMessage(`Bowline: the review has ${what}.`, SHOW);
  if (chosen === SHOW) await vscode.commands.executeCommand('workbench.actions.view.problems');
}
