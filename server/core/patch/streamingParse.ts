// Follows a patch while the model still writes it, and shows what is there so far as changes of files.
import { fileUpdateChange, updateChange } from '../../protocol/fileChange.ts';
import type { FileUpdateChange } from '../../protocol/schema/item.ts';
import type { Files } from '../ports.ts';
import { editFile } from './editFile.ts';
import { displayText, isBinary } from './fileText.ts';
import { comparePaths, resolvePath } from './paths.ts';
import { PatchError } from './patchError.ts';
import { PatchReader, type Patch, type PatchFile, type PatchHunk } from './patchReader.ts';

/** Lines that an added file has to grow by, at least, before it is shown again. */
const ADDED_LINES_STEP = 24;

/** What a piece of text brought: `shape` is a new file or hunk, `none` nothing worth showing. */
export type StreamProgress = 'none' | 'shape';

/** Takes a patch in pieces of any size. A patch that goes wrong is shown up to there; the run tells what is wrong. */
export class StreamingPatch {
  readonly #reader = new PatchReader();
  #rest = '';
  #isBroken = false;
  #shownFiles = 0;
  #shownHunks = 0;
  #shownLines = 0;

  push(text: string): StreamProgress {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (lines.length === 0) return 'none';
    for (const line of lines) this.#line(line);
    return this.#progress();
  }

  /** What was read so far. An open hunk counts only in the file that is added right now. */
  get files(): Patch {
    return this.#reader.files;
  }

  #line(line: string): void {
    if (this.#isBroken) return;
    try {
      this.#reader.line(line);
    } catch (error) {
      if (!(error instanceof PatchError)) throw error;
      this.#isBroken = true;
    }
  }

  #progress(): StreamProgress {
    const { fileCount, closedHunks, growingLines } = this.#reader;
    const hasGrown = growingLines >= this.#shownLines * 2 && growingLines >= this.#shownLines + ADDED_LINES_STEP;
    if (fileCount === this.#shownFiles && closedHunks === this.#shownHunks && !hasGrown) return 'none';
    this.#shownFiles = fileCount;
    this.#shownHunks = closedHunks;
    this.#shownLines = growingLines;
    return 'shape';
  }
}

/** Texts of files that a growing patch names, read once each. */
export class FileTexts {
  readonly #files: Files;
  readonly #texts = new Map<string, Uint8Array | null>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** The bytes as far as they are known; null when there is no file, or when it was not loaded. */
  bytes(path: string): Uint8Array | null {
    return this.#texts.get(path) ?? null;
  }

  /** Reads the files that the patch updates or deletes and that were not read yet. */
  async load(patch: Patch, cwd: string): Promise<void> {
    for (const file of patch) {
      const path = resolvePath(cwd, file.path);
      if (this.#texts.has(path)) continue;
      this.#texts.set(path, await this.#read(path));
    }
  }

  async #read(path: string): Promise<Uint8Array | null> {
    try {
      const realPath = await this.#files.realPath(path);
      const stat = await this.#files.stat(realPath);
      return stat?.kind === 'file' ? await this.#files.read(realPath) : null;
    } catch {
      // A preview only: the run reports what cannot be read.
      return null;
    }
  }
}

/** The changes so far in the wire's form, sorted by path; hunks that have no place yet are shown loose. */
export function growingChanges(patch: Patch, cwd: string, texts: FileTexts): FileUpdateChange[] {
  return patch
    .map((file) => growingChange(file, cwd, texts))
    .toSorted((left, right) => comparePaths(left.path, right.path));
}

function growingChange(file: PatchFile, cwd: string, texts: FileTexts): FileUpdateChange {
  const path = resolvePath(cwd, file.path);
  const bytes = texts.bytes(path);
  const before = bytes === null || isBinary(bytes) ? null : displayText(bytes);
  switch (file.type) {
    case 'add':
      return { path, kind: { type: 'add' }, diff: file.lines.map((line) => `${line}\n`).join('') };
    case 'delete':
      return { path, kind: { type: 'delete' }, diff: before ?? '' };
    case 'update': {
      const movePath = file.moveTo === null ? null : resolvePath(cwd, file.moveTo);
      const after = bytes === null ? null : edited(bytes, file.hunks);
      if (before !== null && after !== null) return fileUpdateChange({ path, before, after, movePath });
      return updateChange({ path, hunks: looseHunks(file.hunks), movePath });
    }
    default:
      return file satisfies never;
  }
}

function edited(bytes: Uint8Array, hunks: readonly PatchHunk[]): string | null {
  try {
    return displayText(editFile(bytes, hunks).bytes);
  } catch (error) {
    if (error instanceof PatchError) return null;
    throw error;
  }
}

/** Hunks without line numbers, as the patch gives them. */
export function looseHunks(hunks: readonly PatchHunk[]): string {
  const prefix = { context: ' ', added: '+', removed: '-' } as const;
  return hunks
    .map((hunk) => {
      const header = ['@@', ...hunk.anchors.slice(-1)].join(' ');
      return [header, ...hunk.lines.map((line) => prefix[line.kind] + line.text), ''].join('\n');
    })
    .join('');
}
