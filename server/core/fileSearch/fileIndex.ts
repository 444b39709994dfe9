// The files below a folder, ready to be searched: each path with what tells quickly that it does not fit.
import { characterMask, folded } from './foldedText.ts';

export interface FileIndex {
  /** As the client named it. */
  readonly root: string;
  /** Relative, with slashes; files first, then folders. */
  readonly paths: readonly string[];
  readonly folded: readonly string[];
  readonly masks: Int32Array;
  /** How many of the paths are files. */
  readonly files: number;
}

/** `files` are relative paths with slashes; the folders are those that have some of them. */
export function indexOf(root: string, files: readonly string[]): FileIndex {
  const folders = new Set<string>();
  for (const file of files) {
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
      const folder = file.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  const paths = [...files, ...folders];
  const foldedPaths = paths.map(folded);
  return { root, paths, folded: foldedPaths, masks: Int32Array.from(foldedPaths, characterMask), files: files.length };
}
