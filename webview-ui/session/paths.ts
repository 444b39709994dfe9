// Paths as the page shows and resolves them; they may be of a POSIX or a Windows host.

/** The last part of a path. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).findLast((part) => part !== '') ?? path;
}

/** The folder of a path, relative to the workspace folder that holds it; "" for a file at a workspace folder's top. */
export function folderName(path: string, folders: readonly string[]): string {
  const shown = relativePath(path, folders);
  return shown.slice(0, Math.max(0, shown.length - baseName(shown).length - 1));
}

/** The path relative to the workspace folder that holds it; as it is when none does. */
export function relativePath(path: string, folders: readonly string[]): string {
  const holder = folders.find(
    (folder) => path === folder || (path.startsWith(folder) && /[\\/]/.test(path[folder.length] ?? '')),
  );
  if (holder === undefined) return path;
  return path.length === holder.length ? '.' : path.slice(holder.length + 1);
}

export function isAbsolute(path: string): boolean {
  return /^(?:\/|\\\\|[A-Za-z]:[\\/])/.test(path);
}

/** The path as an absolute one: relative paths stand in `folder`. */
export function absolutePath(path: string, folder: string | undefined): string {
  if (isAbsolute(path) || folder === undefined || folder === '') return path;
  const separator = folder.includes('\\') ? '\\' : '/';
  return `${folder.replace(/[\\/]$/, '')}${separator}${path.replace(/^\.[\\/]/, '')}`;
}

/** A file and a line in it, as people and models write them. */
export interface FileReference {
  readonly path: string;
  readonly line?: number;
}

const LINE_SUFFIX = /(?::(\d+)(?::\d+)?(?:-\d+)?|#L(\d+)(?:C\d+)?(?:-L?\d+)?)$/;

/** Reads `src/a.ts`, `src/a.ts:12`, `src/a.ts:12:3`, `src/a.ts#L12-L20` and `file://` addresses. */
export function parseFileReference(text: string): FileReference {
  const plain = text.startsWith('file://') ? (pathOfAddress(text) ?? text) : text;
  const suffix = LINE_SUFFIX.exec(plain);
  if (suffix === null) return { path: plain };
  return { path: plain.slice(0, suffix.index), line: Number(suffix[1] ?? suffix[2]) };
}

/** The path in a `file:` address, or in one of the machine that the editor works on; undefined for any other address. */
export function pathOfAddress(address: string): string | undefined {
  const path = /^(?:file|vscode-remote):\/\/[^/]*(\/.*)$/s.exec(address)?.[1];
  return path === undefined ? undefined : decoded(path).replace(/^\/([A-Za-z]:)/, '$1');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray % is part of the name
  }
}

const FILE_ENDINGS =
  'c|cc|cfg|conf|cpp|cs|css|csv|cjs|cts|dart|ex|go|gradle|h|hpp|html|ini|ipynb|java|js|json|jsonc|jsx|kt|lock|lua|md|mdx|mjs|mts|php|pl|proto|ps1|py|rb|rs|scss|sh|sql|svelte|svg|swift|tf|toml|ts|tsx|txt|vue|xml|yaml|yml|zig';
const FILE_IN_CODE = new RegExp(
  `^(?:[A-Za-z]:)?[\\w@.+~()\\[\\]/\\\\-]*[\\w)\\]-]\\.(?:${FILE_ENDINGS})(?::\\d+(?::\\d+)?(?:-\\d+)?|#L\\d+(?:-L?\\d+)?)?$`,
);

/** Whether a piece of inline code names a file, e.g. `src/a.ts:12`. */
export function looksLikeFile(code: string): boolean {
  return code.length < 400 && FILE_IN_CODE.test(code);
}
