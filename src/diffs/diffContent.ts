// Provides the virtual documents of diffs, and tells the editor when a growing one has grown.
import * as vscode from 'vscode';
import { BEFORE_SCHEME, diffUri, parseDiffUri, PROPOSED_SCHEME } from './diffUris.ts';
import type { ChangeTexts } from './changeTexts.ts';
import type { ChangeRef, LiveChanges } from './liveChanges.ts';

/** A document that grows is read anew at most this often. */
const THROTTLE_MS = 100;

export class DiffContent implements vscode.Disposable {
  /** An event of one scheme must not reach the provider of the other. */
  readonly #changed = { before: new vscode.EventEmitter<vscode.Uri>(), after: new vscode.EventEmitter<vscode.Uri>() };
  readonly #owned: vscode.Disposable;
  /** Documents that have changed since the editor was last told. */
  readonly #waiting = new Map<string, vscode.Uri>();
  #timer: NodeJS.Timeout | null = null;

  constructor(texts: ChangeTexts, live: LiveChanges) {
    const { before, after } = this.#changed;
    const provideTextDocumentContent = async (uri: vscode.Uri): Promise<string> => {
      const shown = parseDiffUri(uri);
      return shown === null ? 'This is not a change of Bowline.' : await texts.document(shown.source, shown.side);
    };
    this.#owned = vscode.Disposable.from(
      before,
      after,
      vscode.workspace.registerTextDocumentContentProvider(BEFORE_SCHEME, {
        provideTextDocumentContent,
        onDidChange: before.event,
      }),
      vscode.workspace.registerTextDocumentContentProvider(PROPOSED_SCHEME, {
        provideTextDocumentContent,
        onDidChange: after.event,
      }),
      live.onDidChange((ref) => this.#touch(ref)),
    );
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
    for (const uri of this.#waiting.values())
      this.#changed[uri.scheme === BEFORE_SCHEME ? 'before' : 'after'].fire(uri);
    this.#waiting.clear();
  }
}
