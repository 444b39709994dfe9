// Reads the git-style diff of a turn into its files.

/** One file of a git-style diff. */
export interface GitFileDiff {
  /** As named in the diff, without `a/`; null for a new file. */
  readonly oldPath: string | null;
  /** As named in the diff, without `b/`; null for a deleted file. */
  readonly newPath: string | null;
  /** Unified hunks without file headers; "" when there are none. */
  readonly hunks: string;
  /** The diff tells only that the contents differ. */
  readonly isBinary: boolean;
}

const SECTION = 'diff --git ';

/** The files of the diff, in its order; what is no git diff is skipped. Never throws. */
export function parseGitDiff(diff: string): GitFileDiff[] {
  const lines = diff.split('\n');
  const files: GitFileDiff[] = [];
  let at = 0;
  while (at < lines.length) {
    if (lines[at]?.startsWith(SECTION) !== true) {
      at += 1;
      continue;
    }
    const end = endOfSection(lines, at + 1);
    const file = fileOf(lines.slice(at, end));
    if (file !== null) files.push(file);
    at = end;
  }
  return files;
}

/** Lines of hunks start with a space, +, - or \, so a section ends where the next one's header stands. */
function endOfSection(lines: readonly string[], start: number): number {
  let at = start;
  while (at < lines.length && lines[at]?.startsWith(SECTION) !== true) at += 1;
  return at;
}

function fileOf([title = '', ...rest]: readonly string[]): GitFileDiff | null {
  const firstHunk = rest.findIndex((line) => line.startsWith('@@ '));
  const header = firstHunk < 0 ? rest : rest.slice(0, firstHunk);
  const body = firstHunk < 0 ? [] : rest.slice(firstHunk);
  while (body.at(-1) === '') body.pop();
  const after = (prefix: string): string | undefined =>
    header.find((line) => line.startsWith(prefix))?.slice(prefix.length);
  const names = namesOf(title.slice(SECTION.length));
  const oldName = after('--- ') ?? after('rename from ') ?? names?.old;
  const newName = after('+++ ') ?? after('rename to ') ?? names?.young;
  if (oldName === undefined || newName === undefined) return null;
  return {
    oldPath: header.some((line) => line.startsWith('new file mode')) ? null : pathOf(oldName, 'a/'),
    newPath: header.some((line) => line.startsWith('deleted file mode')) ? null : pathOf(newName, 'b/'),
    hunks: body.map((line) => `${line}\n`).join(''),
    isBinary: header.some((line) => line.startsWith('Binary files ')),
  };
}

/** `a/NAME b/NAME`: without quotes the two can only be told apart by being equal. */
function namesOf(title: string): { readonly old: string; readonly young: string } | null {
  const quoted = /^("(?:[^"\\]|\\.)*") ("(?:[^"\\]|\\.)*")$/.exec(title);
  if (quoted !== null) return { old: quoted[1] ?? '', young: quoted[2] ?? '' };
  const middle = (title.length - 1) / 2;
  const [old, young] = [title.slice(0, middle), title.slice(middle + 1)];
  if (Number.isInteger(middle) && old.slice(2) === young.slice(2)) return { old, young };
  const split = / b\//.exec(title);
  return split === null ? null : { old: title.slice(0, split.index), young: title.slice(split.index + 1) };
}

function pathOf(name: string, prefix: 'a/' | 'b/'): string | null {
  if (name === '/dev/null') return null;
  const path = unquoted(name.replace(/\t$/, ''));
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' };

/** Git writes names with unusual characters in quotes, bytes outside of ASCII as octal numbers. */
function unquoted(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"') || name.length < 2) return name;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [, octal, escaped, plain] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else bytes.push(...encoder.encode(escaped === undefined ? plain : (ESCAPES[escaped] ?? escaped)));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
