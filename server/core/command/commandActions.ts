// Tells from a script's text what it will do, so that a client can say "read README.md" instead of showing shell code.
import type { CommandAction } from '../../protocol/schema/item.ts';
import { splitScript, type SimpleCommand } from './shellWords.ts';

/** `action`: worth showing. `filter`: only shapes the output of the command before it. `folder`: changes the folder. */
type Meaning =
  | { readonly type: 'actions'; readonly actions: readonly CommandAction[] }
  | { readonly type: 'filter' }
  | { readonly type: 'folder'; readonly path: string };

/**
 * The actions of `script` run in `cwd` (absolute). One `unknown` action with the whole script unless every part of it is
 * understood to read, list or search.
 */
export function commandActions(script: string, cwd: string): CommandAction[] {
  const unknown: CommandAction[] = [{ type: 'unknown', command: script.trim() }];
  const actions: CommandAction[] = [];
  let folder = cwd;
  for (const command of splitScript(script) ?? []) {
    const meaning = meaningOf(command, folder);
    if (meaning === null) return unknown;
    if (meaning.type === 'folder') folder = meaning.path;
    if (meaning.type === 'actions') actions.push(...meaning.actions);
  }
  return actions.length > 0 ? actions : unknown;
}

function meaningOf(command: SimpleCommand, folder: string): Meaning | null {
  const [program = '', ...args] = command.words;
  const piped = command.after === 'pipe';
  switch (program) {
    case 'cd':
      return !piped && args.length === 1 && isPlainPath(args[0])
        ? { type: 'folder', path: resolvePath(folder, args[0]) }
        : null;
    case 'cat':
    case 'bat':
    case 'less':
    case 'more':
    case 'nl':
    case 'head':
    case 'tail':
    case 'sed':
      return reading(command, folder);
    case 'wc':
    case 'sort':
    case 'uniq':
    case 'cut':
    case 'tr':
      return piped ? { type: 'filter' } : null;
    case 'ls':
    case 'eza':
    case 'exa':
    case 'tree':
    case 'du':
      return listing(command.text, operands(args, LIST_VALUES)[0]);
    case 'find':
      return finding(command.text, args);
    case 'fd':
    case 'fdfind':
      return args.some((arg) => /^(-x|-X|--exec.*)$/.test(arg))
        ? null
        : searching(command.text, operands(args, FD_VALUES), 'list');
    case 'rg':
    case 'grep':
    case 'egrep':
    case 'fgrep':
      return grepping(command, args);
    case 'git':
      if (args[0] === 'ls-files') return listing(command.text, operands(args.slice(1), [])[0]);
      return args[0] === 'grep' ? grepping(command, args.slice(1)) : null;
    default:
      return null;
  }
}

const LIST_VALUES = ['-I', '--ignore', '-w', '-T', '-L', '-P', '-d', '--max-depth', '--level', '--depth'];
const FD_VALUES = ['-e', '-t', '-d', '-E', '--extension', '--type', '--max-depth', '--exclude'];
const GREP_VALUES = [
  ...[
    '-A',
    '-B',
    '-C',
    '-m',
    '-g',
    '-t',
    '-T',
    '-d',
    '-j',
    '-f',
    '-M',
    '-r',
    '--glob',
    '--iglob',
    '--type',
    '--type-not',
  ],
  ...[
    '--max-count',
    '--max-depth',
    '--include',
    '--exclude',
    '--exclude-dir',
    '--context',
    '--sort',
    '--color',
    '--replace',
  ],
];

function reading(command: SimpleCommand, folder: string): Meaning | null {
  const files = filesRead(command.words);
  if (files === null) return null;
  if (files.length === 0) return command.after === 'pipe' ? { type: 'filter' } : null;
  if (!files.every(isPlainPath)) return null;
  return {
    type: 'actions',
    actions: files.map((file) => ({
      type: 'read' as const,
      command: command.text,
      name: file.slice(file.lastIndexOf('/') + 1) || file,
      path: resolvePath(folder, file),
    })),
  };
}

/** The files that a pager-like command reads; null when it does more than reading. */
function filesRead(words: readonly string[]): readonly string[] | null {
  const [program = '', ...args] = words;
  switch (program) {
    case 'head':
    case 'tail':
      return operands(args, ['-n', '-c', '--lines', '--bytes']);
    case 'sed': {
      const [flag, range, ...files] = args;
      return flag === '-n' && range !== undefined && /^\d+(,(\d+|\$))?p$/.test(range) ? files : null;
    }
    case 'nl':
      return operands(args, ['-b', '-w', '-s', '-v']);
    case 'bat':
      return operands(args, ['-l', '-r', '--language', '--line-range', '--style', '--theme']);
    default:
      return operands(args, []);
  }
}

function listing(text: string, path: string | undefined): Meaning {
  return { type: 'actions', actions: [{ type: 'listFiles', command: text, path: path ?? null }] };
}

function searching(text: string, [query, path]: readonly string[], without: 'list' | 'nothing'): Meaning | null {
  if (query === undefined) return without === 'list' ? listing(text, undefined) : null;
  return { type: 'actions', actions: [{ type: 'search', command: text, query, path: path ?? null }] };
}

function grepping(command: SimpleCommand, args: readonly string[]): Meaning | null {
  if (args.some((arg) => /^--(pre|pre-glob|open-files-in-pager.*)(=|$)/.test(arg) || arg.startsWith('-O'))) return null;
  const isRipgrep = command.words[0] === 'rg';
  if (isRipgrep && args.includes('--files')) return listing(command.text, operands(args, GREP_VALUES)[0]);
  const named = args.findIndex((arg) => arg === '-e' || arg === '--regexp');
  const given = args[named + 1];
  // for grep -r is a flag, for ripgrep it takes a value
  const valued = isRipgrep ? GREP_VALUES : GREP_VALUES.filter((flag) => flag !== '-r');
  const rest = operands(args, [...valued, '-e', '--regexp']);
  const found = named >= 0 && given !== undefined ? [given, ...rest] : rest;
  if (command.after === 'pipe' && found.length < 2) return { type: 'filter' };
  return searching(command.text, found, 'nothing');
}

function finding(text: string, args: readonly string[]): Meaning | null {
  if (args.some((arg) => /^-(exec|execdir|ok|okdir|delete|fprint|fprintf|fprint0|fls)$/.test(arg))) return null;
  const path = args[0] !== undefined && !/^[-(]/.test(args[0]) ? args[0] : undefined;
  const name = args.findIndex((arg) => /^-i?(name|path|regex)$/.test(arg));
  const query = name >= 0 ? args[name + 1] : undefined;
  return query === undefined
    ? listing(text, path)
    : searching(text, path === undefined ? [query] : [query, path], 'nothing');
}

/** The arguments that are neither flags nor the values of the flags in `valued`. */
function operands(args: readonly string[], valued: readonly string[]): string[] {
  const found: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    if (arg === '--') return [...found, ...args.slice(index + 1)];
    if (valued.includes(arg)) index += 1;
    else if (!arg.startsWith('-') || arg === '-') found.push(arg);
  }
  return found;
}

/** Whether a word names one path by itself: no pattern, no home folder, no standard input. */
function isPlainPath(word: string | undefined): word is string {
  return word !== undefined && word !== '' && word !== '-' && !word.startsWith('~') && !/[*?[\]]/.test(word);
}

function resolvePath(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
