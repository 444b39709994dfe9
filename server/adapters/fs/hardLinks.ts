// Tells whether a file with several names is one of the user's credentials: a second name in a workspace makes it no less secret.
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { credentialPaths } from '../../core/pathPolicy/credentialStores.ts';
import type { Places } from '../../core/pathPolicy/places.ts';

/** Key files lie near the top of their folders; a browser's profile is deep, and its databases are of little use by themselves. */
const DEEPEST = 3;
const MOST_FILES = 5000;

/** Why the file may not be read; null when none of its names is known to lie where credentials do. */
export function hardLinkProblem(places: Places): (stats: Stats) => Promise<string | null> {
  return async (stats) => {
    const search = new Search(stats);
    for (const path of credentialPaths(places)) {
      const found = await search.look(path, 0);
      if (found !== null) return `It is another name of ${found}, which holds credentials, and is not read.`;
    }
    return null;
  };
}

class Search {
  readonly #wanted: Stats;
  #left = MOST_FILES;

  constructor(wanted: Stats) {
    this.#wanted = wanted;
  }

  async look(path: string, depth: number): Promise<string | null> {
    try {
      this.#left -= 1;
      const found = await stat(path);
      if (found.ino === this.#wanted.ino && found.dev === this.#wanted.dev) return path;
      if (!found.isDirectory() || depth >= DEEPEST) return null;
      return await this.#lookInto(path, depth);
    } catch {
      // not there, or not ours to look at: then it was not linked by us either
      return null;
    }
  }

  async #lookInto(folder: string, depth: number): Promise<string | null> {
    for (const name of await readdir(folder)) {
      if (this.#left <= 0) return null;
      const found = await this.look(join(folder, name), depth + 1);
      if (found !== null) return found;
    }
    return null;
  }
}
