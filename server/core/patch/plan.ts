// Works out what a patch would do to the files, without touching one.
import { fileUpdateChange, updateChange } from '../../protocol/fileChange.ts';
import type { FileUpdateChange } from '../../protocol/schema/item.ts';
import type { Files, FileStat } from '../ports.ts';
import type { FileEffect } from '../turn/tool.ts';
import { editFile, replaceFile } from './editFile.ts';
import { displayText, encodeText, isBinary, sameBytes } from './fileText.ts';
import { hunksBetween } from './hunks.ts';
import { refuseMarks } from './maskedMarks.ts';
import { comparePaths, fileName, parentFolder, resolvePath } from './paths.ts';
import { PatchError } from './patchError.ts';
import type { Patch, PatchFile } from './patchReader.ts';

/** One file that the patch writes or removes. */
export interface PlannedFile extends FileEffect {
  /** `path` with symbolic links resolved: where the bytes really go. */
  readonly realPath: string;
  /** Permission bits of a file that was moved here. */
  readonly mode: number | null;
}

export interface PatchPlan {
  /** Sorted by path. */
  readonly files: readonly PlannedFile[];
  /** What the user sees, sorted by path. */
  readonly changes: readonly FileUpdateChange[];
  /** `A`, `M` or `D` and the path as the patch names it, in that order of letters. */
  readonly summary: readonly string[];
  /** What was overlooked to make the patch fit. */
  readonly notes: readonly string[];
}

/** The largest file that a patch may change. */
const MAX_FILE_BYTES = 32 * 1024 * 1024;

/** How many files are looked at together. */
const LOOKS_AT_ONCE = 8;

interface Look {
  readonly realPath: string;
  readonly stat: FileStat | null;
  /** Null: there is none. */
  readonly before: Uint8Array | null;
}

interface Planned {
  readonly path: string;
  readonly realPath: string;
  readonly before: Uint8Array | null;
  now: Uint8Array | null;
  mode: number | null;
  movedFrom: string | null;
}

/** As much of the files as a plan needs. */
export type LookedAt = Pick<Files, 'realPath' | 'stat' | 'read'>;

/** Throws a PatchError when a part of the patch cannot be applied. */
export async function planPatch(patch: Patch, cwd: string, files: LookedAt): Promise<PatchPlan> {
  const planner = new Planner(cwd, files);
  planner.lookAhead(patch);
  for (const file of patch) await planner.take(file);
  return planner.plan();
}

class Planner {
  readonly #cwd: string;
  readonly #files: LookedAt;
  /** By real path, so that two names of one file are one. */
  readonly #planned = new Map<string, Planned>();
  readonly #names = new Map<string, { letter: 'A' | 'M' | 'D'; name: string }>();
  readonly #notes: string[] = [];
  /** What is being looked at before its turn comes, by the path as it is asked for. */
  readonly #ahead = new Map<string, Promise<Look>>();

  constructor(cwd: string, files: LookedAt) {
    this.#cwd = cwd;
    this.#files = files;
  }

