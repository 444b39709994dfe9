// Cuts a stream of bytes into server-sent events, as the HTML standard frames them.

/** A line longer than this is not a model's event. In UTF-16 units. */
const MAX_PENDING = 64 * 1024 * 1024;

export interface SseReader {
  push(bytes: Uint8Array): void;
  /** The body has ended: an event that lacks only its blank line still counts. */
  end(): void;
}

/**
 * Calls `onEvent(data, name)` for every complete event; `name` is "" when none was given. Splits anywhere, CRLF, lone CR, comments and
 * several `data:` lines are all understood. Throws a RangeError when a line does not end within 64 Mi characters.
 */
export function createSseReader(onEvent: (data: string, name: string) => void): SseReader {
  const decoder = new TextDecoder();
  let pending = ''; // an unfinished line
  let heldReturn = false; // a CR at the end of a push may be half of a CRLF
  let data: string | null = null;
  let name = '';

  function takeLine(line: string): void {
    if (line === '') {
      if (data !== null) onEvent(data, name);
      data = null;
      name = '';
      return;
    }
    if (line.startsWith('data:')) {
      const value = line.slice(line.charCodeAt(5) === 32 ? 6 : 5);
      data = data === null ? value : `${data}\n${value}`;
    } else if (line.startsWith('event:')) {
      name = line.slice(line.charCodeAt(6) === 32 ? 7 : 6);
    }
  }

  function takeText(text: string): void {
    let from = 0;
    for (let to = text.indexOf('\n'); to !== -1; to = text.indexOf('\n', from)) {
      takeLine(pending === '' ? text.slice(from, to) : pending + text.slice(from, to));
      pending = '';
      from = to + 1;
    }
    pending += text.slice(from);
    if (pending.length > MAX_PENDING) throw new RangeError('a line of the event stream does not end');
  }

  function normalized(decoded: string): string {
    const text = heldReturn ? `\r${decoded}` : decoded;
    heldReturn = text.endsWith('\r');
    if (!text.includes('\r')) return text;
    return (heldReturn ? text.slice(0, -1) : text).replace(/\r\n?/g, '\n');
  }

  return {
    push: (bytes) => takeText(normalized(decoder.decode(bytes, { stream: true }))),
    end: () => {
      takeText(normalized(decoder.decode()));
      takeText('\n\n');
    },
  };
}
