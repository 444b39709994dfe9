// Text as it is compared while searching: without case and accents, one unit for each unit, so that places stay places.

/** Has as many UTF-16 units as `text`. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  if (isAscii(lower)) return lower;
  // some characters have a longer lower case, and some that are put together come apart
  return Array.from({ length: text.length }, (_unit, at) => foldedUnit(text.charAt(at))).join('');
}

function foldedUnit(unit: string): string {
  const base = unit.normalize('NFD').charAt(0).toLowerCase();
  return base.length === 1 ? base : unit;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 127) return false;
  return true;
}

const DIGIT = 26;
const SLASH = 27;
const DOT = 28;
const DASH = 29;
const OTHER = 30;

/** Which kinds of characters a folded text has, as bits: what lacks one of a query's cannot fit it. */
export function characterMask(text: string): number {
  let mask = 0;
  for (let at = 0; at < text.length; at += 1) mask |= 1 << bitOf(text.charCodeAt(at));
  return mask;
}

function bitOf(code: number): number {
  if (code >= 97 && code <= 122) return code - 97;
  if (code >= 48 && code <= 57) return DIGIT;
  if (code === 47) return SLASH;
  if (code === 46) return DOT;
  return code === 45 || code === 95 ? DASH : OTHER;
}
