// Recognises a patch that a model applies by a shell command, so that it runs as the patch that it is.
import { resolvePath } from './paths.ts';

export interface InterceptedPatch {
  readonly patch: string;
  /** Absolute. */
  readonly cwd: string;
}

const COMMAND = String.raw`(?:apply_patch|applypatch)`;
const CHANGE_FOLDER = String.raw`(?:cd\s+(?<folder>'[^'\n]*'|"[^"$\x60\\\n!]*"|[\w./+@,:=-]+)\s*&&\s*)?`;
/** Its first line: the rest is the patch, which may be long. */
const HERE_DOCUMENT = new RegExp(
  String.raw`^${CHANGE_FOLDER}${COMMAND}[ \t]+<<[ \t]*(?<quote>['"]?)(?<word>\w+)\k<quote>[ \t]*\n`,
);
const LITERAL = new RegExp(String.raw`^${CHANGE_FOLDER}${COMMAND}[ \t]+'(?<literal>[^']*)'$`);
/** What a shell would expand in an unquoted here-document. */
const EXPANSION = /[$`\\]/;

/**
 * The patch of `apply_patch <<'EOF' …`, `cd path && apply_patch <<"EOF" …` or `apply_patch '…'`. Null for anything else:
 * a script that does more than that, or one whose text a shell would change, has to run in a shell.
 */
export function interceptPatch(script: string, cwd: string): InterceptedPatch | null {
  const trimmed = script.trim().replaceAll('\r\n', '\n');
  const match = HERE_DOCUMENT.exec(trimmed) ?? LITERAL.exec(trimmed);
  const groups = match?.groups;
  if (groups === undefined) return null;
  const patch = groups['literal'] ?? hereDocument(trimmed.slice(match?.[0].length), groups['word'] ?? '');
  if (patch === null) return null;
  const isQuoted = groups['literal'] !== undefined || groups['quote'] !== '';
  if (!isQuoted && EXPANSION.test(patch)) return null;
  const folder = groups['folder']?.replace(/^(['"])(.*)\1$/s, '$2');
  if (folder === '-') return null;
  return { patch, cwd: folder === undefined ? cwd : resolvePath(cwd, folder) };
}

/** The text up to the line that ends it; null when there is no such line, or when more follows it. */
function hereDocument(body: string, word: string): string | null {
  const text = `\n${body}`;
  const isWhole = text.endsWith(`\n${word}`) && !text.includes(`\n${word}\n`);
  return isWhole ? body.slice(0, body.length - word.length) : null;
}
