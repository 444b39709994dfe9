// Reads a V4A patch line by line, so that a whole text and a stream of pieces go the same way.
import { PatchError } from './patchError.ts';

export interface PatchLine {
  readonly kind: 'context' | 'added' | 'removed';
  readonly text: string;
  /** An empty line that lacks its prefix: probably context, perhaps only a gap that the model left. */
  readonly bare?: true;
}

export interface PatchHunk {
  /** Lines that stand somewhere before the hunk, outermost first (`@@ class A`, `@@ def f`). */
  readonly anchors: readonly string[];
  readonly lines: readonly PatchLine[];
  /** The hunk says that it ends where the file ends. */
  readonly atEnd: boolean;
  /** 1-based line of the patch at which it starts. */
  readonly line: number;
}

export type PatchFile =
  | { readonly type: 'add'; readonly path: string; readonly lines: readonly string[] }
  | { readonly type: 'delete'; readonly path: string }
  | {
      readonly type: 'update';
      readonly path: string;
      readonly moveTo: string | null;
      readonly hunks: readonly PatchHunk[];
    };

export type Patch = readonly PatchFile[];

type OpenHunk = { anchors: string[]; lines: PatchLine[]; atEnd: boolean; line: number };
type OpenFile =
  | { type: 'add'; path: string; lines: string[]; blanks: number }
  | { type: 'delete'; path: string }
  | { type: 'update'; path: string; moveTo: string | null; hunks: OpenHunk[]; hunk: OpenHunk | null };
type Phase = 'before' | 'inside' | 'after';

