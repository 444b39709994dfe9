// The compiler, the linter and the formatter find the faults that the house forbids, planted in a scratch tree.
import { deepEqual, equal, match, notEqual } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeScratch, removeScratch, ROOT, runTool, type Outcome } from './house.ts';

const configFiles = [
  'package.json',
  '.oxlintrc.json',
  '.oxfmtrc.json',
  'tsconfig.base.json',
  'server/platform.d.ts',
  ...['protocol', 'rpc', 'core', 'tools', 'adapters', 'app', 'doors'].map((room) => `server/${room}/tsconfig.json`),
  'src/tsconfig.json',
  'webview-ui/tsconfig.json',
];

/** One fault for the compiler: what it says, and a project whose only file has the fault. */
const compilerPlants = [
  { fault: 'Node in a pure room', room: 'server/core', text: 'export const id = process.pid;', says: /'process'/ },
  {
    fault: 'Buffer in a pure room',
    room: 'server/protocol',
    text: 'export const b = Buffer.from("");',
    says: /'Buffer'/,
  },
  { fault: 'the page in a pure room', room: 'server/core', text: 'export const d = document;', says: /'document'/ },
  { fault: 'the page in the extension', room: 'src', text: 'export const w = window.name;', says: /'window'/ },
  { fault: 'Node in the webview', room: 'webview-ui', text: 'export const id = process.pid;', says: /'process'/ },
  { fault: 'a room that was not invited', room: 'server/protocol', text: "import '../core/one.ts';", says: /TS6307/ },
  { fault: 'an enum', room: 'server/app', text: 'export enum Color { Red }', says: /erasableSyntaxOnly/ },
  {
    fault: 'a parameter property',
    room: 'server/app',
    text: 'export class A { constructor(private readonly a: number) { void this.a; } }',
    says: /erasableSyntaxOnly/,
  },
  {
    fault: 'an unchecked index',
    room: 'server/core',
    text: 'export const f = (a: string[]): string => a[0];',
    says: /undefined/,
  },
  {
    fault: 'a type imported as a value',
    room: 'server/app',
    text: "import { Abortable } from 'node:events';\nexport type A = Abortable;",
    says: /verbatimModuleSyntax/,
  },
];

const lines = (count: number, line: string) => `${line}\n`.repeat(count);

/** One fault for the linter: the rule that must find it, in a file of its own. */
const lintPlants: Record<string, string> = {
  'typescript(no-floating-promises)': 'async function f() {}\nexport function g() {\n  f();\n}\n',
  'typescript(no-misused-promises)':
    'export function g(f: () => Promise<boolean>) {\n  if (f()) return 1;\n  return 2;\n}\n',
  'typescript(no-explicit-any)': 'export const f = (a: any) => String(a);\n',
  'typescript(no-unsafe-assignment)':
    'export const f = (text: string) => {\n  const a = JSON.parse(text);\n  return String(a);\n};\n',
  'typescript(consistent-type-assertions)': 'export const f = (a: unknown) => a as string;\n',
  'typescript(no-non-null-assertion)': 'export const f = (a?: string) => a!;\n',
  'typescript(switch-exhaustiveness-check)':
    "export function f(a: 'x' | 'y') {\n  switch (a) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}\n",
  'typescript(only-throw-error)': "export function f() {\n  throw 'no';\n}\n",
  'import(no-default-export)': 'export default 1;\n',
  'eslint(no-console)': "export function f() {\n  console.log('');\n}\n",
  'eslint(no-empty)': 'export function f() {\n  try {\n    f();\n  } catch {}\n}\n',
  'eslint(max-params)': 'export const f = (a: number, b: number, c: number, d: number) => a + b + c + d;\n',
  'eslint(max-lines-per-function)': `export function f() {\n${lines(60, '  f();')}}\n`,
  'eslint(max-lines)': `${lines(401, '// a')}export {};\n`,
  'unicorn(filename-case)': 'export {};\n',
};

describe('planted faults', () => {
  const scratches: string[] = [];
  after(() => scratches.forEach(removeScratch));

  function scratchHouse(files: Readonly<Record<string, string>>): string {
    const config = Object.fromEntries(configFiles.map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
    const scratch = makeScratch({ ...config, ...files });
    scratches.push(scratch);
    return scratch;
  }

  it('compiling is done by TypeScript 7', async () => {
    match((await runTool(ROOT, 'tsc', ['--version'])).output, /^Version 7\./);
  });

  for (const { fault, room, text, says } of compilerPlants) {
    it(`the compiler finds ${fault}`, async () => {
      const scratch = scratchHouse({ 'server/core/one.ts': 'export {};\n', [`${room}/planted.ts`]: `${text}\n` });
      const { exitCode, output } = await runTool(scratch, 'tsc', ['-b', room]);
      notEqual(exitCode, 0);
      match(output, says);
    });
  }

  it('the linter finds each fault, each with its own rule', async () => {
    const scratch = scratchHouse(
      Object.fromEntries(Object.entries(lintPlants).map(([rule, text]) => [`server/app/${fileNameFor(rule)}`, text])),
    );
    const outcome = await runTool(scratch, 'oxlint', ['--type-aware', '--format=json']);
    equal(outcome.exitCode, 1);
    const found = rulesByFile(outcome);
    for (const rule of Object.keys(lintPlants)) deepEqual(found[`server/app/${fileNameFor(rule)}`], [rule]);
    equal(Object.keys(found).length, Object.keys(lintPlants).length);
  });

  it('the formatter finds a badly formatted file', async () => {
    const scratch = scratchHouse({ 'src/planted.ts': 'export const a = "b"\n' });
    const { exitCode, output } = await runTool(scratch, 'oxfmt', ['--check', 'src']);
    notEqual(exitCode, 0);
    match(output, /src\/planted\.ts/);
  });

  it('every room has a project, and the whole is made of them', () => {
    const solution: unknown = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8'));
    const rooms = readdirSync(join(ROOT, 'server'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `server/${entry.name}`);
    const expected = [...rooms, 'server', 'src', 'webview-ui', 'test', 'scripts'].map((path) => ({ path }));
    const byPath = (a: { path: string }, b: { path: string }) => a.path.localeCompare(b.path);
    deepEqual((solution as { references: { path: string }[] }).references.toSorted(byPath), expected.toSorted(byPath));
  });
});

function fileNameFor(rule: string): string {
  if (rule === 'unicorn(filename-case)') return 'Wrong_case.ts';
  return `${rule.replaceAll(/[^a-z]+([a-z])/g, (_all, letter: string) => letter.toUpperCase()).replace(')', '')}.ts`;
}

function rulesByFile({ output }: Outcome): Record<string, string[]> {
  const report = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] };
  const found: Record<string, string[]> = {};
  for (const { code, filename } of report.diagnostics) (found[filename] ??= []).push(code);
  return found;
}
