// Which commands are of one kind: the words that a command shares with those that do the like.
import {
  BUNDLES,
  ENDLESS,
  ENDLESS_MODULES,
  INTERPRETERS,
  RUNNERS,
  SINGLE_PURPOSE,
  type Bundle,
} from './commandFamilies.ts';
import { beginsWith } from './rules/patternWords.ts';
import { baseName } from './shell/shellScript.ts';

/** A subcommand, a script's or a task's name: neither an option nor a path. */
const PLAIN_NAME = /^[A-Za-z][\w:.-]*$/;

/**
 * The words that the commands of this one's kind begin with. Null for what can do anything, given other words: shells and interpreters
 * with code in their arguments, programs that run others, that reach other machines, or that delete; and for a bare collection of tools.
 */
export function commandFamily(words: readonly string[]): readonly string[] | null {
  const [program = '', ...args] = words;
  const name = baseName(program);
  const kind = kindOf(name);
  if (program === '' || words.some(isUnwritable) || ENDLESS.has(kind)) return null;
  const harmless = INTERPRETERS.get(kind);
  if (harmless !== undefined) return ofInterpreter(words, harmless);
  const runner = RUNNERS.find((begin) => beginsWith([name, ...args], begin));
  if (runner !== undefined) return ofRunner(words, runner.length);
  const bundle = BUNDLES.get(name);
  if (bundle !== undefined) return ofBundle(words, bundle);
  if (SINGLE_PURPOSE.has(kind) || IN_PROJECT.test(program)) return [program];
  // its name alone would allow it with any words
  return words.length > 1 ? words : null;
}

/** A program of the project itself, named by its path from there. One of the system can do what its path does not tell. */
const IN_PROJECT = /^(?!.*(?:^|\/)\.\.(?:\/|$))[^/\\].*\//;

/** `python3.15`, `node18` and `Perl` are what they are without a version, and whatever the case. */
function kindOf(name: string): string {
  return name.toLowerCase().replace(/-?\d[\d.]*$/, '');
}

/** `python3 tool.py x` -> `python3 tool.py`, `python3 -m pytest -k x` -> `python3 -m pytest`. */
function ofInterpreter(words: readonly string[], harmless: readonly string[]): readonly string[] | null {
  for (const [index, word] of words.entries()) {
    if (index === 0 || harmless.includes(word)) continue;
    if (word === '-m' && harmless.includes('-m…')) return ofModule(words, index + 1);
    return word.startsWith('-') ? null : words.slice(0, index + 1);
  }
  return null;
}

/** A module is a program too: `python3 -m pip install x` is as much as `pip install x`. */
function ofModule(words: readonly string[], at: number): readonly string[] | null {
  const [module] = words.slice(at);
  if (module === undefined || ENDLESS_MODULES.has(module)) return null;
  const bundle = BUNDLES.get(module);
  if (bundle === undefined) return words.slice(0, at + 1);
  const family = ofBundle(words.slice(at), bundle);
  return family === null ? null : [...words.slice(0, at), ...family];
}

/** `npx eslint src` -> `npx eslint`, `uv run python tool.py` -> `uv run python tool.py`. */
function ofRunner(words: readonly string[], length: number): readonly string[] | null {
  const inner = words.slice(length);
  if (inner[0] === undefined || inner[0].startsWith('-')) return null;
  const family = commandFamily(inner);
  if (family === null) return null;
  // what a runner finds by a name is one program, whatever its arguments
  const own =
    PLAIN_NAME.test(inner[0]) && !BUNDLES.has(inner[0]) && !INTERPRETERS.has(kindOf(inner[0]))
      ? inner.slice(0, 1)
      : family;
  return [...words.slice(0, length), ...own];
}

function ofBundle(words: readonly string[], { families, exact }: Bundle): readonly string[] | null {
  // `cargo +nightly build`
  const skipped = words[0] === 'cargo' && words[1]?.startsWith('+') === true ? 1 : 0;
  const args = words.slice(1 + skipped);
  const isNamed = (named: string): boolean =>
    named.split(' ').every((part, index) => (part === '*' ? PLAIN_NAME.test(args[index] ?? '') : args[index] === part));
  const found = families.filter(isNamed).toSorted((a, b) => b.split(' ').length - a.split(' ').length)[0];
  if (found !== undefined) return words.slice(0, 1 + skipped + found.split(' ').length);
  // what is installed is a decision each time; the same again is none
  const isExact = exact.some(isNamed) && args.length > 1 && args.slice(1).every((word) => !word.startsWith('-'));
  return isExact ? words : null;
}

/** A lone surrogate has no place in a file, and NUL none in an argument. */
function isUnwritable(word: string): boolean {
  return word.includes('\0') || !word.isWellFormed();
}
