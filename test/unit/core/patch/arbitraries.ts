// Patches and files as models and disks produce them, whole and broken, for property tests.
import fc from 'fast-check';

const word = fc.constantFrom('a', 'b', 'c', '', '  a', 'def f():', '\ta ', '“b”', 'é', '}', '*** End Patch', '@@');
const path = fc.constantFrom('a.txt', 'b.txt', 'dir/c.txt', '../out.txt', '/ws/a.txt', './a.txt', 'new/deep/d.txt');

const hunkLine = fc.tuple(fc.constantFrom(' ', '+', '-'), word).map(([prefix, text]) => prefix + text);
const hunk = fc
  .tuple(
    fc.constantFrom('@@', '@@ def f():', '@@ a', '@@ missing'),
    fc.array(hunkLine, { minLength: 1, maxLength: 5 }),
    fc.boolean(),
  )
  .map(([head, lines, atEnd]) => [head, ...lines, ...(atEnd ? ['*** End of File'] : [])]);

const section = fc.oneof(
  fc
    .tuple(path, fc.array(word, { maxLength: 4 }))
    .map(([name, lines]) => [`*** Add File: ${name}`, ...lines.map((line) => `+${line}`)]),
  path.map((name) => [`*** Delete File: ${name}`]),
  fc
    .tuple(path, fc.option(path), fc.array(hunk, { maxLength: 3 }))
    .map(([name, to, hunks]) => [
      `*** Update File: ${name}`,
      ...(to === null ? [] : [`*** Move to: ${to}`]),
      ...hunks.flat(),
    ]),
);

/** Well-formed patches; few of them fit the files below. */
export const patchText = fc
  .array(section, { minLength: 1, maxLength: 4 })
  .map((sections) => ['*** Begin Patch', ...sections.flat(), '*** End Patch', ''].join('\n'));

const noise = fc.constantFrom(
  '',
  '@@',
  '+',
  '-x',
  ' y',
  'text',
  '*** Begin Patch',
  '*** End Patch',
  '*** Update File: a.txt',
  '*** Move to: b',
);

/** Patches with lines lost, doubled, swapped or strange. */
export const patchLikeText = fc.oneof(
  fc.array(noise, { maxLength: 12 }).map((lines) => lines.join('\n')),
  fc.tuple(patchText, fc.nat(40), noise).map(([text, at, line]) => {
    const lines = text.split('\n');
    lines.splice(at % lines.length, 1, line);
    return lines.join('\n');
  }),
  fc.tuple(patchText, fc.nat(400)).map(([text, end]) => text.slice(0, end)),
);

const lineEnd = fc.constantFrom('\n', '\r\n');
/** Bytes of a line: ASCII, UTF-8, and bytes that are not UTF-8. */
const lineBytes = fc.oneof(
  word.filter((text) => !text.includes('\n')).map((text) => Buffer.from(text)),
  fc
    .uint8Array({ maxLength: 6 })
    .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10 && byte !== 13 && byte !== 0))),
);

/** Files with byte order mark, mixed line ends, strange bytes, with and without final newline. */
export const fileBytes = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(lineBytes, lineEnd), { maxLength: 12 }), fc.boolean())
  .map(([hasMark, lines, hasFinalNewline]) => {
    const parts = lines.flatMap(([bytes, end], index) =>
      index === lines.length - 1 && !hasFinalNewline ? [bytes] : [bytes, Buffer.from(end)],
    );
    return new Uint8Array(Buffer.concat([Buffer.from(hasMark ? [0xef, 0xbb, 0xbf] : []), ...parts]));
  });

const textLine = fc.constantFrom('a', 'b', 'c', '', ' ', '-x', '+y', '@@ -1 +1 @@', '\\ No newline', '\ttab', 'end\r');

/** Texts whose lines look like parts of a diff, with and without final newline. */
export const fileText = fc
  .tuple(fc.array(textLine, { maxLength: 30 }), fc.boolean())
  .map(([lines, final]) => lines.join('\n') + (final && lines.length > 0 ? '\n' : ''));
