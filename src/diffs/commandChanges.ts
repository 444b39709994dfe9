// Finds the files that commands have changed: what the diff of a turn shows and no patch explains.
import { applyUnifiedHunks, textBefore, type ChangedText } from '../../server/protocol/fileChange.ts';
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';
import { finalPath } from './changeTexts.ts';
import type { TurnRef } from './fileRecord.ts';
import { absolutePath } from './gitRoot.ts';
import { isSameText } from './hunks.ts';
import type { Ledger } from './ledger.ts';
import type { BeforeAndAfter } from './liveChanges.ts';
import { parseGitDiff, type GitFileDiff } from '../../server/protocol/gitDiff.ts';

export interface CommandChangePorts {
  readonly ledger: Ledger;
  readonly read: (path: string) => Promise<ChangedText>;
  readonly onWritten: (path: string, texts: BeforeAndAfter) => void;
}

/** Turns beyond this many are forgotten. */
const KEEP = 10;

export class CommandChanges {
  readonly #ports: CommandChangePorts;
  /** By turn and path: the text before the turn, and the one after all that is known of it. */
  readonly #turns = new Map<string, Map<string, BeforeAndAfter>>();

  constructor(ports: CommandChangePorts) {
    this.#ports = ports;
  }

  /** A patch did this; the next diff will show it too. */
  explained(turn: TurnRef, change: FileUpdateChange, { before, after }: BeforeAndAfter): void {
    const files = this.#files(turn);
    const path = finalPath(change);
    if (path !== change.path)
      files.set(change.path, { before: files.get(change.path)?.before ?? before, after: { type: 'absent' } });
    const first = path === change.path ? before : ({ type: 'absent' } as const);
    files.set(path, { before: files.get(path)?.before ?? first, after });
  }

  async update(diff: string, turn: TurnRef, root: string): Promise<void> {
    const files = this.#files(turn);
    const shown = new Set<string>();
    for (const file of parseGitDiff(diff)) {
      for (const name of [file.oldPath, file.newPath]) if (name !== null) shown.add(absolutePath(root, name));
      if (file.oldPath !== null && file.newPath !== null && file.oldPath !== file.newPath) {
        await this.#updateRenamed(
          file,
          { from: absolutePath(root, file.oldPath), to: absolutePath(root, file.newPath) },
          turn,
        );
        continue;
      }
      const path = absolutePath(root, file.newPath ?? file.oldPath ?? '');
      await this.#updateFile(file, path, turn);
    }
    for (const [path, { before, after }] of files) {
      if (shown.has(path)) continue;
      // not in the diff any more: a command has put the file back
      if (isSame(await this.#ports.read(path), before))
        await this.#record({ turn, path }, { before: after, after: before });
    }
  }

  /** A command's rename is shown as what it is to each of the two paths; a patch has told of its own already. */
  async #updateRenamed(
    file: GitFileDiff,
    { from, to }: { readonly from: string; readonly to: string },
    turn: TurnRef,
  ): Promise<void> {
    if (this.#files(turn).has(to)) return;
    const now = await this.#ports.read(to);
    await this.#record({ turn, path: from }, { before: beforeOf(file, now, from), after: { type: 'absent' } });
    await this.#record({ turn, path: to }, { before: { type: 'absent' }, after: now });
  }

  async #updateFile(file: GitFileDiff, path: string, turn: TurnRef): Promise<void> {
    const known = this.#files(turn).get(path);
    if (known !== undefined && isExplained(file, known)) return;
    const now = file.newPath === null ? ({ type: 'absent' } as const) : await this.#ports.read(path);
    const texts =
      known === undefined ? { before: beforeOf(file, now, path), after: now } : { before: known.after, after: now };
    await this.#record({ turn, path }, texts);
  }

  async #record(
    { turn, path }: { readonly turn: TurnRef; readonly path: string },
    texts: BeforeAndAfter,
  ): Promise<void> {
    if (isSame(texts.before, texts.after)) return;
    const files = this.#files(turn);
    files.set(path, { before: files.get(path)?.before ?? texts.before, after: texts.after });
    await this.#ports.ledger.record({ turn, path, movedFrom: null, ...texts });
    this.#ports.onWritten(path, texts);
  }

  #files({ threadId, turnId }: TurnRef): Map<string, BeforeAndAfter> {
    const key = `${threadId} ${turnId}`;
    const files = this.#turns.get(key) ?? new Map<string, BeforeAndAfter>();
    this.#turns.set(key, files);
    for (const oldest of this.#turns.keys()) {
      if (this.#turns.size <= KEEP) break;
      this.#turns.delete(oldest);
    }
    return files;
  }
}

/** Whether what is known leads to exactly what the diff says. */
function isExplained(file: GitFileDiff, { before, after }: BeforeAndAfter): boolean {
  if (file.newPath === null) return after.type === 'absent';
  if (after.type !== 'text') return file.isBinary && after.type === 'conflict';
  const start = before.type === 'text' ? before.text : '';
  const told = applyUnifiedHunks(start, file.hunks);
  return told !== null && isSameText(told, after.text);
}

/** The text before the turn: the diff undone in the text after it. */
function beforeOf(file: GitFileDiff, after: ChangedText, path: string): ChangedText {
  if (file.oldPath === null) return { type: 'absent' };
  if (file.isBinary)
    return {
      type: 'conflict',
      message: `${path} is not text, or too large: a command changed it, and Bowline has no copy.`,
    };
  if (after.type === 'conflict') return after;
  const change: FileUpdateChange = { path, kind: { type: 'update', move_path: null }, diff: file.hunks };
  return textBefore(after.type === 'text' ? after.text : '', change);
}

function isSame(left: ChangedText, right: ChangedText): boolean {
  if (left.type === 'text' && right.type === 'text') return left.text === right.text;
  return left.type === 'absent' && right.type === 'absent';
}
