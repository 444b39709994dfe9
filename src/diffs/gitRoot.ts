// Turns the names of a turn's diff into absolute paths.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The folder that the names are relative to: the git root around the thread's folder, else the folder itself. */
export function diffRootOf(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (isRepository(folder)) return folder;
    if (dirname(folder) === folder) return cwd;
  }
}

/** As the server sees it: an empty `.git`, which a killed sandbox may leave behind, makes no repository. */
function isRepository(folder: string): boolean {
  const entry = join(folder, '.git');
  if (!existsSync(entry)) return false;
  return existsSync(join(resolve(folder, linkedFolder(entry) ?? entry), 'HEAD'));
}

/** What the file `.git` of a worktree or submodule names; null when it is the folder itself. */
function linkedFolder(entry: string): string | null {
  try {
    return /^gitdir: (.+)$/m.exec(readFileSync(entry, 'utf8'))?.[1]?.trim() ?? null;
  } catch {
    return null; // a folder
  }
}

/** The absolute path of a name. Files outside of the root are named by their absolute path without its first slash. */
export function absolutePath(root: string, name: string): string {
  const inside = join(root, name);
  return !existsSync(inside) && existsSync(`/${name}`) ? `/${name}` : inside;
}
