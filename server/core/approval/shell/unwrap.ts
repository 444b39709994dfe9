// What programs run that are there to run others: `env`, `timeout`, `xargs`, `find -exec`, `bash -c` and their kind.
import { isScriptShell } from '../../command/shell.ts';
import { baseName } from './shellScript.ts';
import { literalWord, type ShellWord } from './word.ts';

/** A command inside of another: its words, or a script that is read anew. */
export type Wrapped =
  | { readonly type: 'words'; readonly words: readonly ShellWord[]; readonly hasHiddenArguments: boolean }
  | { readonly type: 'script'; readonly text: string };

/** They run scripts as well, but none that a model writes on purpose: what they are given is looked through, and never counts as safe. */
const OTHER_SHELLS = /^(?:rbash|rzsh|mksh|yash|posh|fish|t?csh|(?:bash|zsh|ksh)-?\d[\d.]*)$/;

/** Any program that runs what it is given as a shell script. */
export function isShell(path: string): boolean {
  return isScriptShell(path) || OTHER_SHELLS.test(baseName(path));
}

interface WrapperShape {
  /** Options that take the next word as their value. */
  readonly valued: readonly string[];
  /** Words before the command, e.g. the duration of `timeout`. */
  readonly operands?: number;
  /** `NAME=value` may stand before the command. */
  readonly takesVariables?: boolean;
  readonly hasHiddenArguments?: boolean;
  /** Runs the command and does nothing else that matters to a rule or to the safe list, given no options but these. */
  readonly transparent?: readonly RegExp[];
}

const WRAPPERS: Readonly<Record<string, WrapperShape>> = {
  env: { valued: ['-u', '--unset', '-C', '--chdir'], takesVariables: true, transparent: [] },
  nice: { valued: ['-n', '--adjustment'], transparent: [/^-n$/, /^-?\d+$/, /^--adjustment=\d+$/] },
  ionice: { valued: ['-c', '-n', '--class', '--classdata'] },
  nohup: { valued: [], transparent: [] },
  setsid: { valued: [] },
  time: { valued: ['-f', '-o', '--format', '--output'], transparent: [/^-p$/] },
  command: { valued: [], transparent: [] },
  builtin: { valued: [] },
  exec: { valued: ['-a'] },
  timeout: {
    valued: ['-s', '-k', '--signal', '--kill-after'],
    operands: 1,
    transparent: [
      /^-[ksv]$/,
      /^--(?:preserve-status|foreground|verbose)$/,
      /^--(?:signal|kill-after)=\w+$/,
      /^\d+[smhd]?$/,
    ],
  },
  gtimeout: { valued: ['-s', '-k', '--signal', '--kill-after'], operands: 1 },
  stdbuf: { valued: ['-i', '-o', '-e'] },
  sudo: { valued: ['-u', '-g', '-h', '-p', '-C', '-D', '-R', '-T', '-U', '--user', '--group'], takesVariables: true },
  doas: { valued: ['-u', '-C'] },
  pkexec: { valued: ['--user'] },
  chroot: { valued: [], operands: 1 },
  flock: { valued: ['-w', '-E', '--timeout'], operands: 1 },
  watch: { valued: ['-n', '--interval'] },
  strace: { valued: ['-e', '-o', '-p', '-s'] },
  unshare: { valued: [] },
  busybox: { valued: [] },
  toybox: { valued: [] },
  caffeinate: { valued: ['-t', '-w'] },
  chronic: { valued: [] },
  noglob: { valued: [] },
  nocorrect: { valued: [] },
  '-': { valued: [] },
  taskset: { valued: [], operands: 1 },
  chrt: { valued: ['-T', '-P', '-D'], operands: 1 },
  setpriv: { valued: ['--reuid', '--regid', '--groups'] },
  setarch: { valued: [], operands: 1 },
  prlimit: { valued: [] },
  numactl: { valued: ['-N', '-m', '-C', '-i'] },
  nsenter: { valued: ['-t', '--target', '-S', '-G'] },
  'systemd-run': { valued: ['-p', '--property', '-u', '--unit', '-E', '--setenv', '--slice', '--description'] },
  'systemd-inhibit': { valued: [] },
  fakeroot: { valued: ['-l', '-s', '-i', '-b'] },
  unbuffer: { valued: [] },
  rlwrap: { valued: [] },
  'xvfb-run': { valued: ['-n', '-s', '-e', '-f', '-p', '-w'] },
  'dbus-run-session': { valued: [] },
  gosu: { valued: [], operands: 1 },
  'su-exec': { valued: [], operands: 1 },
  runuser: { valued: ['-u', '-g', '-G', '-s', '--user', '--group', '--shell', '-c', '--command'] },
  npx: { valued: ['-p', '--package', '-c', '--call'] },
  bunx: { valued: ['-p', '--package'] },
  pnpx: { valued: [] },
  xargs: {
    valued: ['-I', '-n', '-P', '-L', '-d', '-E', '-s', '-a', '--max-args', '--max-procs', '--delimiter', '--arg-file'],
    hasHiddenArguments: true,
  },
  parallel: { valued: ['-j', '--jobs', '-I', '-N'], hasHiddenArguments: true },
};

