// What of git only reads.

/** These write files or run programs, with any subcommand; git takes every beginning of a long option for the whole. */
const HARMFUL = [
  '--output',
  '--ext-diff',
  '--textconv',
  '--filters',
  '--open-files-in-pager',
  '--exec',
  '--upload-pack',
  '--remerge-diff',
  '--contents',
];

type Check = (args: readonly string[]) => boolean;
/** It only reads, whatever it is told: what writes or runs a program is in HARMFUL, which is looked at first. */
const anyWords: Check = () => true;
const none: Check = (args) => args.length === 0;
const among =
  (...allowed: readonly (string | RegExp)[]): Check =>
  (args) =>
    args.every((arg) => allowed.some((one) => (typeof one === 'string' ? one === arg : one.test(arg))));

const LISTING = [
  /^-[arvl]+$/,
  /^--(?:list|all|remotes|verbose|show-current|no-color|ignore-case)$/,
  /^--(?:sort|format|points-at|column)=/,
];

/** Lists, unless a name would make it create one. */
function listing(args: readonly string[]): boolean {
  const isAsked = args.some((arg) => /^(?:-l|--list)$/.test(arg));
  const flags = args.filter((arg) => arg.startsWith('-'));
  return among(...LISTING)(flags) && (isAsked || flags.length === args.length);
}

const SUBCOMMANDS: Readonly<Record<string, Check>> = {
  status: anyWords,
  log: anyWords,
  diff: anyWords,
  show: anyWords,
  blame: anyWords,
  annotate: anyWords,
  shortlog: anyWords,
  describe: anyWords,
  'rev-parse': anyWords,
  'rev-list': anyWords,
  'ls-files': anyWords,
  'ls-tree': anyWords,
  'cat-file': anyWords,
  'merge-base': anyWords,
  'for-each-ref': anyWords,
  'name-rev': anyWords,
  'diff-tree': anyWords,
  'diff-index': anyWords,
  'diff-files': anyWords,
  'count-objects': anyWords,
  'check-ignore': anyWords,
  whatchanged: anyWords,
  version: anyWords,
  grep: (args) => !args.some((arg) => /^-[A-Za-z0-9]*O/.test(arg)),
  branch: listing,
  tag: listing,
  remote: among('-v', '--verbose'),
  stash: (args) => args[0] === 'list',
  worktree: (args) => args[0] === 'list',
  reflog: (args) => args.length === 0 || args[0] === 'show',
  help: none,
};

export function isSafeGit(args: readonly string[]): boolean {
  const at = args.findIndex((arg) => arg !== '--no-pager' && arg !== '-P');
  const [subcommand = '--version', ...rest] = at < 0 ? [] : args.slice(at);
  if (subcommand === '--version') return rest.length === 0;
  const isSafe = Object.hasOwn(SUBCOMMANDS, subcommand) ? SUBCOMMANDS[subcommand] : undefined;
  if (isSafe === undefined || rest.some(isHarmful)) return false;
  return isSafe(rest);
}

function isHarmful(arg: string): boolean {
  const [option = ''] = arg.split('=');
  return option.length > 2 && option.startsWith('--') && HARMFUL.some((harmful) => harmful.startsWith(option));
}
