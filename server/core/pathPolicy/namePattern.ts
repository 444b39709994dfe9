// What a shell's pattern for names of files could find, told by the pattern alone.

const WILD = /[*?[{]|[!@+]\(/;

/**
 * Whether a pattern for one part of a path could find `name` and says something of it: what it begins with, at least `least` characters,
 * is written out. A pattern that finds anything names nothing.
 */
export function couldName(pattern: string, name: string, least = 1): boolean {
  const start = pattern.search(WILD);
  if (start < 0) return pattern === name;
  if (start < least || !name.startsWith(pattern.slice(0, start))) return false;
  const rest = pattern
    .slice(start)
    .replaceAll(/\{[^{}]*\}|[!@+?*]\([^()]*\)|\*+/g, '*')
    .replaceAll(/\[[^\]]+\]/g, '?');
  return isFound(rest, name.slice(start));
}

/** `*` and `?` alone; without regular expressions, as a pattern may be made to keep one busy. */
function isFound(pattern: string, text: string): boolean {
  let [at, from] = [0, 0];
  let star = -1;
  for (let index = 0; index < text.length;) {
    if (pattern[at] === '*') [star, at, from] = [at, at + 1, index];
    else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[index]))
      [at, index] = [at + 1, index + 1];
    else if (star >= 0) [at, from, index] = [star + 1, from + 1, from + 1];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
