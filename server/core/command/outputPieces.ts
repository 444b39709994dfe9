// Cuts output into the pieces that are sent: none too long, no character in two.

/** The most characters in one piece, as the wire's output deltas have it. */
export const PIECE_CHARACTERS = 8192;

export function outputPieces(text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = at + PIECE_CHARACTERS;
    const isCut = end < text.length && isHighSurrogate(text.charCodeAt(end - 1));
    found.push(text.slice(at, isCut ? end - 1 : end));
    at = isCut ? end - 1 : end;
  }
  return found;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
