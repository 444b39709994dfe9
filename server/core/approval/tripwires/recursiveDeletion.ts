// Tripwire: deleting whole folders outside of the workspace, or the workspace itself.
import { isWithin } from '../../pathPolicy/places.ts';
import { expandBraces } from '../shell/braces.ts';
import { pathOf, type Place } from '../shell/place.ts';
import { argumentsOf, hasFlag, programOf, type ShellCommand } from '../shell/shellScript.ts';
import { literalWord, type ShellWord } from '../shell/word.ts';
import { gitCall } from './gitArguments.ts';
import { deletedInCode } from './inlineCode.ts';
import type { Tripwire, TripwireSurroundings } from './tripwire.ts';

export const recursiveDeletion: Tripwire = {
  name: 'recursive_deletion',
  command(command, where) {
    if (cleansIgnored(command)) return 'Deletes files that git ignores and cannot bring back (git clean -x).';
    for (const target of targetsOf(command)) {
      const reason = problemOf(target, command, where);
      if (reason !== null) return reason;
    }
    return null;
  },
  script({ text }) {
    for (const pattern of WINDOWS) {
      const found = pattern.exec(text);
      const target = found?.groups?.['target']?.replaceAll(/["']/g, '').replaceAll('\\', '/') ?? '';
      if (found !== null && (target === '' || NOT_BELOW.test(target)))
        return `Deletes a folder with all that is in it: ${shorten(found[0])}`;
    }
    return null;
  },
};

/** The words of PowerShell and of cmd, which are not a shell's. */
const WINDOWS = [
  /\b(?:Remove-Item|ri)\b(?=[^;|\n]*\s-r(?:e(?:c(?:u(?:r(?:se?)?)?)?)?)?\b)(?:\s+-(?!path|literalpath)\w+)*(?:\s+-(?:path|literalpath))?(?:\s+(?<target>"[^"]*"|'[^']*'|[^\s;|]+))?/i,
  /\b(?:rd|rmdir|del|erase)\b(?=[^&|\n]*\s\/s\b)(?:\s+\/\w)+(?:\s+(?<target>"[^"]*"|[^\s&|]+))?/i,
];
/** Not a path below the folder that the script runs in, as far as can be told. */
const NOT_BELOW = /^(?:[A-Za-z]:|\/|~|\$|%|\.\.|[.*]+\/?\*?$)/;

interface Target {
  /** Null when what is deleted is not written out. */
  readonly word: ShellWord | null;
  /** Only what is found below it, by conditions. */
  readonly isSearched?: boolean;
}

/** What the command deletes with everything below it. */
function targetsOf(command: ShellCommand): readonly Target[] {
  const args = argumentsOf(command);
  switch (programOf(command)) {
    case 'rm':
      if (!hasFlag(args, 'rR', '--recursive')) return handedOver(command).filter(({ word }) => word !== null);
      return [...wholes(operandsOf(command)), ...handedOver(command)];
    case 'find':
      return deletingFind(command, args);
    case 'fd':
    case 'fdfind':
      return deletingFd(command);
    case 'rsync':
      return args.some((arg) => arg.startsWith('--del')) ? wholes(operandsOf(command).slice(-1)) : [];
    case 'trash':
    case 'rimraf':
    case 'del-cli':
      return wholes(operandsOf(command));
    case 'mv':
      return movedToNowhere(command);
    default:
      return deletedInCode(command).map((path) => ({ word: path === null ? null : literalWord(path) }));
  }
}

function wholes(words: readonly ShellWord[]): Target[] {
  return words.map((word) => ({ word }));
}

function operandsOf({ words, hasHiddenArguments }: ShellCommand): ShellWord[] {
  const args = words.slice(1);
  const end = args.findIndex(({ text }) => text === '--');
  const before = (end < 0 ? args : args.slice(0, end)).filter(({ text }) => !text.startsWith('-'));
  const found = [...before, ...(end < 0 ? [] : args.slice(end + 1))].flatMap(expandBraces);
  // what `find -exec` puts in is judged by where it searches
  return hasHiddenArguments ? found.filter(({ text }) => text !== '{}') : found;
}

/** What `xargs` is given: known where `find` looks for it. */
function handedOver(command: ShellCommand): readonly Target[] {
  let { wrapper } = command;
  while (wrapper !== null && !/^(?:xargs|parallel)$/.test(programOf(wrapper))) ({ wrapper } = wrapper);
  if (wrapper === null) return [];
  const finds = command.upstream.filter((one) => programOf(one) === 'find');
  return finds.length === 0 ? [{ word: null }] : finds.flatMap(searchedBy);
}

const FIND_DELETES = /(?:^|\/)(?:rm|shred|unlink)$/;

/** `find PATHS … -delete`, and `find PATHS … -exec rm {} +`: the folders that it looks through. */
function deletingFind(find: ShellCommand, args: readonly string[]): readonly Target[] {
  const runs = args.findIndex((arg) => /^-(?:exec|execdir|ok|okdir)$/.test(arg));
  const deletes = args.includes('-delete') || (runs >= 0 && args.slice(runs + 1).some((arg) => FIND_DELETES.test(arg)));
  return deletes ? searchedBy(find) : [];
}

/** `fd PATTERN PATHS … -x rm -r` */
function deletingFd({ words }: ShellCommand): readonly Target[] {
  const runs = words.findIndex(({ text }) => /^(?:-[A-Za-z0-9]*[xX]|--exec(?:-batch)?)$/.test(text));
  if (runs < 0 || !words.slice(runs + 1).some(({ text }) => FIND_DELETES.test(text))) return [];
  const [pattern, ...roots] = words.slice(1, runs).filter(({ text }) => !text.startsWith('-'));
  const isSearched = pattern !== undefined && !/^(?:\.\*?|)$/.test(pattern.text);
  return (roots.length === 0 ? [literalWord('.')] : roots).map((word) => ({ word, isSearched }));
}

function searchedBy(find: ShellCommand): readonly Target[] {
  const options = find.words.slice(1).filter(({ text }) => !/^-[HLP]$|^-O\d$/.test(text));
  const end = options.findIndex(({ text }) => /^[-(!]/.test(text));
  const roots = end < 0 ? options : options.slice(0, end);
  const isSearched = options.some(
    ({ text }, index) =>
      FIND_CONDITION.test(text) &&
      !/^(?:!|-not)$/.test(options[index - 1]?.text ?? '') &&
      !/^\.?\*+$/.test(options[index + 1]?.text ?? ''),
  );
  return (roots.length === 0 ? [literalWord('.')] : roots).map((word) => ({ word, isSearched }));
}

const FIND_CONDITION = /^-(?:i?name|i?path|i?regex|[acm](?:time|min)|newer\w*|size|empty)$/;

function cleansIgnored(command: ShellCommand): boolean {
  const call = gitCall(command);
  if (call?.subcommand !== 'clean') return false;
  // what follows `e` is a pattern
  const flags = call.args.map((arg) => arg.replace(/^(-[A-Za-z]*?)e.*$/s, '$1'));
  return hasFlag(flags, 'xX') && !hasFlag(flags, 'n', '--dry-run');
}

/** `mv ~/x /dev/null` deletes as well. */
function movedToNowhere(command: ShellCommand): readonly Target[] {
  const words = operandsOf(command);
  return words.at(-1)?.text === '/dev/null' ? wholes(words.slice(0, -1)) : [];
}

function problemOf(
  { word, isSearched = false }: Target,
  command: ShellCommand,
  where: TripwireSurroundings,
): string | null {
  const path = word === null ? null : pathOf(word, command.place);
  if (path === null) return `Deletes recursively, and where cannot be told before it runs: ${shorten(shown(command))}`;
  const root = where.roots.find((one) => isWithin(path, one));
  if (root === undefined) return `Deletes recursively outside of the workspace: ${path}`;
  const ifStayed = where.roots.find((one) => word !== null && isAllOf(one, word, command.place));
  if (ifStayed !== undefined && !isSearched)
    return `Deletes everything in ${ifStayed}, should the \`cd\` before it fail`;
  const below = path.slice(root.replace(/[/\\]+$/, '').length + 1);
  if (below.split(/[/\\]/).includes('.git')) return `Deletes the history of a repository: ${path}`;
  const isAll = isWhole(below);
  return isAll && !isSearched ? `Deletes everything in ${root}` : null;
}

function isWhole(below: string): boolean {
  return below === '' || /^[*?.[\]!{}]+(?:\/[*?.]*)*$/.test(below.replaceAll(ALMOST_ANY, '?'));
}

/** `cd build; rm -rf *` where there is no `build`. */
function isAllOf(root: string, word: ShellWord, place: Place): boolean {
  const path = place.fallback === null ? null : pathOf(word, { ...place, folder: place.fallback });
  const base = root.replace(/[/\\]+$/, '');
  return path !== null && isWithin(path, root) && isWhole(path.slice(base.length + 1));
}

/** `[a-z]`, `[!x]`: a set that nearly every name begins with. */
const ALMOST_ANY = /\[(?:[!^][^\]]|[^\]]*[aA]-[zZ][^\]]*)\]/g;

function shown({ words }: ShellCommand): string {
  return words.map(({ text }) => text).join(' ');
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
