// Which files of a searched folder were left out because they are kept from the model: told by their names, whether they match or not.
import { basename, resolve } from 'node:path';
import type { FileGuard, Files, TextSearch } from '../core/ports.ts';
import { BOWLINE_IGNORE, KEPT_FILE_GLOBS } from '../protocol/keptFiles.ts';

export interface KeptSearch {
  readonly search: TextSearch;
  readonly files: Files;
  readonly guard: FileGuard;
  readonly cwd: string;
}

const MOST_NAMES = 5;

/** Paths as ripgrep names them. Files that git ignores are not searched anyway, and not named. */
export async function keptBelow(path: string, kept: KeptSearch, signal: AbortSignal): Promise<string[]> {
  const likely = await list(path, [...KEPT_FILE_GLOBS, BOWLINE_IGNORE], { ...kept, signal });
  // what an ignore file keeps may have any name
  const isIgnoreFileUsed =
    likely.some((name) => basename(name) === BOWLINE_IGNORE) || kept.guard.hasIgnoreFileAbove(resolve(kept.cwd, path));
  const candidates = isIgnoreFileUsed ? await list(path, [], { ...kept, signal }) : likely;
  const realPaths = new Map<string, string>();
  for (const name of candidates) realPaths.set(name, await kept.files.realPath(resolve(kept.cwd, name)));
  const notFree = await kept.guard.keptAmong([...realPaths.values()]);
  const found = [...realPaths].flatMap(([name, realPath]) =>
    notFree.has(realPath) ? [name.replace(/^\.\//, '')] : [],
  );
  return found.toSorted();
}

export function keptNote(names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, MOST_NAMES).join(', ');
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  const what = names.length === 1 ? '1 file is' : `${names.length} files are`;
  return `\n[${what} kept from you and not searched: ${shown}${more}.]`;
}

async function list(
  path: string,
  globs: readonly string[],
  { search, cwd, signal }: KeptSearch & { readonly signal: AbortSignal },
): Promise<string[]> {
  const named = globs.map((glob) => `--iglob=${glob}`);
  const args = ['--no-config', '--files', '--null', '--hidden', ...named, '--glob=!.git', '--', path];
  const result = await search.run(args, cwd, signal);
  signal.throwIfAborted();
  return result.type === 'missing' ? [] : result.stdout.split('\0').filter((name) => name !== '');
}
