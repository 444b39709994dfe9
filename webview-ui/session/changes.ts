// Counts what a patch changes.
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';

export interface LineCounts {
  readonly added: number;
  readonly removed: number;
}

/** What happened to one file. */
export interface FileChange extends LineCounts {
  readonly path: string;
  readonly kind: 'added' | 'deleted' | 'updated' | 'moved';
}

const counted = new WeakMap<FileUpdateChange, FileChange>();

export function countChange(change: FileUpdateChange): FileChange {
  const known = counted.get(change);
  if (known !== undefined) return known;
  const fresh = count(change);
  counted.set(change, fresh);
  return fresh;
}

function count({ path, kind, diff }: FileUpdateChange): FileChange {
  switch (kind.type) {
    case 'add':
      return { path, kind: 'added', added: lineCount(diff), removed: 0 };
    case 'delete':
      return { path, kind: 'deleted', added: 0, removed: lineCount(diff) };
    case 'update':
      return { path: kind.move_path ?? path, kind: kind.move_path === null ? 'updated' : 'moved', ...hunkCounts(diff) };
  }
}

function lineCount(text: string): number {
  if (text === '') return 0;
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** The lines of unified hunks (without file headers) that begin with + and -. */
export function hunkCounts(diff: string): LineCounts {
  let added = 0;
  let removed = 0;
  for (const line of diff.split('\n')) {
    if (line.startsWith('+')) added += 1;
    else if (line.startsWith('-')) removed += 1;
  }
  return { added, removed };
}

/** All changes of a turn, one entry per file, in the order the files were first touched. */
export function sumChanges(changes: readonly FileUpdateChange[]): FileChange[] {
  const files = new Map<string, FileChange>();
  for (const change of changes.map(countChange)) {
    const before = files.get(change.path);
    files.set(change.path, before === undefined ? change : merged(before, change));
  }
  return [...files.values()];
}

function merged(before: FileChange, after: FileChange): FileChange {
  const kind = before.kind === 'added' && after.kind !== 'deleted' ? 'added' : after.kind;
  return { path: after.path, kind, added: before.added + after.added, removed: before.removed + after.removed };
}

export function totalOf(files: readonly LineCounts[]): LineCounts {
  return {
    added: files.reduce((sum, file) => sum + file.added, 0),
    removed: files.reduce((sum, file) => sum + file.removed, 0),
  };
}
