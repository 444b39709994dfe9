// Turns the names of a turn's diff into absolute paths.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder that the names are relative to: the git root around the thread's folder, else the folder itself. */
export function diffRootOf(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return folder;
    if (dirname(folder) === folder) return cwd;
  }
}

/** The absolute path of a name. Files outside of the root are named by their absolute path without its first slash. */
export function absolutePath(root: string, name: string): string {
  const inside = join(root, name);
  return !existsSync(inside) && existsSync(`/${name}`) ? `/${name}` : inside;
}
