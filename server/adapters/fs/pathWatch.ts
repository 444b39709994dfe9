// Watches a path by the system's own notices: a file, the direct entries of a folder, or what may come to be where nothing is yet.
import { watch, type FSWatcher } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ChangedPaths, PathWatch } from '../../core/client/hostFiles.ts';
import { errorCode } from './realPath.ts';
import { isTemporaryName } from './temporaryName.ts';

/** Changes are told together: from the first one that nobody was told of, for this long. */
const GATHER_MS = 100;
/** More than this in one go is told as "anything there". */
const MOST_PATHS = 2_000;
/** What could be watched and cannot any more, for want of handles perhaps, is tried again. */
const RETRY_MS = 1_000;

/** Rejects with the system's error when the path cannot be watched. */
export async function watchPath(path: string, changed: ChangedPaths): Promise<PathWatch> {
  const watched = new WatchedPath(path, changed);
  try {
    await watched.attach();
    return watched;
  } catch (error) {
    watched.close();
    throw error;
  }
}

/** What lies at a path: nothing, or something with an identity. */
interface Found {
  readonly isDirectory: boolean;
  readonly identity: string;
  readonly realPath: string;
}

class WatchedPath implements PathWatch {
  readonly #path: string;
  readonly #changed: ChangedPaths;
  readonly #gathered = new Set<string>();
  /** What was there when it was looked at last; undefined before the first look. */
  #known: Found | null | undefined;
  #watchers: FSWatcher[] = [];
  #attaching: 'no' | 'yes' | 'again' = 'no';
  #telling: NodeJS.Timeout | null = null;
  #retrying: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(path: string, changed: ChangedPaths) {
    this.#path = path;
    this.#changed = changed;
  }

  /** Watches what lies there now, and looks again until nothing has moved meanwhile. */
  async attach(): Promise<void> {
    if (this.#attaching !== 'no') {
      this.#attaching = 'again';
      return;
    }
    try {
      do {
        this.#attaching = 'yes';
        const found = await this.#look();
        const outgoing = this.#watchers;
        this.#watchers = [];
        try {
          await this.#watchWhatLies(found);
        } finally {
          // only now: so there is no moment in which nobody watches
          for (const watcher of outgoing) watcher.close();
        }
        const now = await this.#look();
        if (!isSame(found, now)) this.#attaching = 'again';
      } while (this.#isOnceMore());
    } finally {
      this.#attaching = 'no';
      if (this.#isClosed) this.#detach();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#detach();
    if (this.#telling !== null) clearTimeout(this.#telling);
    if (this.#retrying !== null) clearTimeout(this.#retrying);
  }

  #isOnceMore(): boolean {
    return this.#attaching === 'again' && !this.#isClosed;
  }

  async #look(): Promise<Found | null> {
    const found = await look(this.#path);
    if (this.#known !== undefined && !isSame(found, this.#known)) this.#gather(this.#path);
    this.#known = found;
    return found;
  }

  async #watchWhatLies(found: Found | null): Promise<void> {
    const path = this.#path;
    if (found === null) return this.#watchFirstFolderAbove(path);
    if (dirname(path) !== path) this.#watchEntry(dirname(path), basename(path));
    if (found.isDirectory) {
      // a folder tells of itself by its own name
      this.#watch(path, (name) => this.#gather(name === null || name === basename(path) ? path : join(path, name)));
    } else if (found.realPath !== path) {
      // what a link leads to changes elsewhere
      this.#watchEntry(dirname(found.realPath), basename(found.realPath));
    }
  }

  /** Where nothing is yet, the nearest folder tells when the way to it appears. */
  async #watchFirstFolderAbove(path: string): Promise<void> {
    const above = dirname(path);
    if (above !== path && (await look(above))?.isDirectory !== true) return this.#watchFirstFolderAbove(above);
    this.#watchEntry(above, basename(path));
  }

  /** The path itself, what it leads to, or what leads to it. */
  #watchEntry(folder: string, entry: string): void {
    const isOnTheWay = join(folder, entry) !== this.#path && this.#known === null;
    this.#watch(folder, (name, event) => {
      if (name !== null && name !== entry && name !== basename(folder)) return;
      if (name === entry && !isOnTheWay) this.#gather(this.#path);
      if (event === 'rename') this.#attachAgain();
    });
  }

  /** A folder that goes while it is looked at is found gone by the next look. */
  #watch(folder: string, noticed: (name: string | null, event: 'change' | 'rename') => void): void {
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (!this.#isClosed && !(name !== null && isTemporaryName(name))) noticed(name, event);
      });
      watcher.on('error', () => this.#attachAgain());
      this.#watchers.push(watcher);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw error;
      this.#attaching = 'again';
    }
  }

  #attachAgain(): void {
    if (this.#isClosed) return;
    this.attach().catch(() => {
      // told as changed, so that nobody relies on it meanwhile
      this.#gather(this.#path);
      this.#retrying = setTimeout(() => this.#attachAgain(), RETRY_MS).unref();
    });
  }

  #detach(): void {
    for (const watcher of this.#watchers) watcher.close();
    this.#watchers = [];
  }

  #gather(path: string): void {
    if (this.#isClosed) return;
    this.#gathered.add(this.#gathered.size < MOST_PATHS ? path : this.#path);
    this.#telling ??= setTimeout(() => this.#tell(), GATHER_MS).unref();
  }

  #tell(): void {
    this.#telling = null;
    const paths = [...this.#gathered].toSorted();
    this.#gathered.clear();
    this.#changed(paths);
  }
}

async function look(path: string): Promise<Found | null> {
  try {
    const [stats, real] = await Promise.all([stat(path, { bigint: true }), realpath(path)]);
    return { isDirectory: stats.isDirectory(), identity: `${stats.dev}:${stats.ino}`, realPath: real };
  } catch {
    return null; // nothing, or nothing that can be looked at: then it is waited for
  }
}

function isSame(one: Found | null, other: Found | null): boolean {
  return one?.identity === other?.identity && one?.realPath === other?.realPath;
}
