// Commands that code on the command line runs in its turn, where they are written out: `python3 -c "os.system('…')"`. A best effort, no more.
import { baseName } from './shellScript.ts';
import type { Wrapped } from './unwrap.ts';
import { literalWord, type ShellWord } from './word.ts';

const RUNS_CODE = /^(?:python[\d.]*|perl|ruby|node|nodejs|deno|bun|php|lua|[gmn]?awk)$/;
const CALL =
  /\b(?:system|popen|Popen|exec|execSync|execFile|execFileSync|spawn|spawnSync|run|call|check_call|check_output|getoutput|shell_exec|passthru|execute)((?:[\s,([]*(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)){1,40})/g;
const TEXT = /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|`([^`]*)`/g;
const MOST_CALLS = 20;
const LONGEST_CODE = 20_000;

/** `input` is what the program reads as its own code. */
export function runByCode([name, ...args]: readonly ShellWord[], input: string | null): readonly Wrapped[] {
  if (name?.isLiteral !== true || !RUNS_CODE.test(baseName(name.text))) return [];
  const codes = [...args.map(({ text }) => text), input ?? ''].filter((code) => code.length < LONGEST_CODE);
  return codes
    .flatMap((code) => [...code.matchAll(CALL)])
    .slice(0, MOST_CALLS)
    .map(([, given = '']) => {
      const texts = [...given.matchAll(TEXT)].map((found) => found[1] ?? found[2] ?? found[3] ?? '');
      const [only = ''] = texts;
      if (texts.length < 2) return { type: 'script', text: only };
      return { type: 'words', words: texts.map(literalWord), hasHiddenArguments: false };
    });
}
