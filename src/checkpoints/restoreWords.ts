// What a restore of files would do and did, in words and as changes that a diff editor can show.
import { basename } from 'node:path';
import { parseGitDiff } from '../../server/protocol/gitDiff.ts';
import type {
  CheckpointFile,
  CheckpointPreviewResult,
  CheckpointRestoreResult,
} from '../../server/protocol/schema/checkpoint.ts';
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';

const MOST_NAMED = 6;

/** What the preview comes down to, once the files with unsaved edits are taken out. */
export interface RestorePlan {
  readonly restorable: readonly CheckpointFile[];
  /** Left as they are, each with its reason. */
  readonly left: readonly { readonly path: string; readonly reason: string }[];
  /** Those of them that can be merged. */
  readonly conflicts: readonly string[];
  readonly limitations: readonly string[];
}

/** `isDirty`: the file has edits that are not saved, which a restore on disk would put in conflict. */
export function restorePlan(
  { files, limitations }: CheckpointPreviewResult,
  isDirty: (path: string) => boolean,
): RestorePlan {
  const restorable: CheckpointFile[] = [];
  const left: { path: string; reason: string }[] = [];
  const conflicts: string[] = [];
  for (const file of files) {
    if (file.status === 'asBefore') continue;
    if (file.status === 'restorable' && !isDirty(file.path)) restorable.push(file);
    else if (file.status === 'restorable') left.push({ path: file.path, reason: 'It has edits that are not saved.' });
    else left.push({ path: file.path, reason: file.reason ?? 'It cannot be put back.' });
    if (file.status === 'conflict' && file.kind === 'file') conflicts.push(file.path);
  }
  return { restorable, left, conflicts, limitations };
}

/** From how the files are now to how they were; what has no text to show is left out. */
export function previewChanges(files: readonly CheckpointFile[]): FileUpdateChange[] {
  return files.flatMap((file): FileUpdateChange[] => {
    const [shown] = parseGitDiff(file.diff);
    if (file.kind !== 'file' || shown === undefined || shown.isBinary || shown.hunks === '') return [];
    if (shown.oldPath === null) return [{ path: file.path, kind: { type: 'add' }, diff: addedText(shown.hunks) }];
    if (shown.newPath === null) return [{ path: file.path, kind: { type: 'delete' }, diff: '' }];
    return [{ path: file.path, kind: { type: 'update', move_path: null }, diff: shown.hunks }];
  });
}

/** The text of a new file, out of the hunks that add it. */
function addedText(hunks: string): string {
  const lines = hunks.split('\n');
  const added = lines.filter((line) => line.startsWith('+')).map((line) => line.slice(1));
  const hasNoEnd = lines.some((line) => line.startsWith('\\'));
  return added.join('\n') + (hasNoEnd ? '' : '\n');
}

export function filesOf(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}

/** What is asked before anything is restored. */
export function restoreQuestion({ restorable, left, limitations }: RestorePlan): { message: string; detail: string } {
  return {
    message: `Restore ${filesOf(restorable.length)} to before this turn?`,
    detail: [
      named(restorable.map((file) => `${basename(file.path)}: ${whatHappens(file)}`)),
      left.length === 0 ? '' : `Left as they are:\n${named(left.map(noteLine))}`,
      ...limitations,
      'The conversation stays. The restore can be undone.',
    ]
      .filter((part) => part !== '')
      .join('\n\n'),
  };
}

/** What is told when there is nothing to restore. */
export function nothingToRestore({ left, limitations }: RestorePlan): string {
  if (left.length === 0) return ['The files are as they were before this turn.', ...limitations].join(' ');
  return `Nothing can be restored. ${left.map(noteLine).slice(0, MOST_NAMED).join(' ')}`;
}

/** What is told after a restore. */
export function restoredWords({ restored, conflicts, notRestorable }: CheckpointRestoreResult): string {
  const left = conflicts.length + notRestorable.length;
  const done = restored.length === 0 ? 'No file was changed.' : `${filesOf(restored.length)} restored.`;
  return left === 0 ? done : `${done} ${filesOf(left)} left as ${left === 1 ? 'it is' : 'they are'}.`;
}

/** All that a restore did not do, a line each, for those who want to know. */
export function leftWords({ conflicts, notRestorable, limitations }: CheckpointRestoreResult): string {
  return [...[...conflicts, ...notRestorable].map(noteLine), ...limitations].join('\n');
}

function whatHappens({ change, movedFrom }: CheckpointFile): string {
  switch (change) {
    case 'add':
      return movedFrom === null ? 'removed' : `back to ${basename(movedFrom)}`;
    case 'delete':
      return 'brought back';
    case 'update':
      return 'as before';
    case 'chmod':
      return 'its permissions as before';
  }
}

function noteLine({ path, reason }: { readonly path: string; readonly reason: string }): string {
  return `${basename(path)}: ${reason}`;
}

function named(lines: readonly string[]): string {
  const shown = lines.slice(0, MOST_NAMED).map((line) => `• ${line}`);
  const more = lines.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`… and ${more} more`])].join('\n');
}
