// Turns the bytes of a command into text: UTF-8 across chunk borders, in pieces that never cut a character in two.
import { outputPieces } from '../../core/command/outputPieces.ts';

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
    push: (bytes) => outputPieces(decoder.decode(bytes, { stream: true })),
    end: () => outputPieces(decoder.decode()),
  };
}
