// Finds the marks that stand where a secret was kept out of a text.

/** A piece of a text: as it is, or the kind of the secret that stood there. */
export type MaskedPiece =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'secret'; readonly kind: string };

const MARK = /\[secret masked(?:: ?([^\]\n]{1,80}))?\]/g;

export function maskedPieces(text: string): MaskedPiece[] {
  if (!text.includes('[secret masked')) return [{ type: 'text', text }];
  const pieces: MaskedPiece[] = [];
  let at = 0;
  for (const mark of text.matchAll(MARK)) {
    if (mark.index > at) pieces.push({ type: 'text', text: text.slice(at, mark.index) });
    pieces.push({ type: 'secret', kind: mark[1] ?? '' });
    at = mark.index + mark[0].length;
  }
  if (at < text.length) pieces.push({ type: 'text', text: text.slice(at) });
  return pieces;
}

/** How many secrets were kept out of the text. */
export function maskedCount(text: string): number {
  return text.includes('[secret masked') ? Array.from(text.matchAll(MARK)).length : 0;
}
