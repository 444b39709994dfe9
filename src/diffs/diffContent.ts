// Provides the virtual documents of diffs, and tells the editor when a growing one has grown.
import * as vscode from 'vscode';
import { BEFORE_SCHEME, diffUri, parseDiffUri, PROPOSED_SCHEME } from './diffUris.ts';
import type { ChangeTexts } from './changeTexts.ts';
import type { ChangeRef } from './liveChanges.ts';

/** A document that grows is read anew at most this often. */
const THROTTLE_MS = 100;

export class DiffContent implements vscode.Disposable {
  /** An event of one scheme must not reach the provider of the other. */
  readonly #changed = { before: new vscode.EventEmitter<vscode.Uri>(), after: new vscode.EventEmitter<vscode.Uri>() };
  readonly #owned: vscode.Disposable;
  /** Documents that have changed since the editor was last told. */
  readonly #waiting = new Map<string, vscode.Uri>();
  #timer: NodeJS.Timeout | null = null;

  /** `texts` is asked when the first document is wanted. */
  constructor(texts: () => Promise<ChangeTexts>) {
    const provideTextDocumentContent = async (uri: vscode.Uri): Promise<string> => {
      const shown = parseDiffUri(uri);
      if (shown === null) return 'This is not a change of Bowline.';
      return await (await texts()).document(shown.source, shown.side);
    };
    const provide = (scheme: string, { event }: vscode.EventEmitter<vscode.Uri>): vscode.Disposable =>
      vscode.workspace.registerTextDocumentContentProvider(scheme, { provideTextDocumentContent, onDidChange: event });
    const { before, after } = this.#changed;
    this.#owned = vscode.Disposable.from(
      before,
      after,
      provide(BEFORE_SCHEME, before),
      provide(PROPOSED_SCHEME, after),
    );
  }

  /** The texts of a file of a patch have changed. */
  changed(ref: ChangeRef): void {
    for (const side of ['before', 'after'] as const) this.#tellSoon(diffUri({ type: 'change', ref }, side, ref.path));
  }

  /** A thread was read: its documents that were open before that can be shown now. */
  threadRead(threadId: string): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      const source = parseDiffUri(uri)?.source;
      if (source?.type === 'change' && source.ref.threadId === threadId) this.#tellSoon(uri);
    }
  }

  dispose(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#owned.dispose();
  }

  #tellSoon(uri: vscode.Uri): void {
    this.#waiting.set(uri.toString(), uri);
    this.#timer ??= setTimeout(() => this.#tell(), THROTTLE_MS);
  }

  #tell(): void {
    this.#timer = null;
    for (const uri of this.#waiting.values())
      this.#changed[uri.scheme === BEFORE_SCHEME ? 'before' : 'after'].fire(uri);
    this.#waiting.clear();
  }
}
