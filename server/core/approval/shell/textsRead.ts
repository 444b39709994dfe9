// What a command reads as its input, as far as that stands in the script itself.
import { argumentsOf, programOf, type ShellCommand } from './shellScript.ts';

/** Of a longer pipe only its end is looked at. */
const MOST_WRITERS = 8;

/** Texts that are fed to the command: its own here-documents, and what `echo`, `printf` or `cat` put into its pipe. */
export function textsRead({ input, upstream }: ShellCommand): readonly string[] {
  return [...(input === null ? [] : [input]), ...upstream.slice(-MOST_WRITERS).flatMap(textsWritten)];
}

function textsWritten(command: ShellCommand): readonly string[] {
  const args = argumentsOf(command);
  switch (programOf(command)) {
    case 'echo':
      return [args.filter((arg) => !/^-[neE]+$/.test(arg)).join(' ')];
    case 'printf':
      return args.map((arg) => arg.replaceAll('\\n', '\n'));
    case 'cat':
    case 'tee':
      return command.input === null ? [] : [command.input];
    default:
      return [];
  }
}
