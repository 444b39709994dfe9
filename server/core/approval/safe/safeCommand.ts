// Whether a command only reads, judged by its program and each of its options.
import { isKeptFile } from '../../../protocol/keptFiles.ts';
import type { Places } from '../../pathPolicy/places.ts';
import { credentialsAt, pathsIn } from '../credentials.ts';
import { isTransparent } from '../shell/unwrap.ts';
import type { ShellCommand } from '../shell/shellScript.ts';
import type { ShellWord } from '../shell/word.ts';
import { isSafeGit } from './safeGit.ts';
import { SAFE_PROGRAMS, TAKES_ANY_OPTION, TAKES_NO_PATTERN } from './safePrograms.ts';

export interface SafeWhere {
  /** Git may be asked here alone: elsewhere a folder may bring a configuration of git that runs programs. */
  readonly workspace: string;
  readonly places: Places;
}

/**
 * Nothing that it is told is unknown, its program is on the list, all of its options are harmless there, and it names no file that
 * holds secrets.
 */
export function isSafeCommand(command: ShellCommand, { workspace, places }: SafeWhere): boolean {
  const [name, ...words] = command.words;
  if (name === undefined || !name.isLiteral || command.hasHiddenArguments) return false;
  if (command.nested.length > 0 || command.input !== null) return false;
  if (!words.every((word) => isHarmlessWord(word, TAKES_ANY_OPTION.has(name.text)))) return false;
  if (TAKES_NO_PATTERN.has(name.text) && words.some(({ pieces }) => pieces.some(({ kind }) => kind === 'glob')))
    return false;
  if (words.some((word) => readsSecret(word, command, places))) return false;
  const args = words.map(({ text }) => text);
  if (name.text === 'git') return isIn(workspace, command) && isSafeGit(args);
  const isSafe = Object.hasOwn(SAFE_PROGRAMS, name.text) ? SAFE_PROGRAMS[name.text] : undefined;
  if (isSafe === undefined) return false;
  return (args.length === 1 && /^--(?:help|version)$/.test(args[0] ?? '')) || isSafe(args);
}

function isIn(workspace: string, { place }: ShellCommand): boolean {
  return place.isCertain && place.folder === workspace;
}

/** As above for a command that only passes on what it runs; `inner` are the commands in it. */
export function passesOn(command: ShellCommand): boolean {
  return !command.hasHiddenArguments && command.nested.length === 0 && isTransparent(command.words);
}

/** A pattern must not become an option, nor find what is hidden or lies elsewhere. */
function isHarmlessWord({ pieces, text, isLiteral, isObscure }: ShellWord, takesAnyOption: boolean): boolean {
  if (isObscure) return false;
  if (isLiteral) return true;
  if (!pieces.every(({ kind }) => kind === 'text' || kind === 'glob' || kind === 'home')) return false;
  if (!pieces.some(({ kind }) => kind === 'glob')) return true;
  if (/^[/~]|(?:^|\/)\.\.(?:\/|$)|(?:^|\/)\.[^/]/.test(text)) return false;
  return takesAnyOption || pieces[0]?.kind === 'text';
}

function readsSecret(word: ShellWord, { place }: ShellCommand, places: Places): boolean {
  return credentialsAt(word, place, places) !== null || pathsIn(word, place).some(isKeptFile);
}
