// What is known of a shell script without running it: its commands, nested and wrapped ones included, and why it is not a simple one.
import type { Place } from './place.ts';
import type { ShellWord } from './word.ts';

export interface Redirection {
  readonly operator: string;
  /** Null for a here-document. */
  readonly target: ShellWord | null;
}

export interface ShellCommand {
  /** The program and its arguments; the first is absent when only variables are set. */
  readonly words: readonly ShellWord[];
  readonly redirections: readonly Redirection[];
  /** Text that it reads as its input: here-documents and here-strings. */
  readonly input: string | null;
  /** Commands whose output it reads through a pipe. */
  readonly upstream: readonly ShellCommand[];
  /** Commands inside of its words: `$(…)`, `<(…)`. */
  readonly nested: readonly ShellCommand[];
  /** The command that runs this one, e.g. `env`, `xargs` or `bash -c`; null for one that stands in the script itself. */
  readonly wrapper: ShellCommand | null;
  /** It was told its arguments elsewhere too: after `xargs`, by `find -exec`. */
  readonly hasHiddenArguments: boolean;
  /** The functions in whose bodies it stands, and whether it runs beside others there: in a pipe or in the background. */
  readonly functions: readonly string[];
  readonly isParallel: boolean;
  readonly place: Place;
}

export interface ShellScript {
  readonly text: string;
  /** In order; those in a wrapper follow it. */
  readonly commands: readonly ShellCommand[];
  /**
   * Why nothing may be concluded from what is safe about its parts, in words for the user; null when the script is simple: words and
   * patterns, pipes, `;`, `&&` and `||`, nothing that is only known when it runs, no file that is written.
   */
  readonly obstacle: string | null;
  /** It is too long to be looked through. */
  readonly isUnread: boolean;
}

/** The name of the program without its folder; empty when it is not known. */
export function programOf({ words: [name] }: ShellCommand): string {
  if (name === undefined || !name.isLiteral) return '';
  return baseName(name.text);
}

/** `/usr/bin/rm` -> `rm`, `C:\\…\\Git.EXE` -> `git`. */
export function baseName(program: string): string {
  const base = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1);
  return /\.exe$/i.test(base) ? base.slice(0, -4).toLowerCase() : base;
}

/** Its arguments as texts. */
export function argumentsOf({ words }: ShellCommand): string[] {
  return words.slice(1).map(({ text }) => text);
}

/** Whether one of its flags is given, alone or among short ones: `hasFlag(args, 'r', '--recursive')`. Long ones may be cut short. */
export function hasFlag(args: readonly string[], letters: string, ...long: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some((arg) => {
    if (arg.startsWith('--')) return arg.length > 2 && long.some((flag) => flag.startsWith(arg.split('=')[0] ?? arg));
    return arg.startsWith('-') && Array.from(letters).some((letter) => arg.slice(1).includes(letter));
  });
}
