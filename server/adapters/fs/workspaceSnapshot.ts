// A workspace's files at one moment, taken cheaply by comparing with an earlier snapshot.
import { lstatSync, readdirSync, type Dirent, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isIgnored, rulesFor, rulesForRoot, type IgnoreRules } from './ignoreRules.ts';
import { readRegularFile } from './regularFile.ts';

export interface SnapshotBudget {
  readonly maxFiles: number;
  /** Contents of larger files are not kept. */
  readonly maxFileBytes: number;
  /** Contents kept together. */
  readonly maxTotalBytes: number;
}

interface Identity {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Changed so shortly before it was looked at that a later change may have left the same times. */
  readonly isRecent: boolean;
}

export interface SnapshotFile extends Identity {
  readonly bytes: Uint8Array | 'unknown';
}

interface SnapshotFolder extends Identity {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Names of what is there but not looked at. */
  readonly ignored: readonly string[];
}

export interface Snapshot {
  readonly root: string;
  readonly files: ReadonlyMap<string, SnapshotFile>;
  readonly folders: ReadonlyMap<string, SnapshotFolder>;
  readonly isTruncated: boolean;
  readonly unreadable: readonly string[];
}

/** Times of files are as coarse as the kernel's tick, and other clocks may differ a little. */
const RECENT_MS = 25;
/** How long the event loop is held at most. */
const SLICE_MS = 8;

/** Throws the signal's reason when aborted. What is unchanged since `previous` is not read again. */
export async function takeSnapshot(
  root: string,
  previous: Snapshot | null,
  options: { readonly budget: SnapshotBudget; readonly signal: AbortSignal },
): Promise<Snapshot> {
  const rules = rulesForRoot(root);
  const snapshot = await new Scan(root, previous, options).run(rules);
  // Other rules show other files, also in folders that did not change themselves.
  if (previous === null || !rulesDiffer(previous, snapshot)) return snapshot;
  return new Scan(root, { ...previous, folders: new Map() }, options).run(rules);
}

/** Whether a file that has no content in the snapshot was there all the same: ignored then, or beyond the budget. */
export function wasOutOfView(snapshot: Snapshot, path: string): boolean {
  for (let [folder, name] = [dirname(path), basename(path)]; ; [folder, name] = [dirname(folder), basename(folder)]) {
    const listed = snapshot.folders.get(folder);
    if (listed !== undefined)
      return [listed.files, listed.folders, listed.ignored].some((names) => names.includes(name));
    if (folder === snapshot.root || dirname(folder) === folder) return false;
  }
}

/** Whether a .gitignore came, went or changed between two snapshots. */
function rulesDiffer(earlier: Snapshot, later: Snapshot): boolean {
  const paths = new Set([...rulePaths(earlier), ...rulePaths(later)]);
  return [...paths].some((path) => !isSameFile(earlier.files.get(path), later.files.get(path)));
}

function rulePaths(snapshot: Snapshot): string[] {
  return [...snapshot.files.keys()].filter((path) => path.endsWith('.gitignore'));
}

/** Whether two looks at a file saw the same content, as far as can be told. */
export function isSameFile(earlier: SnapshotFile | undefined, later: SnapshotFile | undefined): boolean {
  if (earlier === undefined || later === undefined) return earlier === later;
  if (earlier.bytes === 'unknown' || later.bytes === 'unknown')
    return earlier.bytes === later.bytes && earlier.size === later.size && earlier.mtimeMs === later.mtimeMs;
  return earlier.bytes === later.bytes || Buffer.compare(earlier.bytes, later.bytes) === 0;
}

class Scan {
  readonly #root: string;
  readonly #previous: Snapshot | null;
  readonly #budget: SnapshotBudget;
  readonly #signal: AbortSignal;
  readonly #startedAtMs = Date.now();
  readonly #files = new Map<string, SnapshotFile>();
  readonly #folders = new Map<string, SnapshotFolder>();
  readonly #unreadable: string[] = [];
  #keptBytes = 0;
  #isTruncated = false;
  #sliceStartedAt = performance.now();

  constructor(
    root: string,
    previous: Snapshot | null,
    options: { readonly budget: SnapshotBudget; readonly signal: AbortSignal },
  ) {
    this.#root = root;
    this.#previous = previous;
    this.#budget = options.budget;
    this.#signal = options.signal;
  }

