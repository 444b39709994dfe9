// What `{a,b}` in a word becomes.
import type { ShellWord } from './word.ts';

const MOST_WORDS = 64;

/** The words that a word with braces becomes; one with nested braces, or that becomes very many, stays as it is. */
export function expandBraces(word: ShellWord): ShellWord[] {
  let words = [word];
  for (const [at, piece] of word.pieces.entries()) {
    if (piece.kind !== 'braces') continue;
    const texts = /^\{([^{}]*,[^{}]*)\}$/.exec(piece.text)?.[1]?.split(',');
    if (texts === undefined || texts.length * words.length > MOST_WORDS) return [word];
    words = words.flatMap((one) =>
      texts.map((text) => ({ ...one, pieces: one.pieces.with(at, { kind: 'text', text }) })),
    );
  }
  return words.map((one) => ({ ...one, text: one.pieces.map(({ text }) => text).join('') }));
}