  /** Looks at the files some at a time: nothing is written while a patch is planned. What is wrong with one is told in its turn. */
  lookAhead(patch: Patch): void {
    const paths = [...new Set(patch.map(({ path }) => resolvePath(this.#cwd, path)))];
    const slots: Promise<unknown>[] = [];
    for (const [index, path] of paths.entries()) {
      const look = (slots[index % LOOKS_AT_ONCE] ?? Promise.resolve()).then(() => this.#look(path));
      slots[index % LOOKS_AT_ONCE] = look.catch(() => undefined); // told in the file's own turn
      this.#ahead.set(path, look);
    }
  }

  async take(file: PatchFile): Promise<void> {
    try {
      switch (file.type) {
        case 'add':
          return await this.#add(file);
        case 'delete':
          return await this.#delete(file.path);
        case 'update':
          return await this.#update(file);
        default:
          return file satisfies never;
      }
    } catch (error) {
      throw new PatchError(`${file.path}: ${messageOf(error)}`, { cause: error });
    }
  }

  plan(): PatchPlan {
    const changed = [...this.#planned.values()]
      .filter((file) => !sameBytes(file.before, file.now))
      .toSorted((left, right) => comparePaths(left.path, right.path));
    return {
      files: changed.map(({ path, realPath, before, now, mode, movedFrom }) => {
        const effect = { path, realPath, before, after: now, mode };
        return movedFrom === null ? effect : { ...effect, movedFrom };
      }),
      changes: changesOf(changed),
      summary: this.#summary(),
      notes: this.#notes,
    };
  }

  async #add(added: Extract<PatchFile, { type: 'add' }>): Promise<void> {
    const { path, lines } = added;
    const file = await this.#open(path);
    refuseMarks(added, file.now);
    // Models rewrite whole files this way; it is shown as the update that it is.
    const letter = file.now === null ? 'A' : 'M';
    this.#settle(file);
    file.now = file.now === null ? encodeText(lines.map((line) => `${line}\n`).join('')) : replaceFile(file.now, lines);
    this.#name(file, letter, path);
  }

  async #delete(path: string): Promise<void> {
    const { file } = await this.#existing(path);
    this.#refuseLink(file, await this.#files.realPath(parentFolder(file.path)));
    file.now = null;
    file.movedFrom = null;
    this.#name(file, 'D', path);
  }

  async #update(update: Extract<PatchFile, { type: 'update' }>): Promise<void> {
    const { path, moveTo, hunks } = update;
    const { file, now } = await this.#existing(path);
    refuseMarks(update, now);
    const { bytes, notes } = hunks.length === 0 ? { bytes: now, notes: [] } : editFile(now, hunks);
    if (moveTo === null && sameBytes(bytes, now))
      throw new PatchError('The hunks would change nothing: their removed and added lines are the same.');
    this.#notes.push(...notes.map((note) => `${path}: ${note}`));
    if (moveTo !== null && resolvePath(this.#cwd, moveTo) !== file.path) return this.#move(file, { bytes, moveTo });
    file.now = bytes;
    this.#name(file, 'M', path);
  }

  async #move(file: Planned, to: { readonly bytes: Uint8Array; readonly moveTo: string }): Promise<void> {
    this.#refuseLink(file, await this.#files.realPath(parentFolder(file.path)));
    const target = await this.#open(to.moveTo);
    if (target.now !== null) throw new PatchError(`It cannot be moved to ${to.moveTo}: a file is there already.`);
    this.#settle(target);
    target.now = to.bytes;
    target.mode = file.mode;
    target.movedFrom = file.movedFrom ?? (file.before === null ? null : file.path);
    file.now = null;
    file.movedFrom = null;
    this.#names.delete(file.realPath);
    this.#name(target, target.movedFrom === null && target.before === null ? 'A' : 'M', to.moveTo);
  }

  /** A file that came from where there is a file again is shown as new: a move leaves nothing behind. */
  #settle(file: Planned): void {
    for (const other of this.#planned.values()) if (other.movedFrom === file.path) other.movedFrom = null;
  }

  /** A link would be removed, but could not be put back by writing bytes. */
  #refuseLink(file: Planned, folder: string): void {
    const straight = resolvePath(folder, fileName(file.path)).normalize('NFC').toLowerCase();
    if (straight !== file.realPath.normalize('NFC').toLowerCase())
      throw new PatchError('It is a symbolic link; move or remove it with a command.');
  }

  async #existing(path: string): Promise<{ readonly file: Planned; readonly now: Uint8Array }> {
    const file = await this.#open(path);
    if (file.now !== null) return { file, now: file.now };
    throw new PatchError(`There is no such file (looked for ${file.path}). Check the path.`);
  }

  async #open(path: string): Promise<Planned> {
    const absolute = resolvePath(this.#cwd, path);
    const { realPath, stat, before } = await (this.#ahead.get(absolute) ?? this.#look(absolute));
    const known = this.#planned.get(realPath);
    if (known !== undefined) return known;
    const mode = stat?.mode ?? null;
    if (stat !== null && stat.links > 1)
      this.#notes.push(`${path}: the file has another name elsewhere (a hard link); that one keeps the old content.`);
    const file: Planned = { path: absolute, realPath, before, now: before, mode, movedFrom: null };
    this.#planned.set(realPath, file);
    return file;
  }

  async #look(absolute: string): Promise<Look> {
    const realPath = await this.#files.realPath(absolute);
    const stat = await this.#files.stat(realPath);
    if (stat !== null && stat.kind !== 'file') throw new PatchError(`It is not a regular file but a ${stat.kind}.`);
    if (stat !== null && stat.size > MAX_FILE_BYTES) throw new PatchError('It is larger than 32 MiB; use a command.');
    return { realPath, stat, before: stat === null ? null : await this.#files.read(realPath) };
  }

  #name(file: Planned, letter: 'A' | 'M' | 'D', name: string): void {
    const earlier = this.#names.get(file.realPath)?.letter;
    this.#names.set(file.realPath, { letter: earlier === 'A' && letter === 'M' ? 'A' : letter, name });
  }

  #summary(): string[] {
    const names = [...this.#names.values()];
    return ['A', 'M', 'D'].flatMap((letter) =>
      names.filter((named) => named.letter === letter).map((named) => `${letter} ${named.name}`),
    );
  }
}

function changesOf(changed: readonly Planned[]): FileUpdateChange[] {
  const moves = new Map(changed.flatMap((file) => (file.movedFrom === null ? [] : [[file.movedFrom, file] as const])));
  return changed.flatMap((file) => {
    if (file.movedFrom !== null) return [];
    const target = moves.get(file.path);
    return [changeOf(file, { bytes: target?.now ?? file.now, movePath: target?.path ?? null })];
  });
}

interface After {
  readonly bytes: Uint8Array | null;
  readonly movePath: string | null;
}

function changeOf({ path, before }: Planned, { bytes, movePath }: After): FileUpdateChange {
  const hunks = before === null || bytes === null ? null : hunksBetween(before, bytes);
  if (hunks !== null) return updateChange({ path, hunks, movePath });
  return fileUpdateChange({ path, before: shown(before), after: shown(bytes), movePath });
}

function shown(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  return isBinary(bytes) ? '' : displayText(bytes);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
