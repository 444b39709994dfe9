// Decodes one string member of a JSON object while its text still arrives.

const MEMBER_START = /"(?:input|patch)"\s*:\s*"/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' };
const UNICODE_ESCAPE_LENGTH = 6;

/** Gives the decoded text of the member `input` or `patch`, piece by piece. Wrong JSON gives less text, never an error. */
export class JsonTextStream {
  #pending = '';
  #state: 'before' | 'inside' | 'after' = 'before';

  push(text: string): string {
    this.#pending += text;
    if (this.#state === 'before') {
      const start = MEMBER_START.exec(this.#pending);
      if (start === null) return '';
      this.#pending = this.#pending.slice(start.index + start[0].length);
      this.#state = 'inside';
    }
    return this.#state === 'inside' ? this.#decode() : '';
  }

  #decode(): string {
    let decoded = '';
    let at = 0;
    while (at < this.#pending.length) {
      const char = this.#pending.charAt(at);
      if (char === '"') {
        this.#state = 'after';
        break;
      }
      if (char !== '\\') {
        decoded += char;
        at += 1;
        continue;
      }
      const escape = this.#pending.charAt(at + 1);
      const length = escape === 'u' ? UNICODE_ESCAPE_LENGTH : 2;
      if (this.#pending.length - at < length) break;
      const digits = this.#pending.slice(at + 2, at + length);
      decoded += escape === 'u' ? String.fromCharCode(Number.parseInt(digits, 16)) : (ESCAPES[escape] ?? escape);
      at += length;
    }
    this.#pending = this.#pending.slice(at);
    return decoded;
  }
}
