// What `{a,b}` in a word becomes.
import type { ShellWord, WordPiece } from './word.ts';

const MOST_WORDS = 64;

/** The words that a word with braces becomes; a nested or very large one stays as it is. */
export function expandBraces(word: ShellWord): ShellWord[] {
  const at = word.pieces.findIndex(({ kind }) => kind === 'braces');
  const piece = word.pieces[at];
  if (piece === undefined) return [word];
  const list = /^\{([^{}]*,[^{}]*)\}$/.exec(piece.text)?.[1]?.split(',');
  if (list === undefined || list.length > MOST_WORDS) return [word];
  return list.flatMap((text) => {
    const pieces: WordPiece[] = word.pieces.toSpliced(at, 1, { kind: 'text', text });
    return expandBraces({ ...word, pieces, text: pieces.map((one) => one.text).join('') }).slice(0, MOST_WORDS);
  });
}