  async run(rules: IgnoreRules): Promise<Snapshot> {
    const open: { readonly path: string; readonly rules: IgnoreRules }[] = [{ path: this.#root, rules }];
    // Outer folders first: where the budget ends, what is near the root is covered.
    for (let next = 0; next < open.length && !this.#isTruncated; next += 1) {
      const folder = open[next];
      if (folder === undefined) break;
      const listed = this.#folder(folder.path, folder.rules);
      if (listed === null) continue;
      for (const name of listed.files) {
        this.#file(join(folder.path, name));
        await this.#breathe();
      }
      for (const name of listed.folders) {
        const path = join(folder.path, name);
        open.push({ path, rules: rulesFor(path, folder.rules) });
      }
      await this.#breathe();
    }
    return {
      root: this.#root,
      files: this.#files,
      folders: this.#folders,
      isTruncated: this.#isTruncated,
      unreadable: this.#unreadable,
    };
  }

  async #breathe(): Promise<void> {
    if (performance.now() - this.#sliceStartedAt < SLICE_MS) return;
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#sliceStartedAt = performance.now();
  }

  #folder(path: string, rules: IgnoreRules): SnapshotFolder | null {
    const stat = statOrNull(path);
    if (stat === null || !stat.isDirectory()) {
      if (path === this.#root) this.#unreadable.push(path);
      return null;
    }
    const known = this.#previous?.folders.get(path);
    const folder =
      known !== undefined && isUntouched(known, stat) ? known : this.#list(path, rules, this.#identity(stat));
    if (folder !== null) this.#folders.set(path, folder);
    return folder;
  }

  #list(path: string, rules: IgnoreRules, identity: Identity): SnapshotFolder | null {
    let entries: Dirent[];
    try {
      entries = readdirSync(path, { withFileTypes: true });
    } catch {
      // Told in the limitation of the watch.
      this.#unreadable.push(path);
      return null;
    }
    const listed = { files: new Array<string>(), folders: new Array<string>(), ignored: new Array<string>() };
    for (const entry of entries) {
      const { name } = entry;
      if (isIgnored(join(path, name), entry.isDirectory(), rules)) listed.ignored.push(name);
      else if (entry.isFile()) listed.files.push(name);
      else if (entry.isDirectory()) listed.folders.push(name);
    }
    return { ...identity, ...listed };
  }

  #file(path: string): void {
    const stat = statOrNull(path);
    if (stat === null || !stat.isFile()) return;
    if (this.#files.size >= this.#budget.maxFiles) {
      this.#isTruncated = true;
      return;
    }
    const known = this.#previous?.files.get(path);
    const isKnown = known !== undefined && isUntouched(known, stat);
    const bytes = isKnown ? known.bytes : this.#read(path, stat.size, known);
    if (bytes !== 'unknown') this.#keptBytes += bytes.length;
    this.#files.set(path, { ...this.#identity(stat), bytes });
  }

  #read(path: string, size: number, known: SnapshotFile | undefined): Uint8Array | 'unknown' {
    if (size > this.#budget.maxFileBytes || this.#keptBytes + size > this.#budget.maxTotalBytes) return 'unknown';
    try {
      const bytes = readRegularFile(path, this.#budget.maxFileBytes);
      return known?.bytes instanceof Uint8Array && bytes.equals(known.bytes) ? known.bytes : bytes;
    } catch {
      // A file that cannot be read cannot be compared either.
      return 'unknown';
    }
  }

  #identity({ ino, size, mtimeMs, ctimeMs }: Stats): Identity {
    return { ino, size, mtimeMs, ctimeMs, isRecent: Math.max(mtimeMs, ctimeMs) > this.#startedAtMs - RECENT_MS };
  }
}

/** Whether nothing can have happened since it was looked at. */
function isUntouched(known: Identity, stat: Stats): boolean {
  const isSame = known.ino === stat.ino && known.size === stat.size;
  return isSame && known.mtimeMs === stat.mtimeMs && known.ctimeMs === stat.ctimeMs && !known.isRecent;
}

function statOrNull(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    // A folder above it went away or was closed meanwhile: as good as not there.
    return null;
  }
}
