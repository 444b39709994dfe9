// Measures and cuts text by its UTF-8 bytes without ever cutting a character in two.

/** In characters; from here on the runtime's own encoder is quicker than a loop. */
const LONG = 1024;
const encoder = new TextEncoder();

/** The bytes of `text` in UTF-8; a lone surrogate counts as the replacement character it becomes. */
export function utf8Length(text: string): number {
  return text.length < LONG ? shortLength(text) : encoder.encode(text).length;
}

function shortLength(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (isPair(text, index)) {
      bytes += 4;
      index += 1;
    } else bytes += 3;
  }
  return bytes;
}

/** The longest start of `text` that fits into `maxBytes`. */
export function utf8Start(text: string, maxBytes: number): string {
  let bytes = 0;
  let index = 0;
  while (index < text.length) {
    const size = isPair(text, index) ? 2 : 1;
    bytes += size === 2 ? 4 : unitBytes(text.charCodeAt(index));
    if (bytes > maxBytes) break;
    index += size;
  }
  return text.slice(0, index);
}

/** The longest end of `text` that fits into `maxBytes`. */
export function utf8End(text: string, maxBytes: number): string {
  let bytes = 0;
  let index = text.length;
  while (index > 0) {
    const size = index > 1 && isPair(text, index - 2) ? 2 : 1;
    bytes += size === 2 ? 4 : unitBytes(text.charCodeAt(index - 1));
    if (bytes > maxBytes) break;
    index -= size;
  }
  return text.slice(index);
}

function unitBytes(unit: number): number {
  if (unit < 0x80) return 1;
  return unit < 0x800 ? 2 : 3;
}

function isPair(text: string, index: number): boolean {
  const high = text.charCodeAt(index);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(index + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}
