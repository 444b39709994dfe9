// Renders what a turn changed as the git-style diff of the wire.
import type { ChangedFile, FileContent, GitMode } from '../checkpoint/turnChanges.ts';
import { encodeText } from './fileText.ts';
import { hunksBetween } from './hunks.ts';
import { comparePaths, relativePath } from './paths.ts';

/** The SHA-1 of bytes as 40 hexadecimal digits. */
export type Sha1 = (bytes: Uint8Array) => string;

const NO_BLOB = '0'.repeat(40);
/** A file that is not there is compared as an empty one. */
const NOTHING = new Uint8Array();

/** A text diff never ends in the middle of a line: the byte order mark and bytes outside of UTF-8 are shown replaced. */
export class TurnDiff {
  readonly #root: string;
  readonly #sha1: Sha1;
  /** Sections of the last rendering, so that files that did not change again are not compared again. */
  #sections = new Map<string, { readonly file: DiffFile; readonly text: string }>();

  /** `root`: the absolute folder that paths are shown relative to, the git root or else the working folder. */
  constructor(root: string, sha1: Sha1) {
    this.#root = root;
    this.#sha1 = sha1;
  }

  /** The diff of all files, sorted by old path; "" when nothing is changed. */
  render(files: readonly ChangedFile[]): string {
    const sections = new Map<string, { readonly file: DiffFile; readonly text: string }>();
    for (const file of diffFiles(files)) {
      const key = `${file.oldPath}\0${file.newPath}`;
      const known = this.#sections.get(key);
      const isSame = known !== undefined && isUnchanged(known.file, file);
      sections.set(key, isSame ? known : { file, text: this.#sectionsOf(file) });
    }
    this.#sections = sections;
    return [...sections.values()].map((section) => section.text).join('');
  }

  /** Git shows a file that became a link, or a link that became a file, as two. */
  #sectionsOf(file: DiffFile): string {
    const { before, after, modes } = file;
    const isOther = (modes.before === 'link') !== (modes.after === 'link');
    if (!isOther || before === null || after === null) return this.#section(file);
    return this.#section({ ...file, after: null }) + this.#section({ ...file, before: null });
  }

  #section(file: DiffFile): string {
    const [oldName, newName] = [this.#name(file.oldPath), this.#name(file.newPath)];
    const { before, after } = file;
    const header = [`diff --git a/${oldName} b/${newName}`, ...modeLines(file)];
    const names = {
      old: before === null ? '/dev/null' : `a/${oldName}`,
      young: after === null ? '/dev/null' : `b/${newName}`,
    };
    if (before === 'unknown' || after === 'unknown') return lines(...header, differ(names));
    const [oldBlob, newBlob] = [this.#blob(before), this.#blob(after)];
    if (oldBlob === newBlob) {
      if (oldName === newName) return lines(...header);
      return lines(...header, 'similarity index 100%', `rename from ${oldName}`, `rename to ${newName}`);
    }
    header.push(`index ${oldBlob}..${newBlob}`);
    const hunks = hunksBetween(before ?? NOTHING, after ?? NOTHING);
    if (hunks === null) return lines(...header, differ(names));
    return hunks === '' ? lines(...header) : lines(...header, `--- ${names.old}`, `+++ ${names.young}`) + hunks;
  }

  #name(path: string): string {
    return relativePath(this.#root, path) ?? path.replace(/^\//, '');
  }

  #blob(bytes: Uint8Array | null): string {
    if (bytes === null) return NO_BLOB;
    const header = encodeText(`blob ${bytes.length}\0`);
    const blob = new Uint8Array(header.length + bytes.length);
    blob.set(header);
    blob.set(bytes, header.length);
    return this.#sha1(blob);
  }
}

interface DiffFile {
  readonly oldPath: string;
  readonly newPath: string;
  readonly before: FileContent;
  readonly after: FileContent;
  readonly modes: NonNullable<ChangedFile['modes']>;
}

const NO_MODES = { before: null, after: null };

function isUnchanged(known: DiffFile, now: DiffFile): boolean {
  const isSameMode = known.modes.before === now.modes.before && known.modes.after === now.modes.after;
  return known.before === now.before && known.after === now.after && isSameMode;
}

/** Git knows only whether a file can be executed; other permissions are named when they alone changed. */
function modeLines({ before, after, modes }: DiffFile): string[] {
  if (before === null) return [`new file mode ${gitMode(modes.after)}`];
  if (after === null) return [`deleted file mode ${gitMode(modes.before)}`];
  if (modes.before === null || modes.after === null || modes.before === modes.after) return [];
  const isOfGit = gitMode(modes.before) !== gitMode(modes.after);
  const shown = isOfGit ? gitMode : exactMode;
  return [`old mode ${shown(modes.before)}`, `new mode ${shown(modes.after)}`];
}

function gitMode(mode: GitMode | null): string {
  if (mode === 'link') return '120000';
  return mode !== null && (mode & 0o100) !== 0 ? '100755' : '100644';
}

function exactMode(mode: GitMode): string {
  return mode === 'link' ? gitMode(mode) : `100${mode.toString(8).padStart(3, '0')}`;
}

/** Pairs the two halves of each move. */
function diffFiles(files: readonly ChangedFile[]): DiffFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const renamed = new Map<string, ChangedFile>();
  for (const file of files) {
    const source = file.movedFrom === null ? undefined : byPath.get(file.movedFrom);
    if (source?.after === null && source.before !== null && file.before === null && file.after !== null)
      renamed.set(source.path, file);
  }
  const targets = new Set([...renamed.values()].map((file) => file.path));
  return files
    .filter((file) => !targets.has(file.path))
    .map((file) => {
      const target = renamed.get(file.path);
      const newPath = target?.path ?? file.path;
      const modes = { before: (file.modes ?? NO_MODES).before, after: (target ?? file).modes?.after ?? null };
      return { oldPath: file.path, newPath, before: file.before, after: target?.after ?? file.after, modes };
    })
    .toSorted((left, right) => comparePaths(left.oldPath, right.oldPath));
}

function differ(names: { readonly old: string; readonly young: string }): string {
  return `Binary files ${names.old} and ${names.young} differ`;
}

function lines(...all: string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
