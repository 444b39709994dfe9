// Splits the example of a rule into words as a shell quotes them; nothing is expanded, and operators are ordinary characters.

/** Null when a quote is not closed or a backslash has nothing behind it. */
export function exampleWords(example: string): string[] | null {
  const words: string[] = [];
  let rest = example;
  while ((rest = rest.replace(/^(?:[ \t\n]|#[^\n]*)+/, '')) !== '') {
    let word = '';
    while (rest !== '' && !/^[ \t\n]/.test(rest)) {
      const piece = nextPiece(rest);
      if (piece === null) return null;
      word += piece.text;
      rest = rest.slice(piece.length);
    }
    words.push(word);
  }
  return words;
}

/** Up to the next change of quotes. */
function nextPiece(rest: string): { readonly text: string; readonly length: number } | null {
  const plain = /^[^ \t\n'"\\]+/.exec(rest)?.[0];
  if (plain !== undefined) return { text: plain, length: plain.length };
  const single = /^'([^']*)'/.exec(rest);
  if (single !== null) return { text: single[1] ?? '', length: single[0].length };
  const double = /^"((?:[^"\\]|\\[^])*)"/.exec(rest);
  if (double !== null)
    return { text: (double[1] ?? '').replaceAll(/\\([$`"\\])|\\\n/g, '$1'), length: double[0].length };
  const escaped = /^\\([^])/.exec(rest);
  return escaped === null ? null : { text: escaped[1] === '\n' ? '' : (escaped[1] ?? ''), length: 2 };
}
