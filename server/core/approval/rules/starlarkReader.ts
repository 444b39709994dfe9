// Goes through the text of a rule file: blanks, names, strings with their escapes, and where each stands.

/** A place in a text that is not understood. */
export class UnreadableStarlark extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

const NAME = /[A-Za-z_]\w*/y;
const STRING_START = /r?(?:"|')/y;
/** Spaces, comments, and line ends that a backslash hides. */
const BLANKS = /(?:[ \t]|\\\r?\n|#[^\n]*)+/y;
const BLANK_LINES = /(?:[ \t]|\\?\r?\n|#[^\n]*)+/y;
const ESCAPES = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['v', '\v'],
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['\n', ''],
]);
const CODE_DIGITS = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

export class StarlarkReader {
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lineStarts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  get isAtLineEnd(): boolean {
    return this.isAt('\n') || this.isAt('\r\n');
  }

  get isAtString(): boolean {
    return this.#match(STRING_START) !== null;
  }

  /** Only blanks stand before this place in its line. */
  get isIndented(): boolean {
    const lineStart = this.#lineStarts[this.lineAt(this.at) - 1] ?? 0;
    return this.at > lineStart && this.#text.slice(lineStart, this.at).trim() === '';
  }

  isAt(text: string): boolean {
    return this.#text.startsWith(text, this.at);
  }

  take(text: string): boolean {
    if (!this.isAt(text)) return false;
    this.at += text.length;
    return true;
  }

  skip(acrossLines: boolean): void {
    this.at += this.#match(acrossLines ? BLANK_LINES : BLANKS)?.length ?? 0;
  }

  name(): string | null {
    const found = this.#match(NAME);
    this.at += found?.length ?? 0;
    return found;
  }

  /** The value of the string that begins here. */
  string(): string {
    const start = this.at;
    const isRaw = this.take('r');
    const quote = this.#text.charAt(this.at);
    const closing = this.isAt(quote.repeat(3)) ? quote.repeat(3) : quote;
    this.at += closing.length;
    let value = '';
    while (!this.take(closing)) {
      if (this.isAtEnd || (this.isAtLineEnd && closing.length === 1)) {
        throw this.unreadable('The string that begins here has no end', start);
      }
      value += this.isAt('\\') ? this.#escape(isRaw) : this.#character();
    }
    return value;
  }

  #character(): string {
    if (this.take('\r\n')) return '\n';
    const character = this.#text.charAt(this.at);
    this.at += 1;
    return character;
  }

  #escape(isRaw: boolean): string {
    const start = this.at;
    this.at += 1;
    if (this.isAtEnd) return '';
    const octal = isRaw ? undefined : /^[0-7]{1,3}/.exec(this.#text.slice(this.at, this.at + 3))?.[0];
    if (octal !== undefined) {
      this.at += octal.length;
      return String.fromCodePoint(Number.parseInt(octal, 8));
    }
    const character = this.#character();
    if (isRaw) return `\\${character}`;
    const digits = CODE_DIGITS.get(character);
    if (digits === undefined) return ESCAPES.get(character) ?? `\\${character}`;
    const code = this.#text.slice(this.at, this.at + digits);
    const point = /^[0-9A-Fa-f]+$/.test(code) && code.length === digits ? Number.parseInt(code, 16) : -1;
    const isSurrogate = point >= 0xd800 && point <= 0xdfff;
    if (point < 0 || point > 0x10ffff || isSurrogate)
      throw this.unreadable(`\\${character}${code} is no character`, start);
    this.at += digits;
    return String.fromCodePoint(point);
  }

  /** The line of an offset, from 1. */
  lineAt(offset: number): number {
    let first = 0;
    let last = this.#lineStarts.length - 1;
    while (first < last) {
      const middle = Math.ceil((first + last) / 2);
      if ((this.#lineStarts[middle] ?? 0) <= offset) first = middle;
      else last = middle - 1;
    }
    return first + 1;
  }

  /** What stands here, for a message. */
  shown(): string {
    if (this.isAtEnd) return 'the end of the file';
    if (this.isAtLineEnd) return 'the end of the line';
    const rest = this.#text.slice(this.at, this.at + 40);
    return `\`${/^(?:\w+|.)/u.exec(rest)?.[0] ?? ''}\``;
  }

  unreadable(message: string, at = this.at): UnreadableStarlark {
    return new UnreadableStarlark(`${message}.`, at);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.#text)?.[0] ?? null;
  }
}
