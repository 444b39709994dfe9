// The files that a turn changed: by its diff where that is known, commands included, else by its patches.
import { parseGitDiff, type GitFileDiff } from '../../server/protocol/gitDiff.ts';
import type { FileUpdateChange } from '../../server/protocol/schema/item.ts';
import { hunkCounts, sumChanges, type FileChange } from './changes.ts';

/** `diff` is the turn's own, null when none was told in this session; `cwd` the thread's folder. Paths are absolute where they can be. */
export function changedFiles(patched: readonly FileUpdateChange[], diff: string | null, cwd: string): FileChange[] {
  const byPatch = sumChanges(patched);
  if (diff === null) return byPatch;
  const files = parseGitDiff(diff);
  const root = rootOf(files, byPatch) ?? cwd;
  return files.map((file) => changeOf(file, root));
}

function changeOf(file: GitFileDiff, root: string): FileChange {
  const name = file.newPath ?? file.oldPath ?? '';
  return { path: name.startsWith('/') ? name : `${root}/${name}`, kind: kindOf(file), ...hunkCounts(file.hunks) };
}

function kindOf({ oldPath, newPath }: GitFileDiff): FileChange['kind'] {
  if (oldPath === null) return 'added';
  if (newPath === null) return 'deleted';
  return oldPath === newPath ? 'updated' : 'moved';
}

/** The diff's paths are relative to the repository, which may begin above the thread's folder; a patched file tells where. */
function rootOf(files: readonly GitFileDiff[], byPatch: readonly FileChange[]): string | null {
  for (const { newPath, oldPath } of files) {
    const tail = `/${newPath ?? oldPath ?? ''}`;
    const patched = byPatch.find(({ path }) => path.endsWith(tail));
    if (patched !== undefined) return patched.path.slice(0, -tail.length);
  }
  return null;
}
