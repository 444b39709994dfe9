// What a turn changed before its process ended: read back from the diff that was told then and from the files as they are now.
import { textBefore } from '../../protocol/fileChange.ts';
import { parseGitDiff, type GitFileDiff } from '../../protocol/gitDiff.ts';
import { displayText, encodeText, isBinary } from '../patch/fileText.ts';
import { resolvePath } from '../patch/paths.ts';
import type { Files, WorkspaceChange } from '../ports.ts';

/** `root`: the folder that the diff's names are relative to. What cannot be told any more is `unknown`, so that it is shown all the same. */
export async function earlierChanges(diff: string, root: string, files: Files): Promise<WorkspaceChange[]> {
  const changes: WorkspaceChange[] = [];
  for (const file of parseGitDiff(diff)) {
    const { oldPath, newPath } = file;
    const path = newPath ?? oldPath;
    if (path === null) continue;
    const after = newPath === null ? null : await bytesAt(resolvePath(root, newPath), files);
    const before = oldPath === null ? null : contentBefore(file, after);
    if (oldPath === null || oldPath === path) changes.push({ path: resolvePath(root, path), before, after });
    else {
      changes.push({ path: resolvePath(root, oldPath), before, after: null });
      changes.push({ path: resolvePath(root, path), before: null, after });
    }
  }
  return changes;
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
