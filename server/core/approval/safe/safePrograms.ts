// Programs that only read, each with the options under which that is so.

type Check = (args: readonly string[]) => boolean;

/** It has no option that writes or runs anything. */
const anyWords: Check = () => true;

/** What is not an option; what options take as their value counts too. */
function operands(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  const before = end < 0 ? args : args.slice(0, end);
  return [...before.filter((arg) => !arg.startsWith('-') || arg === '-'), ...(end < 0 ? [] : args.slice(end + 1))];
}

/** Options are among those that the pattern names; GNU's long options may be shortened, so anything unknown counts as harmful. */
function only(options: RegExp): Check {
  return (args) => args.every((arg) => !arg.startsWith('-') || arg === '-' || arg === '--' || options.test(arg));
}

/** None of the words matches. */
function without(harmful: RegExp): Check {
  return (args) => !args.some((arg) => harmful.test(arg));
}

function withFewOperands(most: number, options: RegExp): Check {
  const check = only(options);
  return (args) => check(args) && operands(args).length <= most;
}

const both =
  (...checks: readonly Check[]): Check =>
  (args) =>
    checks.every((check) => check(args));

/** Shells take some words of their own commands for calculations, and `a[$(x)]` runs x in one. */
const isNoCalculation: Check = without(/[$`]/);

const onlyVersion: Check = (args) => args.length === 1 && /^(?:--?version|-v|-V)$/.test(args[0] ?? '');

const FIND =
  /^-(?:a|and|o|or|not|name|iname|path|ipath|wholename|regex|iregex|regextype|type|xtype|size|empty|mtime|mmin|atime|amin|ctime|cmin|newer|maxdepth|mindepth|depth|prune|print|print0|printf|ls|perm|user|group|readable|writable|executable|follow|xdev|mount|H|L|P|E|\d+|true|false|links|inum|samefile|daystart|quit)$/;
const SED_ADDRESS = String.raw`(?:\d+|\$|/[^/\\]*/)`;
const SED_PRINT = new RegExp(
  `^${SED_ADDRESS}?(?:,\\+?${SED_ADDRESS})?p(?:;${SED_ADDRESS}?(?:,\\+?${SED_ADDRESS})?p)*$`,
);

function sed(args: readonly string[]): boolean {
  const [flags, script, ...files] = args;
  return (
    /^-(?:n|nE|En|nr|rn)$/.test(flags ?? '') &&
    SED_PRINT.test(script ?? '') &&
    files.every((file) => !file.startsWith('-'))
  );
}

/** A date that is no format would be set. */
function date(args: readonly string[]): boolean {
  return args.every(
    (arg, index) =>
      /^(?:\+.*|-[uRI]|-I\w+|--(?:utc|iso-8601(?:=\w+)?|rfc-3339=\w+)|-d|--date=.*)$/s.test(arg) ||
      args[index - 1] === '-d',
  );
}

export const SAFE_PROGRAMS: Readonly<Record<string, Check>> = {
  // text and files
  cat: anyWords,
  head: anyWords,
  tail: anyWords,
  wc: anyWords,
  nl: anyWords,
  tac: anyWords,
  rev: anyWords,
  fold: anyWords,
  cut: anyWords,
  tr: anyWords,
  paste: anyWords,
  column: anyWords,
  comm: anyWords,
  cmp: anyWords,
  join: anyWords,
  expand: anyWords,
  unexpand: anyWords,
  diff: only(
    /^(?:-[abBciNqrstuwy]+|-[CUWI].*|--(?:brief|recursive|unified(?:=\d+)?|color(?:=\w+)?|ignore-[a-z-]+|side-by-side|exclude=.*|stat))$/,
  ),
  sort: only(
    /^(?:-[bcCdfghiMmnRrsuVz]+|-[kt].*|--(?:numeric-sort|reverse|unique|human-numeric-sort|version-sort|key=.*))$/,
  ),
  uniq: withFewOperands(1, /^-[cdDiuz]+$/),
  sed,
  jq: without(/^--?(?:f|from-file|L|library-path|slurpfile|rawfile)|\$ENV|\benv\b|input_filename/),
  xxd: withFewOperands(1, /^-(?:[abeEiopsu]|[clgs]\d+)$/),
  od: anyWords,
  hexdump: anyWords,
  strings: without(/plugin|^@/),
  md5sum: anyWords,
  sha1sum: anyWords,
  sha256sum: anyWords,
  sha512sum: anyWords,
  cksum: anyWords,
  // folders and paths
  ls: anyWords,
  pwd: anyWords,
  cd: anyWords,
  stat: anyWords,
  file: without(/^(?:-[A-Za-z0-9]*[Cm]|--(?:c|m))/),
  du: anyWords,
  df: anyWords,
  basename: anyWords,
  dirname: anyWords,
  realpath: anyWords,
  readlink: anyWords,
  tree: without(/^-[A-Za-z0-9]*[oR]|^--(?:output|fromfile)/),
  find: only(FIND),
  fd: without(/^-[A-Za-z0-9]*[xX]|^--exec/),
  fdfind: without(/^-[A-Za-z0-9]*[xX]|^--exec/),
  // search
  grep: anyWords,
  egrep: anyWords,
  fgrep: anyWords,
  rg: without(/^--(?:pre|hostname-bin|search-zip|hyperlink-format)|^-[A-Za-z0-9]*z/),
  // words and numbers
  echo: anyWords,
  printf: both(without(/^-v/), isNoCalculation),
  true: anyWords,
  false: anyWords,
  test: both(without(/^-[vR]$/), isNoCalculation),
  '[': both(without(/^-[vR]$/), isNoCalculation),
  seq: anyWords,
  expr: anyWords,
  date,
  // the machine
  whoami: anyWords,
  id: anyWords,
  groups: anyWords,
  uname: anyWords,
  nproc: anyWords,
  uptime: anyWords,
  free: anyWords,
  arch: anyWords,
  ps: without(/^-?[A-Za-z]*e(?![A-Za-z])|^-[A-Za-z]*E|^[a-z]*e[a-z]*$|--env/),
  hostname: (args) => args.length === 0,
  which: anyWords,
  type: anyWords,
  // only what they are
  ...Object.fromEntries(
    [
      'node',
      'npm',
      'pnpm',
      'yarn',
      'python',
      'python3',
      'pip',
      'pip3',
      'ruby',
      'cargo',
      'rustc',
      'gcc',
      'clang',
      'make',
      'java',
      'docker',
      'deno',
      'bun',
      'tsc',
    ].map((program) => [program, onlyVersion]),
  ),
  go: both(
    (args) => args.length === 1,
    only(/^--version$/),
    (args) => ['version', '--version'].includes(args[0] ?? ''),
  ),
};

/** No option of theirs does any harm, so a pattern that finds a file named like an option does none either. */
export const TAKES_ANY_OPTION: ReadonlySet<string> = new Set(
  Object.entries(SAFE_PROGRAMS).flatMap(([program, check]) => (check === anyWords ? [program] : [])),
);

/** How many words they are given, or what a word says, makes the difference: a pattern could become two words, or any name of a file. */
export const TAKES_NO_PATTERN: ReadonlySet<string> = new Set(['uniq', 'xxd', 'date', 'printf', 'test', '[']);
