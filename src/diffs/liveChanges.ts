// The patches that this window has seen, with each file's text before it, while they grow and after.
import { textAfter, textBefore, type ChangedText } from '../../server/protocol/fileChange.ts';
import type { FileChangeItem, FileUpdateChange } from '../../server/protocol/schema/item.ts';
import { Emitter, type Disposable } from '../emitter.ts';
import { isSameText } from './hunks.ts';

/** One file of one patch. */
export interface ChangeRef {
  readonly threadId: string;
  readonly turnId: string;
  readonly itemId: string;
  /** Absolute, as the patch names it: of a moved file, where it was. */
  readonly path: string;
}

export interface BeforeAndAfter {
  readonly before: ChangedText;
  readonly after: ChangedText;
}

interface LiveFile {
  /** Read when the patch was first seen. */
  readonly before: Promise<ChangedText>;
  change: FileUpdateChange;
  /** What was shown last: hunks whose place is not known yet leave it as it is. */
  shown: ChangedText | null;
  /** The final texts, once the patch was applied. */
  settled: BeforeAndAfter | null;
}

/** Patches beyond this many are forgotten, oldest first; they can be worked out again. */
const KEEP = 30;

export class LiveChanges implements Disposable {
  readonly #read: (path: string) => Promise<ChangedText>;
  readonly #items = new Map<string, Map<string, LiveFile>>();
  readonly #changed = new Emitter<ChangeRef>();

  /** The proposed text of a file changed. */
  readonly onDidChange = this.#changed.event;

  /** `read` gives the text of a file as it is on disk. */
  constructor(read: (path: string) => Promise<ChangedText>) {
    this.#read = read;
  }

  /**
   * Takes in what a patch says now. The texts before are those of the first time that a file is named.
   * Gives the path of the file that is new or has changed; null when none has.
   */
  update(item: FileChangeItem, turn: { readonly threadId: string; readonly turnId: string }): string | null {
    const key = keyOf({ ...turn, itemId: item.id });
    const files = this.#items.get(key) ?? new Map<string, LiveFile>();
    this.#items.set(key, files);
    let latest: string | null = null;
    for (const change of item.changes) {
      const file = files.get(change.path);
      if (file === undefined)
        files.set(change.path, { before: this.#read(change.path), change, shown: null, settled: null });
      else if (file.change.diff === change.diff && file.change.kind.type === change.kind.type) continue;
      else file.change = change;
      latest = change.path;
      this.#changed.fire({ ...turn, itemId: item.id, path: change.path });
    }
    for (const oldest of this.#items.keys()) {
      if (this.#items.size <= KEEP) break;
      this.#items.delete(oldest);
    }
    return latest;
  }

  /** Notes what an applied patch really did to a file. */
  settle(ref: ChangeRef, texts: BeforeAndAfter): void {
    const file = this.#file(ref);
    if (file === undefined) return;
    file.settled = texts;
    this.#changed.fire(ref);
  }

  /** The texts of a file that this window has seen being patched; null when it has not. */
  async texts(ref: ChangeRef): Promise<BeforeAndAfter | null> {
    const file = this.#file(ref);
    if (file === undefined) return null;
    const before = await file.before;
    if (file.settled !== null) return file.settled;
    const after = proposedText(before, file.change);
    if (after.type !== 'conflict') file.shown = after;
    return { before, after: after.type === 'conflict' ? (file.shown ?? before) : after };
  }

  /** The text before, as it was when the patch was first seen. */
  async firstBefore(ref: ChangeRef): Promise<ChangedText | null> {
    return (await this.#file(ref)?.before) ?? null;
  }

  dispose(): void {
    this.#changed.dispose();
    this.#items.clear();
  }

  #file(ref: ChangeRef): LiveFile | undefined {
    return this.#items.get(keyOf(ref))?.get(ref.path);
  }
}

/** The text that a patch leads to, whether it is still being written or was never applied. */
export function proposedText(before: ChangedText, change: FileUpdateChange): ChangedText {
  if (change.kind.type !== 'update') return textAfter(null, change);
  return before.type === 'text' ? textAfter(before.text, change) : before;
}

/**
 * What an applied patch did to a file, from its text now and, if known, its text when the patch was first seen. A text that was
 * read while the patch was being applied may be the one before or the one after; the patch and the text now tell which.
 */
export function settledTexts(change: FileUpdateChange, now: ChangedText, seen: ChangedText | null): BeforeAndAfter {
  const { path, kind } = change;
  switch (kind.type) {
    case 'add':
      return { before: { type: 'absent' }, after: now.type === 'text' ? now : textAfter(null, change) };
    case 'delete':
      return { before: deletedText(change, seen), after: { type: 'absent' } };
    case 'update': {
      const fromSeen = seen?.type === 'text' ? textAfter(seen.text, change) : null;
      if (seen !== null && fromSeen?.type === 'text' && isSame(fromSeen, now)) return { before: seen, after: now };
      const gone: ChangedText = { type: 'conflict', message: `${path} is not there any more.` };
      const fromNow = now.type === 'text' ? textBefore(now.text, change) : now.type === 'conflict' ? now : gone;
      if (fromNow.type === 'text') return { before: fromNow, after: now };
      if (seen !== null && fromSeen?.type === 'text') return { before: seen, after: fromSeen };
      return { before: fromNow, after: now };
    }
  }
}

/** The patch carries the whole text; bytes that are no text are replaced in it, and so cannot be put back. */
function deletedText(change: FileUpdateChange, seen: ChangedText | null): ChangedText {
  if (seen?.type === 'conflict') return seen;
  if (!change.diff.includes('\u{fffd}')) return { type: 'text', text: change.diff };
  return seen?.type === 'text' ? seen : { type: 'conflict', message: `${change.path} was not UTF-8 text.` };
}

function isSame(left: ChangedText, right: ChangedText): boolean {
  if (left.type === 'text' && right.type === 'text') return isSameText(left.text, right.text);
  return left.type === right.type && left.type !== 'conflict';
}

function keyOf({ threadId, turnId, itemId }: Omit<ChangeRef, 'path'>): string {
  return `${threadId} ${turnId} ${itemId}`;
}
