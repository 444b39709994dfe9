// Tripwire: reading keys, passwords and sessions of the user.
import { credentialsAt } from '../credentials.ts';
import { pathOf } from '../shell/place.ts';
import { argumentsOf, hasFlag, programOf, type ShellCommand } from '../shell/shellScript.ts';
import type { ShellWord } from '../shell/word.ts';
import { literalWord } from '../shell/word.ts';
import { readInCode } from './inlineCode.ts';
import type { Tripwire } from './tripwire.ts';

/** They use a key for what it is for, look at names only, or change who may read. */
const USES = new Set([
  'ls',
  'stat',
  'test',
  '[',
  'chmod',
  'chown',
  'mkdir',
  'touch',
  'ssh-add',
  'ssh-keygen',
  'kubectl',
  'helm',
  'aws',
  'which',
  'cd',
  'pushd',
  'echo',
  'printf',
]);
const TAKES_KEY = new Set(['ssh', 'scp', 'sftp', 'autossh', 'mosh', 'rsync', 'git']);

export const credentialRead: Tripwire = {
  name: 'credential_read',
  command(command, { places }) {
    const asked = askedStore(command) ?? copiedHome(command) ?? searchedHome(command);
    if (asked !== null) return asked;
    for (const word of readWords(command)) {
      const label = credentialsAt(word, command.place, places);
      if (label !== null) return `Reads ${label}: ${word.text}`;
    }
    return null;
  },
};

/** Programs that hand out what a key store holds. */
function askedStore(command: ShellCommand): string | null {
  const args = argumentsOf(command);
  switch (programOf(command)) {
    case 'security':
      return /^(?:find-(?:generic|internet)-password|dump-keychain|export|find-key)$/.test(args[0] ?? '')
        ? 'Reads passwords from the keychain.'
        : null;
    case 'gpg':
    case 'gpg2':
      return args.some((arg) => arg.startsWith('--export-secret')) ? 'Exports secret keys of GnuPG.' : null;
    case 'secret-tool':
      return args[0] === 'lookup' || args[0] === 'search' ? 'Reads passwords from the key store of the system.' : null;
    case 'kwallet-query':
      return 'Reads passwords from the key store of the system.';
    case 'pass':
      return args[0] === undefined || ['ls', 'list', 'find', 'git', 'help', 'version', '--help'].includes(args[0])
        ? null
        : 'Reads stored passwords.';
    case 'op':
      return args[0] === 'read' || (args[0] === 'item' && args[1] === 'get') ? 'Reads stored passwords.' : null;
    case 'cmdkey':
      return args.some((arg) => /^\/list/i.test(arg)) ? 'Lists stored passwords.' : null;
    case 'gh':
      return args[0] === 'auth' && (args[1] === 'token' || hasFlag(args, 't', '--show-token'))
        ? 'Shows the token for GitHub.'
        : null;
    case 'az':
      return args[0] === 'account' && args[1] === 'get-access-token' ? 'Shows a token for Azure.' : null;
    case 'kubectl':
      return args[0] === 'config' && args.includes('--raw') ? 'Shows credentials of Kubernetes.' : null;
    case 'gcloud':
      return args[0] === 'auth' && args[1]?.startsWith('print-') === true ? 'Shows a token for Google Cloud.' : null;
    case 'aws':
      return args[0] === 'configure' && (args[1] === 'get' || args[1] === 'export-credentials')
        ? 'Shows credentials of AWS.'
        : null;
    case 'git':
      return (args.includes('credential') && args.includes('fill')) || asksGitForCredential(args)
        ? 'Reads passwords for Git.'
        : null;
    default:
      return null;
  }
}

function asksGitForCredential(args: readonly string[]): boolean {
  return args.some((arg, index) => arg.startsWith('credential-') && args[index + 1] === 'get');
}

const COPIES = /^(?:tar|bsdtar|zip|7z|cp|rsync|scp|ditto)$/;

/** A copy of a whole home folder has its keys in it. */
function copiedHome(command: ShellCommand): string | null {
  if (!COPIES.test(programOf(command))) return null;
  const { home } = command.place;
  // the last word of a copy says where it goes
  const words = /^(?:cp|rsync|scp|ditto)$/.test(programOf(command))
    ? command.words.slice(1, -1)
    : command.words.slice(1);
  const isHome = words.some(
    (word, index) =>
      !isEntered(words, index) && ['/', '/home', '/Users', home].includes(pathOf(word, command.place) ?? ''),
  );
  return isHome && !isUnpacking(command) ? 'Copies a home folder with the keys in it.' : null;
}

/** `grep -r token ~` prints what it finds in them. The first operand is what is looked for. */
function searchedHome({ words, place, ...command }: ShellCommand): string | null {
  const args = words.slice(1).map(({ text }) => text);
  const program = programOf({ words, place, ...command });
  const isDeep = /^(?:rg|ag|ack)$/.test(program) || (/^[ef]?grep$/.test(program) && hasFlag(args, 'rR', '--recursive'));
  if (!isDeep || args.includes('--files')) return null;
  const operands = words.slice(1).filter(({ text }) => !text.startsWith('-'));
  const isHome = operands
    .slice(1)
    .some(
      (word) => !/^\.*\/?$/.test(word.text) && ['/', '/home', '/Users', place.home].includes(pathOf(word, place) ?? ''),
    );
  return isHome || (operands.length > 1 && operands.at(-1)?.text === '/')
    ? 'Searches a home folder with the keys in it.'
    : null;
}

/** The folder after `tar -C`, of which not all is named. */
function isEntered(words: readonly ShellWord[], index: number): boolean {
  const isFolder = /^(?:-C|--directory)$/.test(words[index - 1]?.text ?? '');
  return isFolder && !words.some(({ text }) => /^\.\/?$|^\*$/.test(text));
}

/** `tar xf a -C /` writes there. */
function isUnpacking({ words }: ShellCommand): boolean {
  return words.some(({ text }) => /^-?[a-z]*x[a-z]*$|^--(?:extract|get)$/.test(text));
}

/** The words that name what is read: operands, and files that are redirected into the command. */
function readWords(command: ShellCommand): readonly ShellWord[] {
  const program = programOf(command);
  const redirected = command.redirections.flatMap(({ operator, target }) =>
    target !== null && /^<>?$/.test(operator) ? [target] : [],
  );
  const inCode = readInCode(command).map(literalWord);
  if (USES.has(program)) return [...redirected, ...inCode];
  const words = command.words.filter(
    (_, index) => !(TAKES_KEY.has(program) && /^-[A-Za-z]*[iFS]$/.test(command.words[index - 1]?.text ?? '')),
  );
  return [...words, ...redirected, ...inCode];
}