const COMMAND_FLAG = /^-[A-Za-z]*c[A-Za-z]*$/;

/** What the command runs besides itself; empty when it runs nothing else, or nothing that can be told. */
export function unwrap(words: readonly ShellWord[]): readonly Wrapped[] {
  const [name, ...args] = words;
  if (name === undefined || !name.isLiteral) return [];
  const program = baseName(name.text);
  if (isShell(name.text)) return scriptArgument(args);
  switch (program) {
    case 'eval':
      return args.length === 0 ? [] : [{ type: 'script', text: args.map(({ text }) => text).join(' ') }];
    case 'trap':
      return args[0]?.isLiteral === true ? [{ type: 'script', text: args[0].text }] : [];
    case 'alias':
      return args.flatMap(({ text }) => (text.includes('=') ? [{ type: 'script', text: afterEquals(text) }] : []));
    case 'su':
    case 'script':
      return scriptArgument(args);
    case 'git':
      return runByGit(args);
    case 'npm':
    case 'pnpm':
    case 'yarn':
    case 'bun':
      return /^(?:exec|dlx|x)$/.test(args[0]?.text ?? '') ? wrappedBy('npx', args.slice(1)) : [];
    case 'find':
    case 'fd':
    case 'fdfind':
      return executedBy(args);
    default:
      return wrappedBy(program, args);
  }
}

/** Whether the command only passes on what it runs, so that what holds for that holds for it. */
export function isTransparent(words: readonly ShellWord[]): boolean {
  const [name, ...args] = words;
  if (name === undefined || !args.every(({ isLiteral }) => isLiteral)) return false;
  if (['bash', 'sh', 'dash', 'zsh'].includes(name.text)) return args.length === 2 && /^-l?c$/.test(args[0]?.text ?? '');
  const shape = Object.hasOwn(WRAPPERS, name.text) ? WRAPPERS[name.text] : undefined;
  if (shape?.transparent === undefined) return false;
  const own = args.slice(0, args.length - innerWords(shape, args).length).map(({ text }) => text);
  return own.length < args.length && own.every((text) => shape.transparent?.some((pattern) => pattern.test(text)));
}

/** Whether it is a shell that runs what it reads as its input. */
export function readsScript([name, ...words]: readonly ShellWord[]): boolean {
  if (name?.isLiteral !== true || !isShell(name.text)) return false;
  const args = words.map(({ text }) => text);
  if (args.some((arg) => COMMAND_FLAG.test(arg))) return false;
  if (args.some((arg) => /^-[A-Za-z]*s|^-$|^\/dev\/(?:stdin|fd\/0)$|^\/proc\/self\/fd\/0$/.test(arg))) return true;
  return args.every(
    (arg, index) => /^[-+]/.test(arg) || /^[-+][oO]$|^--(?:rcfile|init-file)$/.test(args[index - 1] ?? ''),
  );
}

function wrappedBy(program: string, args: readonly ShellWord[]): readonly Wrapped[] {
  const shape = Object.hasOwn(WRAPPERS, program) ? WRAPPERS[program] : undefined;
  if (shape === undefined) return [];
  const scripts = ['flock', 'runuser', 'npx'].includes(program) ? scriptArgument(args) : splitStrings(program, args);
  const words = innerWords(shape, args);
  if (words.length === 0) return scripts;
  return [...scripts, { type: 'words', words, hasHiddenArguments: shape.hasHiddenArguments ?? false }];
}

