// Joins an argument vector into the one line that a POSIX shell would read back as the same vector.

const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

/** `["/bin/bash", "-lc", "ls -a"]` becomes `/bin/bash -lc 'ls -a'`. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ');
}

/** Single quotes where they will do; double quotes when the word has a `'`; both when a shell would expand `!` in double quotes. */
export function quoteWord(word: string): string {
  if (PLAIN.test(word)) return word;
  if (!word.includes("'")) return `'${word}'`;
  if (!word.includes('!')) return `"${word.replace(/[\\"$`]/g, '\\$&')}"`;
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
