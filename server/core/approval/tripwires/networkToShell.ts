// Tripwire: running what the network has just sent.
import { argumentsOf, baseName, programOf, type ShellCommand } from '../shell/shellScript.ts';
import { pathOf } from '../shell/place.ts';
import { isShell, readsScript } from '../shell/unwrap.ts';
import type { Tripwire } from './tripwire.ts';

const FETCHES = /^(?:curl|wget|wget2|fetch|aria2c|http|https|xh|lynx|ftp|nc|ncat|socat)$/;
const INTERPRETERS =
  /^(?:python[\d.]*|perl|ruby|node|nodejs|php|deno|bun|lua|osascript|tclsh|Rscript|pwsh|powershell)$/;
/** The words of PowerShell. */
const POWERSHELL =
  /\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString|DownloadFile|curl|wget)\b[^\n]*\|\s*(?:iex|Invoke-Expression)\b|\b(?:iex|Invoke-Expression)\b[^\n]*\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString|curl|wget)\b/i;
const IN_CODE = /\b(?:exec|eval)\s*\(.{0,200}?(?:urlopen|requests\.get|urllib|http\.get|fetch)\s*\(/s;

export const networkToShell: Tripwire = {
  name: 'network_to_shell',
  command(command) {
    const source = fetchedFor(command);
    return source === null ? null : `Runs a program that ${source} fetches from the network, unseen.`;
  },
  script({ text, commands }) {
    if (POWERSHELL.test(text)) return 'Runs a program that is fetched from the network, unseen.';
    const runs = commands.find((command, at) => runsFetched(command, commands.slice(0, at)));
    return runs === undefined
      ? null
      : `Runs a file that was just fetched from the network: ${runs.words.map(({ text: word }) => word).join(' ')}`;
  },
};

function fetchedFor(command: ShellCommand): string | null {
  const program = programOf(command);
  const isRunner = isShell(program) || ['eval', 'source', '.'].includes(program);
  if (!isRunner && !INTERPRETERS.test(program)) return null;
  const args = argumentsOf(command);
  if (args.some((arg) => IN_CODE.test(arg))) return program;
  const inWords = command.nested.find(isFetching);
  if (hasFetched(command) && usesAsProgram(command)) return 'an earlier command';
  if (inWords !== undefined && (isRunner || usesAsProgram(command))) return programOf(inWords);
  const piped = command.upstream.find(isFetching);
  return piped !== undefined && readsProgram(command) ? programOf(piped) : null;
}

/** A program that fetches, or one that is told what was fetched before: `x=$(curl …); echo "$x"`. */
function isFetching(command: ShellCommand): boolean {
  return FETCHES.test(programOf(command)) || hasFetched(command);
}

const FETCHED = new RegExp(String.raw`^(?:\$\(|` + '`' + String.raw`)\s*${FETCHES.source.slice(1, -1)}\s`);

function hasFetched({ words, place: { variables } }: ShellCommand): boolean {
  return words.some(({ pieces }) =>
    pieces.some(
      (piece) =>
        piece.kind === 'variable' &&
        variables.get(piece.name)?.pieces.some(({ kind, text }) => kind === 'unknown' && FETCHED.test(text)) === true,
    ),
  );
}

/** Whether the program that runs comes through the pipe, rather than the data for one that was named. */
function readsProgram(command: ShellCommand): boolean {
  const program = programOf(command);
  const args = argumentsOf(command);
  if (['eval', 'source', '.'].includes(program))
    return program === 'eval' || /^(?:\/dev\/stdin|\/dev\/fd\/0|-)$/.test(args[0] ?? '');
  if (args.some((arg) => /^(?:-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/.test(arg))) return true;
  // `sh -c "$(cat)"` runs what it reads as well
  const runsInput = args.some((arg) => /\$\(\s*(?:cat\b|<\s*\/dev\/stdin)|`cat\b/.test(arg));
  if (isShell(program) && command.hasHiddenArguments && /^(?:-\w*c|\{\})$/.test(args.at(-1) ?? '')) return true;
  if (isShell(program)) return readsScript(command.words) || runsInput;
  return !args.some((arg) => /^-{1,2}(?:[A-Za-z]*[cemr]|eval|print|p)$/.test(arg)) && operandsOf(args).length === 0;
}

/** Whether what a substitution gives is the program: the file to run, or the text after `-c`. */
function usesAsProgram({ words }: ShellCommand): boolean {
  const at = words.findIndex((word, index) => index > 0 && !word.isLiteral);
  const before = words.slice(1, at).map(({ text }) => text);
  return before.every((text) => text.startsWith('-'));
}

function operandsOf(args: readonly string[]): string[] {
  return args.filter((arg, index) => !arg.startsWith('-') && !/^-[oO]$/.test(args[index - 1] ?? ''));
}

/** `curl -o x URL; sh x`, `curl URL > x; chmod +x x; ./x`. */
function runsFetched(command: ShellCommand, earlier: readonly ShellCommand[]): boolean {
  const [name, first] = [command.words[0], command.words.slice(1).find(({ text }) => !text.startsWith('-'))];
  const program = programOf(command);
  const isRunner = isShell(program) || INTERPRETERS.test(program) || ['source', '.'].includes(program);
  const run = isRunner ? first : name;
  if (run === undefined || (!isRunner && !run.text.includes('/'))) return false;
  const path = pathOf(run, command.place);
  return path !== null && earlier.some((one) => isFetching(one) && filesOf(one).includes(path));
}

function filesOf(fetching: ShellCommand): string[] {
  const { words, redirections, place } = fetching;
  const named = words.flatMap((word, index) =>
    /^-[A-Za-z]*[oO]$|^--output(?:-document)?$/.test(words[index - 1]?.text ?? '') ? [word] : [],
  );
  const url = words.map(({ text }) => text).find((text) => text.includes('://'));
  const base = url === undefined ? '' : baseName(url.replace(/[?#].*$/, ''));
  const keepsName =
    programOf(fetching) === 'wget' || words.some(({ text }) => /^-[A-Za-z]*O$|^--remote-name$/.test(text));
  const written = [
    ...named,
    ...redirections.flatMap(({ target, operator }) => (target !== null && operator.includes('>') ? [target] : [])),
  ];
  const paths = written.map((word) => pathOf(word, place)).filter((path) => path !== null);
  return keepsName && base !== '' && place.folder !== null ? [...paths, `${place.folder}/${base}`] : paths;
}
