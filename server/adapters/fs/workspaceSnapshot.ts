// A workspace's files at one moment, taken cheaply by comparing with an earlier snapshot.
import { lstatSync, readdirSync, readlinkSync, type Dirent, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { UnkeptReason } from '../../core/checkpoint/pathState.ts';
import { PROTECTED_NAMES } from '../../core/pathPolicy/protectedNames.ts';
import { isIgnored, isNeverWatched, isPackageFolder, rulesFor, rulesForRoot, type IgnoreRules } from './ignoreRules.ts';
import { readRegularFile } from './regularFile.ts';
import { breathe } from './slices.ts';

export interface SnapshotBudget {
  readonly maxFiles: number;
  /** Contents of larger files are not kept. */
  readonly maxFileBytes: number;
  /** Contents kept together. */
  readonly maxTotalBytes: number;
  /** The same for what git ignores, beside the others. */
  readonly maxIgnoredFiles: number;
  readonly maxIgnoredFileBytes: number;
  readonly maxIgnoredBytes: number;
}

interface Identity {
  readonly ino: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  /** Permission bits. */
  readonly mode: number;
  /** Changed so shortly before it was looked at that a later change may have left the same times. */
  readonly isRecent: boolean;
}

/** Everything but a folder. */
export interface SnapshotFile extends Identity {
  readonly kind: 'file' | 'link' | 'other';
  /** Of a link: where it leads. */
  readonly bytes: Uint8Array | UnkeptReason;
  readonly isIgnored: boolean;
}

export interface SnapshotFolder extends Identity {
  readonly files: readonly string[];
  readonly folders: readonly string[];
  /** Names of what git ignores. */
  readonly ignored: readonly string[];
  /** Names of what is never looked at. */
  readonly skipped: readonly string[];
  readonly isIgnored: boolean;
}

export interface Snapshot {
  readonly root: string;
  readonly files: ReadonlyMap<string, SnapshotFile>;
  readonly folders: ReadonlyMap<string, SnapshotFolder>;
  readonly isTruncated: boolean;
  /** Not all of what git ignores was looked at. */
  readonly isIgnoredTruncated: boolean;
  readonly unreadable: readonly string[];
}

/** Times of files are as coarse as the kernel's tick, and other clocks may differ a little. */
const RECENT_MS = 25;
const PERMISSIONS = 0o7777;

export interface ScanOptions {
  readonly budget: SnapshotBudget;
  readonly signal: AbortSignal;
}

/** Throws the signal's reason when aborted. What is unchanged since `previous` is not read again. */
export async function takeSnapshot(root: string, previous: Snapshot | null, options: ScanOptions): Promise<Snapshot> {
  const rules = rulesForRoot(root);
  const snapshot = await new Scan(root, previous, options).run(rules);
  // Other rules show other files, also in folders that did not change themselves.
  if (previous === null || !rulesDiffer(previous, snapshot)) return snapshot;
  return new Scan(root, { ...previous, folders: new Map() }, options).run(rules);
}

/** Whether a path that is not in the snapshot was there all the same: never looked at, or beyond the budget. */
export function wasOutOfView(snapshot: Snapshot, path: string): boolean {
  for (let [folder, name] = [dirname(path), basename(path)]; ; [folder, name] = [dirname(folder), basename(folder)]) {
    const listed = snapshot.folders.get(folder);
    if (listed !== undefined) {
      // below what was a file there was nothing
      if (folder !== dirname(path) && snapshot.files.has(join(folder, name))) return false;
      return [listed.files, listed.folders, listed.ignored, listed.skipped].some((names) => names.includes(name));
    }
    if (folder === snapshot.root || dirname(folder) === folder) return false;
  }
}

/** An empty folder of such a name is what stands in for a protected path while a command runs in the sandbox. */
export function isStandIn(path: string, folder: SnapshotFolder): boolean {
  const isEmpty = [folder.files, folder.folders, folder.ignored, folder.skipped].every((names) => names.length === 0);
  return isEmpty && PROTECTED_NAMES.includes(basename(path));
}

/** Whether a .gitignore came, went or changed between two snapshots. */
function rulesDiffer(earlier: Snapshot, later: Snapshot): boolean {
  const paths = new Set([...rulePaths(earlier), ...rulePaths(later)]);
  return [...paths].some((path) => !isSameContent(earlier.files.get(path), later.files.get(path)));
}

function rulePaths(snapshot: Snapshot): string[] {
  return [...snapshot.files.keys()].filter((path) => path.endsWith('.gitignore'));
}

/** Whether two looks at a path saw the same, as far as can be told. */
export function isSameFile(earlier: SnapshotFile | undefined, later: SnapshotFile | undefined): boolean {
  return isSameContent(earlier, later) && (earlier?.kind === 'link' || earlier?.mode === later?.mode);
}

export function isSameContent(earlier: SnapshotFile | undefined, later: SnapshotFile | undefined): boolean {
  if (earlier === undefined || later === undefined) return earlier === later;
  if (earlier.kind !== later.kind) return false;
  if (typeof earlier.bytes === 'string' || typeof later.bytes === 'string')
    return earlier.size === later.size && earlier.mtimeMs === later.mtimeMs;
  return earlier.bytes === later.bytes || Buffer.compare(earlier.bytes, later.bytes) === 0;
}

interface OpenFolder {
  readonly path: string;
  /** Null in what git ignores: there everything is ignored. */
  readonly rules: IgnoreRules | null;
  /** Of installed packages no contents are kept. */
  readonly isPackage: boolean;
}

/** What is counted against one part of the budget. */
interface Counted {
  files: number;
  bytes: number;
  isTruncated: boolean;
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
  readonly #watched: Counted = { files: 0, bytes: 0, isTruncated: false };
  readonly #ignored: Counted = { files: 0, bytes: 0, isTruncated: false };
  /** What git ignores, looked at when the rest is done; installed packages last. */
  readonly #ignoredPaths: string[] = [];
  readonly #packages: OpenFolder[] = [];

  constructor(root: string, previous: Snapshot | null, options: ScanOptions) {
    this.#root = root;
    this.#previous = previous;
    this.#budget = options.budget;
    this.#signal = options.signal;
  }

  async run(rules: IgnoreRules): Promise<Snapshot> {
    // Outer folders first: where the budget ends, what is near the root is covered.
    await this.#walk([{ path: this.#root, rules, isPackage: false }], this.#watched);
    const folders: OpenFolder[] = [];
    for (const path of this.#ignoredPaths) {
      const stat = statOrNull(path);
      if (stat?.isDirectory() === true && isPackageFolder(basename(path)))
        this.#packages.push({ path, rules: null, isPackage: true });
      else if (stat?.isDirectory() === true) folders.push({ path, rules: null, isPackage: false });
      else if (stat !== null) this.#file(path, stat, { isPackage: false, rules: null });
      await this.#breathe();
    }
    await this.#walk(folders, this.#ignored);
    await this.#walk(this.#packages, this.#ignored);
    return {
      root: this.#root,
      files: this.#files,
      folders: this.#folders,
      isTruncated: this.#watched.isTruncated,
      isIgnoredTruncated: this.#ignored.isTruncated,
      unreadable: this.#unreadable,
    };
  }

  async #walk(open: OpenFolder[], counted: Counted): Promise<void> {
    for (let next = 0; next < open.length && !counted.isTruncated; next += 1) {
      const folder = open[next];
      if (folder === undefined) break;
      const listed = this.#folder(folder);
      if (listed === null) continue;
      for (const name of listed.files) {
        const path = join(folder.path, name);
        const stat = statOrNull(path);
        if (stat !== null && !stat.isDirectory()) this.#file(path, stat, folder);
        await this.#breathe();
      }
      for (const name of listed.folders) {
        const path = join(folder.path, name);
        const isPackage = folder.isPackage || (folder.rules === null && isPackageFolder(name));
        const rules = folder.rules === null ? null : rulesFor(path, folder.rules);
        if (isPackage && !folder.isPackage) this.#packages.push({ path, rules, isPackage });
        else open.push({ path, rules, isPackage });
      }
      for (const name of listed.ignored) this.#ignoredPaths.push(join(folder.path, name));
      await this.#breathe();
    }
  }

  async #breathe(): Promise<void> {
    await breathe();
    this.#signal.throwIfAborted();
  }

  #folder(folder: OpenFolder): SnapshotFolder | null {
    const { path } = folder;
    const stat = statOrNull(path);
    if (stat === null || !stat.isDirectory()) {
      if (path === this.#root) this.#unreadable.push(path);
      return null;
    }
    const known = this.#previous?.folders.get(path);
    const isKnown = known !== undefined && known.isIgnored === (folder.rules === null) && isUntouched(known, stat);
    const found = isKnown ? known : this.#list(folder, this.#identity(stat));
    if (found !== null) this.#folders.set(path, found);
    return found;
  }

  #list({ path, rules }: OpenFolder, identity: Identity): SnapshotFolder | null {
    let entries: Dirent[];
    try {
      entries = readdirSync(path, { withFileTypes: true });
    } catch {
      // Told in the limitation of the watch.
      this.#unreadable.push(path);
      return null;
    }
    const none = (): string[] => [];
    const listed = { files: none(), folders: none(), ignored: none(), skipped: none() };
    for (const entry of entries) {
      const { name } = entry;
      if (isNeverWatched(name)) listed.skipped.push(name);
      else if (rules !== null && isIgnored(join(path, name), entry.isDirectory(), rules)) listed.ignored.push(name);
      else if (entry.isDirectory()) listed.folders.push(name);
      else listed.files.push(name);
    }
    return { ...identity, ...listed, isIgnored: rules === null };
  }

  #file(path: string, stat: Stats, { rules, isPackage }: Pick<OpenFolder, 'rules' | 'isPackage'>): void {
    const counted = rules === null ? this.#ignored : this.#watched;
    const limit = rules === null ? this.#budget.maxIgnoredFiles : this.#budget.maxFiles;
    if (counted.files >= limit) {
      counted.isTruncated = true;
      return;
    }
    counted.files += 1;
    const identity = this.#identity(stat);
    const isIgnoredFile = rules === null;
    if (!stat.isFile()) {
      const target = stat.isSymbolicLink() ? targetOf(path) : null;
      const kind = target === null ? 'other' : 'link';
      this.#files.set(path, { ...identity, kind, bytes: target ?? 'unreadable', isIgnored: isIgnoredFile });
      return;
    }
    const known = this.#previous?.files.get(path);
    const isKnown = known !== undefined && known.isIgnored === isIgnoredFile && isUntouched(known, stat);
    const bytes = isPackage ? 'package' : isKnown ? known.bytes : this.#read(path, stat.size, { known, counted });
    if (typeof bytes !== 'string') counted.bytes += bytes.length;
    this.#files.set(path, { ...identity, kind: 'file', bytes, isIgnored: isIgnoredFile });
  }

  #read(
    path: string,
    size: number,
    { known, counted }: { readonly known: SnapshotFile | undefined; readonly counted: Counted },
  ): Uint8Array | UnkeptReason {
    const isOfIgnored = counted === this.#ignored;
    const { maxFileBytes, maxTotalBytes, maxIgnoredFileBytes, maxIgnoredBytes } = this.#budget;
    const most = isOfIgnored ? maxIgnoredFileBytes : maxFileBytes;
    if (size > most) return 'tooLarge';
    if (counted.bytes + size > (isOfIgnored ? maxIgnoredBytes : maxTotalBytes)) return 'overBudget';
    try {
      const bytes = readRegularFile(path, most);
      return known?.bytes instanceof Uint8Array && bytes.equals(known.bytes) ? known.bytes : bytes;
    } catch {
      // A file that cannot be read cannot be compared either.
      return 'unreadable';
    }
  }

  #identity({ ino, size, mtimeMs, ctimeMs, mode }: Stats): Identity {
    const isRecent = Math.max(mtimeMs, ctimeMs) > this.#startedAtMs - RECENT_MS;
    return { ino, size, mtimeMs, ctimeMs, mode: mode & PERMISSIONS, isRecent };
  }
}

function targetOf(path: string): Uint8Array | null {
  try {
    return readlinkSync(path, 'buffer');
  } catch {
    // It went away meanwhile.
    return null;
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
