// The head of a SKILL.md: the texts between its `---` lines, as far as YAML is used there.

/** Texts by key; values that are no texts, e.g. tables, are left out. Null without a head. */
export function frontMatterOf(text: string): ReadonlyMap<string, string> | null {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const end = lines.indexOf('---', 1);
  if (lines[0]?.trimEnd() !== '---' || end < 0) return null;
  const values = new Map<string, string>();
  for (let at = 1; at < end;) {
    const found = /^([\w-]+):(?:[ \t]+(.*))?$/.exec(lines[at] ?? '');
    at += 1;
    if (found === null) continue;
    const [, key = '', first = ''] = found;
    const rest: string[] = [];
    while (at < end && /^(?:[ \t]|$)/.test(lines[at] ?? '')) rest.push(lines[at++] ?? '');
    const value = valueOf(first.trim(), rest);
    if (value !== null) values.set(key, value);
  }
  return values;
}

function valueOf(first: string, rest: readonly string[]): string | null {
  const block = /^([>|])[-+\d]*(?:\s+#.*)?$/.exec(first);
  if (block !== null) return block[1] === '|' ? unindented(rest).join('\n').trim() : folded(rest);
  // what follows on lines of its own under an empty value is a table or a list
  if (first === '' || first.startsWith('#')) return null;
  const whole = [first, ...rest.map((line) => line.trim())].join(' ').trim();
  const double = /^"((?:[^"\\]|\\.)*)"(?:\s+#.*)?$/.exec(whole)?.[1];
  if (double !== undefined) return unescaped(double);
  const single = /^'((?:[^']|'')*)'(?:\s+#.*)?$/.exec(whole)?.[1];
  if (single !== undefined) return single.replaceAll("''", "'");
  return /^[[{]/.test(whole) ? null : whole.replace(/\s+#.*$/, '');
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_whole, mark: string) => (mark === 'n' ? '\n' : mark === 't' ? '\t' : mark));
}

/** Lines of a paragraph become one; an empty line ends it. */
function folded(lines: readonly string[]): string {
  const paragraphs = unindented(lines)
    .join('\n')
    .split(/\n{2,}/);
  return paragraphs
    .map((paragraph) => paragraph.replaceAll('\n', ' ').trim())
    .join('\n')
    .trim();
}

function unindented(lines: readonly string[]): string[] {
  const filled = lines.filter((line) => line.trim() !== '');
  const indent = Math.min(...filled.map((line) => line.length - line.trimStart().length));
  return lines.map((line) => line.slice(Math.min(indent, line.length)));
}