const BEGIN = '*** Begin Patch';
const END = '*** End Patch';
const END_OF_FILE = '*** End of File';
const HEADER = /^\*\*\* (Add File|Delete File|Update File|Move to):(.*)$/;
/** What models put around a patch: nothing, code fences, the first or last line of a here-document. */
const WRAPPING = /^\s*(?:```\w*|~~~\w*|(?:apply_?patch\s+)?<<-?\s*["']?\w+["']?|[A-Z_]{3,20})?\s*$/;
const LINE_NUMBERS = /^-\d+(?:,\d+)? \+\d+(?:,\d+)? @@/;

/** Takes a patch line by line. `files` is what was read so far; the last one may still grow until `end`. */
export class PatchReader {
  readonly #files: OpenFile[] = [];
  #phase: Phase = 'before';
  #lineNumber = 0;
  #hasCarriageReturns = false;
  #closedHunks = 0;

  /** Takes the next line, without its newline. Throws a PatchError when it has no place there. */
  line(raw: string): void {
    this.#lineNumber += 1;
    const text = this.#hasCarriageReturns && raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (this.#phase === 'inside') this.#inside(text);
    else this.#outside(text);
  }

  /** Says that no line follows. Throws a PatchError when the patch is not complete. */
  end(): void {
    if (this.#phase === 'before') throw new PatchError(`The patch is empty: it must start with "${BEGIN}".`);
    if (this.#phase === 'inside')
      throw new PatchError(`The patch ends without "${END}", so it may be cut off. Send the whole patch again.`);
    if (this.#files.length === 0) throw new PatchError('The patch names no file. Add at least one file section.');
  }

  /** Grows by one whenever a hunk, or the lines of an added file, are complete. */
  get closedHunks(): number {
    return this.#closedHunks;
  }

  get fileCount(): number {
    return this.#files.length;
  }

  /** How many lines the file has that is being added right now; 0 when none is. */
  get growingLines(): number {
    const file = this.#files.at(-1);
    return file?.type === 'add' ? file.lines.length : 0;
  }

  /** A copy of what was read so far, open hunks included. */
  get files(): Patch {
    return this.#files.map(finished);
  }

  #outside(text: string): void {
    if (text.trim() === BEGIN) {
      this.#phase = 'inside';
      this.#hasCarriageReturns = text.endsWith('\r');
      return;
    }
    if (WRAPPING.test(text)) return;
    if (this.#phase === 'before') throw this.#error(`The patch must start with "${BEGIN}"`, text);
    throw this.#error(`Nothing may follow "${END}"`, text);
  }

  #inside(text: string): void {
    if (text.startsWith('*** ') && this.#marker(text.trimEnd())) return;
    const file = this.#files.at(-1);
    if (file === undefined || file.type === 'delete') return this.#between(text, text.trimEnd());
    if (file.type === 'add') return this.#addedLine(file, text);
    return this.#updateLine(file, text);
  }

  /** Says whether the line was the end of the patch or the header of a file. */
  #marker(marker: string): boolean {
    if (marker === END) {
      this.#closeFile();
      this.#phase = 'after';
      return true;
    }
    const header = HEADER.exec(marker);
    if (header !== null) this.#header(header[1] ?? '', (header[2] ?? '').trim());
    return header !== null;
  }

  #header(kind: string, path: string): void {
    if (path === '' || path.includes('\0') || path.endsWith('/'))
      throw this.#error(`"*** ${kind}:" needs the path of a file`, path);
    if (kind === 'Move to') return this.#moveTo(path);
    this.#closeFile();
    if (kind === 'Add File') this.#files.push({ type: 'add', path, lines: [], blanks: 0 });
    else if (kind === 'Delete File') this.#files.push({ type: 'delete', path });
    else this.#files.push({ type: 'update', path, moveTo: null, hunks: [], hunk: null });
  }

  #moveTo(path: string): void {
    const file = this.#files.at(-1);
    const isNext = file?.type === 'update' && file.hunks.length === 0 && file.moveTo === null;
    if (!isNext) throw this.#error('"*** Move to:" may only follow right after "*** Update File:"', path);
    file.moveTo = path;
  }

  #between(text: string, marker: string): void {
    if (marker.trim() === '' || marker === BEGIN) return;
    const expected = '"*** Add File: ", "*** Delete File: ", "*** Update File: " or "*** End Patch"';
    throw this.#error(`Expected ${expected}`, text);
  }

  #addedLine(file: Extract<OpenFile, { type: 'add' }>, text: string): void {
    if (text.startsWith('+')) {
      for (; file.blanks > 0; file.blanks -= 1) file.lines.push('');
      file.lines.push(text.slice(1));
    } else if (text.trim() === '') {
      file.blanks += 1;
    } else if (text.trimEnd() !== END_OF_FILE) {
      throw this.#error(`Every line of the new file ${file.path} must start with "+"`, text);
    }
  }

  #updateLine(file: Extract<OpenFile, { type: 'update' }>, text: string): void {
    if (text.startsWith('@@')) return this.#anchor(file, text);
    if (text.startsWith(END_OF_FILE) && text.trimEnd() === END_OF_FILE) {
      if (file.hunk === null) throw this.#error(`"${END_OF_FILE}" may only end a hunk`, text);
      file.hunk.atEnd = true;
      this.#closeHunk(file);
      return;
    }
    const line = patchLine(text);
    if (line === null)
      throw this.#error(`A line in the hunks of ${file.path} must start with " ", "+", "-" or "@@"`, text);
    if (file.hunk === null && line.bare === true) return;
    this.#openHunk(file).lines.push(line);
  }

  #anchor(file: Extract<OpenFile, { type: 'update' }>, text: string): void {
    if (file.hunk !== null && file.hunk.lines.length > 0) this.#closeHunk(file);
    const rest = text.slice(2).trim();
    // A hunk header of a unified diff: its numbers are guesses of the model and its heading may be cut.
    const anchor = LINE_NUMBERS.test(rest) ? '' : rest.replace(/\s*@@$/, '');
    const hunk = this.#openHunk(file);
    if (anchor !== '') hunk.anchors.push(anchor);
  }

  #openHunk(file: Extract<OpenFile, { type: 'update' }>): OpenHunk {
    if (file.hunk !== null) return file.hunk;
    const hunk: OpenHunk = { anchors: [], lines: [], atEnd: false, line: this.#lineNumber };
    file.hunk = hunk;
    file.hunks.push(hunk);
    return hunk;
  }

  #closeHunk(file: Extract<OpenFile, { type: 'update' }>): void {
    const { hunk } = file;
    if (hunk === null) return;
    if (hunk.lines.length === 0)
      throw new PatchError(`Line ${hunk.line} of the patch: this hunk of ${file.path} has no lines.`);
    file.hunk = null;
    this.#closedHunks += 1;
  }

  #closeFile(): void {
    const file = this.#files.at(-1);
    if (file === undefined) return;
    if (file.type === 'update') {
      this.#closeHunk(file);
      if (file.hunks.length === 0 && file.moveTo === null)
        throw new PatchError(`The update of ${file.path} changes nothing: give at least one hunk.`);
    } else this.#closedHunks += 1;
  }

  #error(expectation: string, text: string): PatchError {
    const shown = text.length > 120 ? `${text.slice(0, 120)}…` : text;
    return new PatchError(
      `Line ${this.#lineNumber} of the patch: ${expectation}, but it reads ${JSON.stringify(shown)}.`,
    );
  }
}

function patchLine(text: string): PatchLine | null {
  if (text === '' || text === '\r') return { kind: 'context', text: '', bare: true };
  const rest = text.slice(1);
  switch (text.charAt(0)) {
    case ' ':
      return { kind: 'context', text: rest };
    case '+':
      return { kind: 'added', text: rest };
    case '-':
      return { kind: 'removed', text: rest };
    default:
      return null;
  }
}

function finished(file: OpenFile): PatchFile {
  switch (file.type) {
    case 'add':
      return { type: 'add', path: file.path, lines: [...file.lines] };
    case 'delete':
      return file;
    case 'update': {
      const hunks = file.hunks
        .filter((hunk) => hunk.lines.length > 0)
        .map((hunk) => ({ ...hunk, lines: [...hunk.lines] }));
      return { type: 'update', path: file.path, moveTo: file.moveTo, hunks };
    }
    default:
      return file satisfies never;
  }
}
