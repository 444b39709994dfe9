// Provides the virtual documents of diffs, and tells the editor when a growing one has grown.
import * as vscode from 'vscode';
import { BEFORE_SCHEME, diffUri, parseDiffUri, PROPOSED_SCHEME } from './diffUris.ts';
import type { ChangeTexts } from './changeTexts.ts';
import type { ChangeRef, LiveChanges } from './liveChanges.ts';

/** A document that grows is read anew at most this often. */
const THROTTLE_MS = 100;

export class DiffContent implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #texts: ChangeTexts;
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #owned: vscode.Disposable;
  /** Documents that have changed since the editor was last told. */
  readonly #waiting = new Map<string, vscode.Uri>();
  #timer: NodeJS.Timeout | null = null;

  readonly onDidChange = this.#changed.event;

  constructor(texts: ChangeTexts, live: LiveChanges) {
    this.#texts = texts;
    this.#owned = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.registerTextDocumentContentProvider(BEFORE_SCHEME, this),
      vscode.workspace.registerTextDocumentContentProvider(PROPOSED_SCHEME, this),
      live.onDidChange((ref) => this.#touch(ref)),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const shown = parseDiffUri(uri);
    return shown === null ? 'This is not a change of Bowline.' : await this.#texts.document(shown.source, shown.side);
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#owned.dispose();
  }

  #touch(ref: ChangeRef): void {
    for (const side of ['before', 'after'] as const) {
      const uri = diffUri({ type: 'change', ref }, side, ref.path);
      this.#waiting.set(uri.toString(), uri);
    }
    this.#timer ??= setTimeout(() => this.#tell(), THROTTLE_MS);
  }

  #tell(): void {
    this.#timer = null;
    for (const uri of this.#waiting.values()) this.#changed.fire(uri);
    this.#waiting.clear();
  }
}
