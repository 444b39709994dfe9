// What a turn changed before its process ended: read back from the diff that was told then and from the files as they are now.
import { textBefore } from '../../protocol/fileChange.ts';
import { parseGitDiff, type GitFileDiff } from '../../protocol/gitDiff.ts';
import { displayText, encodeText, isBinary } from '../patch/fileText.ts';
import { resolvePath } from '../patch/paths.ts';
import type { Files, WorkspaceChange } from '../ports.ts';
import type { PathState } from './pathState.ts';

/** `root`: the folder that the diff's names are relative to. What cannot be told any more is `unknown`, so that it is shown all the same. */
export async function earlierChanges(diff: string, root: string, files: Files): Promise<WorkspaceChange[]> {
  const changes: WorkspaceChange[] = [];
  for (const file of parseGitDiff(diff)) {
    const { oldPath, newPath } = file;
    const path = newPath ?? oldPath;
    if (path === null) continue;
    const after = newPath === null ? null : await bytesAt(resolvePath(root, newPath), files);
    const before = oldPath === null ? null : contentBefore(file, after);
    const [from, to] = [stateOf(before), stateOf(after)];
    if (oldPath === null || oldPath === path) changes.push(changeAt(resolvePath(root, path), from, to));
    else {
      changes.push(changeAt(resolvePath(root, oldPath), from, null));
      changes.push(changeAt(resolvePath(root, path), null, to));
    }
  }
  return changes;
}

function changeAt(path: string, before: PathState | null, after: PathState | null): WorkspaceChange {
  return { path, before, after, isIgnored: false };
}

/** The diff alone does not say what permissions a file has. */
function stateOf(content: Uint8Array | null | 'unknown'): PathState | null {
  if (content === null) return null;
  // of no size and time that a file has: it equals nothing
  const unkept = { unkept: 'overBudget', size: -1, modifiedAtMs: -1 } as const;
  return { kind: 'file', mode: null, content: content === 'unknown' ? unkept : content };
}

function contentBefore({ hunks, isBinary: isOpaque }: GitFileDiff, after: Uint8Array | null): Uint8Array | 'unknown' {
  if (isOpaque || (after !== null && isBinary(after))) return 'unknown';
  if (hunks === '') return after ?? new Uint8Array();
  const text = after === null ? '' : displayText(after);
  const earlier = textBefore(text, { path: '', kind: { type: 'update', move_path: null }, diff: hunks });
  return earlier.type === 'text' ? encodeText(earlier.text) : 'unknown';
}

async function bytesAt(path: string, files: Files): Promise<Uint8Array | null> {
  const realPath = await files.realPath(path);
  return (await files.stat(realPath)) === null ? null : await files.read(realPath);
}
