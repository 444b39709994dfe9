// Reads the one string of `{"input": "…"}` while its JSON text is still being written.

export interface JsonInput {
  /** More of the JSON text; returns what it adds to the string. */
  push(text: string): string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '"': '"',
  '\\': '\\',
  '/': '/',
};
const OPENING = /^\s*\{\s*"input"\s*:\s*"/;

/** Anything but an object whose first member is the string `input` yields nothing; the finished text is parsed as a whole anyway. */
export function createJsonInput(): JsonInput {
  let state: 'opening' | 'string' | 'closed' = 'opening';
  let pending = ''; // the opening, or an escape that is cut in two

  function decode(text: string): string {
    let out = '';
    let at = 0;
    while (at < text.length) {
      const next = nextSpecial(text, at);
      out += text.slice(at, next);
      if (next === text.length) break;
      if (text.charAt(next) === '"') {
        state = 'closed';
        break;
      }
      const length = text.charAt(next + 1) === 'u' ? 6 : 2;
      if (next + length > text.length) {
        pending = text.slice(next);
        break;
      }
      const escape = text.slice(next + 1, next + length);
      out += length === 6 ? String.fromCharCode(Number.parseInt(escape.slice(1), 16)) : (ESCAPES[escape] ?? '');
      at = next + length;
    }
    return out;
  }

  return {
    push(text) {
      if (state === 'closed') return '';
      const all = pending + text;
      pending = '';
      if (state === 'string') return decode(all);
      const opening = OPENING.exec(all);
      if (opening === null) {
        pending = all;
        return '';
      }
      state = 'string';
      return decode(all.slice(opening[0].length));
    },
  };
}

function nextSpecial(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 34 || code === 92) return at;
  }
  return text.length;
}
