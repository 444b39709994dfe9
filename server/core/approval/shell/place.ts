// Where a script stands while it runs: its folder, the home of the user, and the variables whose values are known.
import { isAbsolutePath, resolvePath } from '../../patch/paths.ts';
import type { ShellWord } from './word.ts';

export interface Place {
  /** Absolute; null after a `cd` to somewhere that is not known. */
  readonly folder: string | null;
  /** Nothing but the beginning or a whole path has led there: of steps such as `cd sub; cd ..` the first may fail, and the second still leads away. */
  readonly isCertain: boolean;
  /** Where it stays should the last `cd` have failed, which nothing has asked since; null when that would have ended the script, or the chain. */
  readonly fallback: string | null;
  readonly home: string;
  /** What each variable has been set to, once and for all; null where that cannot be told. */
  readonly variables: ReadonlyMap<string, ShellWord | null>;
}

/** Stands for a home folder that is not known, and for new files among the temporary ones. */
const UNKNOWN_HOME = '/~';
const NEW_TEMPORARY = '/tmp/mktemp';
const HOME = /^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root|[A-Za-z]:[\\/]Users[\\/][^\\/]+)(?=[\\/]|$)/;

/** The home folder that a workspace lies in, as far as its path tells. */
export function homeAround(workspace: string): string {
  return HOME.exec(workspace)?.[0] ?? UNKNOWN_HOME;
}

/** The absolute path that a word names, patterns in it left as they are; null when it cannot be told. */
export function pathOf(word: ShellWord, place: Place): string | null {
  const text = valueOf(word, place);
  if (text === null || text === '') return null;
  if (isAbsolutePath(text)) return resolvePath('/', text);
  return place.folder === null ? null : resolvePath(place.folder, text);
}

/** What a word will be, patterns in it left as they are; null when that cannot be told. */
export function valueOf(word: ShellWord, place: Place, depth = 0): string | null {
  let value = '';
  for (const piece of word.pieces) {
    const text = pieceValue(piece, place, depth);
    if (text === null) return null;
    value += text;
  }
  return value;
}

function pieceValue(piece: ShellWord['pieces'][number], place: Place, depth: number): string | null {
  switch (piece.kind) {
    case 'text':
    case 'glob':
    case 'braces':
      return piece.text;
    case 'home':
      return place.home;
    case 'temporary':
      return NEW_TEMPORARY;
    case 'unknown':
      return null;
    case 'variable': {
      const set = place.variables.get(piece.name);
      if (set !== undefined) return set === null || depth > 8 ? null : valueOf(set, place, depth + 1);
      switch (piece.name) {
        case 'HOME':
          return place.home;
        case 'PWD':
          return place.folder;
        case 'TMPDIR':
          return '/tmp';
        case '$':
        case 'PPID':
        case 'RANDOM':
        case 'UID':
          return '0';
        default:
          return null;
      }
    }
  }
}
