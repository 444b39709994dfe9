// Turns the bytes of a command into text: UTF-8 across chunk borders, in pieces that never cut a character in two.

/** The most characters in one piece, as the wire's output deltas have it. */
export const PIECE_CHARACTERS = 8192;

export interface OutputDecoder {
  /** The text that is complete with these bytes, cut into pieces. */
  push(bytes: Uint8Array): string[];
  /** What is left when no more bytes come: a replacement character for a broken end. */
  end(): string[];
}

export function createOutputDecoder(): OutputDecoder {
  // a byte order mark is output like any other
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (bytes) => pieces(decoder.decode(bytes, { stream: true })),
    end: () => pieces(decoder.decode()),
  };
}

function pieces(text: string): string[] {
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
