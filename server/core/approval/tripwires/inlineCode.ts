// The plain shapes of deleting and reading in code that is given to an interpreter on the command line. A best effort, no more.
import { argumentsOf, programOf, type ShellCommand } from '../shell/shellScript.ts';

const INTERPRETER = /^(?:python[\d.]*|perl|ruby|node|nodejs|deno|bun|php|tclsh|lua)$/;
const QUOTED = String.raw`\s*(?:[rbuf]|r?b)?(?:"([^"]*)"|'([^']*)'|` + '`([^`]*)`' + ')';
const DELETES = [
  /\b(?:shutil\.)?rmtree\s*\(/g,
  /\b(?:fs\.|fsp\.|promises\.)?rm(?:Sync)?\s*\((?=[^)]*recursive)/g,
  /\brmdir(?:Sync)?\s*\((?=[^)]*recursive)/g,
  /\brimraf(?:\.sync|Sync)?\s*\(/g,
  /\bFileUtils\.(?:rm_rf|rm_r|remove_dir|remove_entry)\s*\(?/g,
  /\b(?:remove_tree|rmtree)\s*\(?/g,
];

/** What code on the command line deletes recursively; null where it deletes something that is not written out. */
export function deletedInCode(command: ShellCommand): readonly (string | null)[] {
  return codeOf(command).flatMap((code) =>
    DELETES.flatMap((pattern) =>
      [...code.matchAll(pattern)].map(({ index, 0: call }) => {
        const argument = new RegExp(`^${QUOTED}`).exec(code.slice(index + call.length));
        return argument === null ? null : (argument[1] ?? argument[2] ?? argument[3] ?? null);
      }),
    ),
  );
}

/** Paths that stand as texts in code on the command line. */
export function readInCode(command: ShellCommand): readonly string[] {
  return codeOf(command).flatMap((code) =>
    [...code.matchAll(/"([^"\n]*)"|'([^'\n]*)'/g)].flatMap((match) => {
      const text = match[1] ?? match[2] ?? '';
      return /[/\\]/.test(text) && text.length < 400 ? [text] : [];
    }),
  );
}

const OPENS = new RegExp(
  String.raw`\b(?:open|openSync|readFile|readFileSync|Path|read_text|file_get_contents|File\.read|IO\.read)\s*\(${QUOTED}`,
  'g',
);

/** Names of files that code on the command line opens. */
export function openedInCode(command: ShellCommand): readonly string[] {
  return codeOf(command).flatMap((code) =>
    [...code.matchAll(OPENS)].map((found) => found[1] ?? found[2] ?? found[3] ?? ''),
  );
}

function codeOf(command: ShellCommand): string[] {
  if (!INTERPRETER.test(programOf(command))) return [];
  return [...argumentsOf(command).filter((arg) => arg.length > 6), ...(command.input === null ? [] : [command.input])];
}
