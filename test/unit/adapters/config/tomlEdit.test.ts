// Editing TOML: the values asked for, everything else as it stood, whatever the file looks like.
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { parse, type TomlTable, type TomlValue } from 'smol-toml';
import { editToml, type TomlEdit } from '../../../../server/adapters/config/tomlEdit.ts';

const set = (path: string[], value?: TomlValue): TomlEdit => ({ path, value, isMerged: false });
const merge = (path: string[], value?: TomlValue): TomlEdit => ({ path, value, isMerged: true });

const FILE = `# Bowline
limit = 1.0
day = 1979-05-27
mask = 0xFF

# about the model
model = "x"   # why

# the provider
[model_providers.mock]   # head
name = "Mock"
  # indented
  base_url = 'http://x'

# projects
[projects."/a/b.c"]
trust_level = "trusted"
`;

describe('editing TOML', () => {
  const cases: [title: string, before: string, edits: TomlEdit[], after: string][] = [
    ['a value, with its comments', FILE, [set(['model'], 'z')], FILE.replace('"x"', '"z"')],
    [
      'a new value of the root: behind the last one, not behind the comment of the next table',
      FILE,
      [set(['sandbox_mode'], 'read-only')],
      FILE.replace('# why\n', '# why\nsandbox_mode = "read-only"\n'),
    ],
    [
      'a new value of a table, indented like its neighbour',
      FILE,
      [set(['model_providers', 'mock', 'wire_api'], 'chat')],
      FILE.replace(`'http://x'\n`, `'http://x'\n  wire_api = "chat"\n`),
    ],
    [
      'a new table',
      FILE,
      [set(['projects', '/new one', 'trust_level'], 'trusted')],
      `${FILE}\n[projects."/new one"]\ntrust_level = "trusted"\n`,
    ],
    ['a value that goes', FILE, [set(['model'])], FILE.replace('model = "x"   # why\n', '')],
    [
      'a table that goes, with its comments alone',
      FILE,
      [set(['model_providers', 'mock'])],
      FILE.replace(/# the provider[^]*'http:\/\/x'\n\n/, ''),
    ],
    ['nothing that is not there', FILE, [set(['no', 'such', 'thing'])], FILE],
    ['an empty file', '', [set(['a', 'b'], 1)], '[a]\nb = 1\n'],
    ['a file of comments without a last line break', '# hi', [set(['a'], true)], '# hi\na = true\n'],
    ['the first value before the first table', '# t\n[t]\nx = 1\n', [set(['a'], 1)], 'a = 1\n\n# t\n[t]\nx = 1\n'],
    ['Windows line breaks', 'a = 1\r\n[t]\r\n', [set(['t', 'b'], 2)], 'a = 1\r\n[t]\r\nb = 2\r\n'],
    ['dotted keys', 'a.b = 1\nc = 2\n', [set(['a', 'd'], 3)], 'a.b = 1\na.d = 3\nc = 2\n'],
    ['an inline table', 'a = { b = 1 } # x\n', [set(['a', 'c', 'd'], 'e')], 'a = { b = 1, c = { d = "e" } } # x\n'],
    [
      'a list over several lines',
      'a = [\n  "]", # "\n  """\n]"""\n] # end\nb = 1\n',
      [set(['a'], ['x'])],
      'a = ["x"] # end\nb = 1\n',
    ],
    ['the parent of a table', '# s\n[t.sub]\nx = 1\n', [set(['t', 'y'], 2)], '[t]\ny = 2\n\n# s\n[t.sub]\nx = 1\n'],
    [
      'a list of tables: what stays keeps its text',
      '[[s.c]] # one\np = "a"\n\n[[s.c]]\np = "b"\n\n[z]\n',
      [set(['s', 'c'], [{ p: 'a' }, { p: 'b', e: false }, { p: 'c' }])],
      '[[s.c]] # one\np = "a"\n\n[[s.c]]\np = "b"\ne = false\n\n[[s.c]]\np = "c"\n\n[z]\n',
    ],
    [
      'a table in the place of another one',
      '[t] # head\na = 1 # one\nb = 2\n',
      [set(['t'], { a: 3, c: { d: 4 } })],
      '[t] # head\na = 3 # one\n\n[t.c]\nd = 4\n',
    ],
    [
      'a table into another one',
      '[t] # head\na = 1 # one\nb = 2\n',
      [merge(['t'], { a: 3, c: 5 })],
      '[t] # head\na = 3 # one\nb = 2\nc = 5\n',
    ],
    [
      'texts with everything in them',
      '',
      [set(['a"\n'], 'q"\\\n\u0001\u2028é')],
      '"a\\"\\n" = "q\\"\\\\\\n\\u0001\u2028é"\n',
    ],
  ];
  for (const [title, before, edits, after] of cases) it(title, () => equal(editToml(before, edits), after));

  it('takes nothing that is no TOML', () => throws(() => editToml('a = = 1', [set(['b'], 1)])));

  it('means what was asked for, and loses no comment of what stays, for any file and edit', () => {
    fc.assert(
      fc.property(anyFile, fc.array(anyEdit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        const before = parsed(text);
        fc.pre(before !== null);
        // editToml itself compares the meaning with what was asked for, and throws
        const after = editToml(text, edits);
        ok(parsed(after) !== null, after);
        deepEqual(editToml(after, edits.slice(-1)), after, 'the same again changes nothing');
        const touched = edits.map(({ path }) => path[0]);
        for (const line of text.split(/\r?\n/).filter((candidate) => candidate.startsWith('# root '))) {
          const [, key] = line.split(' ').slice(1);
          ok(after.includes(line), `the comment of ${key} in ${after}`);
        }
        for (const key of Object.keys(before).filter((name) => !touched.includes(name)))
          ok(isDeepStrictEqual(parsed(after)?.[key], before[key]), key);
      }),
      { numRuns: Number(process.env.BOWLINE_RUNS ?? 1_500) },
    );
  });
});

function parsed(text: string): TomlTable | null {
  try {
    return parse(text, { integersAsBigInt: 'asNeeded' });
  } catch {
    return null; // the generator also makes what TOML forbids, e.g. a table twice
  }
}

const KEYS = ['model', 'a', 'b', 't', 'u', 'sub', 'arr', 'x.y', '/p/q', 'sp ace', '__proto__', 'é"'];
const anyKey = fc.constantFrom('model', 'a', 'b', 'k1', '"x.y"', "'/p/q'", '"sp ace"', '"\\u00e9\\""', '__proto__');
const anyValueText = fc.constantFrom(
  '"t"',
  'true',
  '-1',
  '1.0',
  '0xFF',
  '9223372036854775807',
  'inf',
  "'lit#'",
  '"""multi\n# no comment ""\nline"""',
  "'''q''''",
  '[1, 2]',
  '[\n  "a", # c in array ]\n  "b",\n]',
  '{ q = 1 }',
  '{ q = "z}", r = { s = 2 } }',
  '1979-05-27T07:32:00Z',
  '07:32:00',
  '"esc \\" # not a comment"',
);
const anyPair = fc
  .tuple(
    fc.oneof(
      anyKey,
      fc.tuple(anyKey, anyKey).map((keys) => keys.join(' . ')),
    ),
    anyValueText,
    fc.constantFrom('', ' # trailing'),
    fc.constantFrom('', '# own line\n', '  # indented\n', '\n'),
    fc.constantFrom('', '  '),
  )
  .map(([key, value, trailing, above, indent]) => `${above}${indent}${key} = ${value}${trailing}\n`);
const anySection = fc
  .tuple(
    fc.constantFrom(
      '[t]',
      '[u]',
      '[ model_providers . m ]',
      '[projects."/a/b"]',
      '[t.sub]',
      '[t.sub.deep]',
      '[[arr]]',
      '[[arr.sub]]',
      '[arr.s]',
    ),
    fc.array(anyPair, { maxLength: 3 }),
    fc.constantFrom('', ' # head'),
    fc.constantFrom('', '\n', '\n# above\n', '# above\n'),
  )
  .map(([header, pairs, trailing, above]) => `${above}${header}${trailing}\n${pairs.join('')}`);
const anyFile = fc
  .tuple(fc.array(anyPair, { maxLength: 4 }), fc.array(anySection, { maxLength: 5 }), fc.boolean(), fc.boolean())
  .map(([pairs, sections, isWindows, isOpen]) => {
    const text = `# root comment\n\n${pairs.join('')}${sections.join('')}`;
    const ended = isOpen ? text.replace(/\n$/, '') : text;
    return isWindows ? ended.replaceAll('\n', '\r\n') : ended;
  });
const anyPath = fc.array(fc.constantFrom(...KEYS, 'deep', 'projects', '/a/b', 'model_providers', 'm', 'q', 's'), {
  minLength: 1,
  maxLength: 4,
});
const anyScalar: fc.Arbitrary<TomlValue> = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
);
const { value: anyValue } = fc.letrec<{ value: TomlValue; table: TomlTable }>((tie) => ({
  value: fc.oneof(
    { weight: 4, arbitrary: anyScalar },
    fc.array(anyScalar, { maxLength: 3 }),
    fc.array(tie('table'), { maxLength: 3 }),
    tie('table'),
  ),
  table: fc.dictionary(fc.constantFrom(...KEYS), tie('value'), {
    maxKeys: 3,

    noNullPrototype: true,
  }),
}));
const anyEdit: fc.Arbitrary<TomlEdit> = fc.record({
  path: anyPath,
  value: fc.option(anyValue, { nil: undefined }),
  isMerged: fc.boolean(),
});
