// Compares the words of commands with the words that rules speak about.

/** Whether `words` begins with all of `prefix`. */
export function beginsWith(words: readonly string[], prefix: readonly string[]): boolean {
  return words.length >= prefix.length && prefix.every((word, index) => word === words[index]);
}
