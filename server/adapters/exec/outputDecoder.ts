// Turns the bytes of a command into text: UTF-8 across chunk borders, no character cut in two.

export interface OutputDecoder {
  /** The text that is complete with these bytes; as long as they are, for it is cut only when it is sent. */
  push(bytes: Uint8Array): string;
  /** What is left when no more bytes come: a replacement character for a broken end. */
  end(): string;
}

export function createOutputDecoder(): OutputDecoder {
  // a byte order mark is output like any other
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    push: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => decoder.decode(),
  };
}