/** The words after the wrapper's own options and operands. */
function innerWords(
  { valued, operands = 0, takesVariables = false }: WrapperShape,
  args: readonly ShellWord[],
): readonly ShellWord[] {
  let at = 0;
  let missing = operands;
  for (; at < args.length; at += 1) {
    const text = args[at]?.text ?? '';
    if (takesNext(valued, text)) at += 1;
    else if (takesVariables && /^[^-=][^=]*=/.test(text)) continue;
    else if (text === '--' || text.startsWith('-')) continue;
    else if (missing > 0) missing -= 1;
    else break;
  }
  return args.slice(at);
}

/** `-u`, the last of several as in `-iu`, and long ones that are cut short, as GNU's programs take them. */
function takesNext(valued: readonly string[], text: string): boolean {
  if (text.startsWith('--')) return text.length > 3 && valued.some((option) => option.startsWith(text));
  if (valued.includes(text)) return true;
  const letters = /^-([A-Za-z0-9]{2,})$/.exec(text)?.[1] ?? '';
  const first = Array.from(letters).findIndex((letter) => valued.includes(`-${letter}`));
  return first >= 0 && first === letters.length - 1;
}

/** The folder that a wrapper changes to before it runs anything: `env -C / rm …`. */
export function folderGiven([name, ...args]: readonly ShellWord[]): ShellWord | null {
  const flag = /^(?:env|sudo)$/.test(name === undefined ? '' : baseName(name.text)) ? /^(?:-[CD]|--chdir)$/ : null;
  if (flag === null) return null;
  for (const [index, { text }] of args.entries()) {
    if (flag.test(text)) return args[index + 1] ?? null;
    const attached = /^(?:-[CD]|--chdir=)(.+)$/s.exec(text)?.[1];
    if (attached !== undefined) return literalWord(attached);
    if (!text.startsWith('-')) return null;
  }
  return null;
}

/** `git submodule foreach …`, `git bisect run …` */
function runByGit(args: readonly ShellWord[]): readonly Wrapped[] {
  const at = args.findIndex(({ text }, index) =>
    /^(?:submodule foreach|bisect run)$/.test(`${args[index - 1]?.text ?? ''} ${text}`),
  );
  const words = at < 0 ? [] : args.slice(at + 1).filter((word, index) => index > 0 || !word.text.startsWith('-'));
  const [script] = words;
  if (script === undefined) return [];
  if (words.length === 1) return [{ type: 'script', text: script.text }];
  return [{ type: 'words', words, hasHiddenArguments: false }];
}

/** `env -S 'rm -rf x'`: a text that becomes words. */
function splitStrings(program: string, args: readonly ShellWord[]): Wrapped[] {
  if (program !== 'env') return [];
  return args.flatMap(({ text }, index): Wrapped[] => {
    const attached = /^(?:-S|--split-string=)(.+)$/s.exec(text)?.[1];
    const given = text === '-S' || text === '--split-string' ? args[index + 1]?.text : attached;
    return given === undefined ? [] : [{ type: 'script', text: given }];
  });
}

/** The text after `-c`. */
function scriptArgument(args: readonly ShellWord[]): readonly Wrapped[] {
  const flag = args.findIndex(({ text }) => COMMAND_FLAG.test(text) || text === '--command');
  // `bash -c -e 'text'` has options after it too
  const script = flag < 0 ? undefined : args.slice(flag + 1).find(({ text }) => !/^(?:[-+]\w+|--)$/.test(text));
  return script === undefined ? [] : [{ type: 'script', text: script.text }];
}

/** The commands after `-exec`, `-ok` and their kind. */
function executedBy(args: readonly ShellWord[]): readonly Wrapped[] {
  return args.flatMap(({ text }, index): Wrapped[] => {
    if (!/^-(?:exec|execdir|ok|okdir|x|X|-exec|-exec-batch)$/.test(text)) return [];
    const rest = args.slice(index + 1);
    const end = rest.findIndex((word) => word.text === ';' || word.text === '+');
    const words = end < 0 ? rest : rest.slice(0, end);
    return words.length === 0 ? [] : [{ type: 'words', words, hasHiddenArguments: true }];
  });
}

function afterEquals(text: string): string {
  return text.slice(text.indexOf('=') + 1);
}
