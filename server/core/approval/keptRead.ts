// Commands that would show the model a file which is kept from it: `.env`, keys, passwords of a project.
import { isKeptFile } from '../../protocol/keptFiles.ts';
import { couldName } from '../pathPolicy/namePattern.ts';
import { fileName } from '../patch/paths.ts';
import { pathsIn } from './credentials.ts';
import { expandBraces } from './shell/braces.ts';
import type { Place } from './shell/place.ts';
import { programOf, type ShellCommand, type ShellScript } from './shell/shellScript.ts';
import type { ShellWord } from './shell/word.ts';
import { gitCall } from './tripwires/gitArguments.ts';
import { openedInCode } from './tripwires/inlineCode.ts';

/** They print what they are given, or send it away. Programs that merely use such a file are no matter. */
const SHOWS =
  /^(?:cat|tac|nl|rev|head|tail|less|more|most|bat|batcat|grep|egrep|fgrep|rg|ag|ack|sed|g?awk|mawk|cut|sort|uniq|paste|column|pr|expand|unexpand|iconv|shuf|(?:z|bz|xz)cat|z[ef]?grep|sdiff|vimdiff|tr|fold|fmt|base64|base32|xxd|od|hexdump|hd|strings|jq|yq|diff|cmp|comm|join|tee|dd|openssl|curl|wget|nc|ncat|scp|rsync|vim?|nano|ed|ex|view|print|Get-Content|gc|type)$/;

/** What such files are called most: for patterns, which name none of them. */
const NAMES = [
  ...['.env', '.env.local', '.envrc', '.netrc', '.npmrc', '.pypirc', 'id_rsa', 'id_ed25519'],
  ...['credentials', 'credentials.json', 'secrets.json', 'secrets.yaml'],
];
/** As much of a name has to be written out: `.e*` looks for it, `*.json` and `.*` do not. */
const LEAST_NAMED = 2;

/** Before what is made: `openssl … -keyout key.pem`. */
const WRITTEN = /^-(?:out|keyout)$/;

/** The word that names such a file; null when none is shown. */
export function keptFileShown({ commands }: ShellScript): string | null {
  for (const command of commands) {
    const found = shownWords(command).find((word) => isKept(word, command.place));
    if (found !== undefined) return found.text;
    const opened = openedInCode(command).find(isKeptFile);
    if (opened !== undefined) return opened;
  }
  return null;
}

function isKept(word: ShellWord, place: Place): boolean {
  return expandBraces(word)
    .flatMap((one) => pathsIn(one, place))
    .some((path) => isKeptFile(path) || NAMES.some((name) => couldName(fileName(path), name, LEAST_NAMED)));
}

function shownWords(command: ShellCommand): readonly ShellWord[] {
  const program = programOf(command);
  if (program === 'git')
    return /^(?:show|diff|cat-file|blame|log|grep)$/.test(gitCall(command)?.subcommand ?? '')
      ? command.words.slice(2)
      : [];
  const read = command.redirections.flatMap(({ operator, target }) =>
    /^<>?$/.test(operator) && target !== null ? [target] : [],
  );
  // `$(< file)`, and loops that read
  if (command.words.length === 0) return read;
  if (!SHOWS.test(program)) return [];
  const words = command.words.filter((_, index) => index > 0 && !WRITTEN.test(command.words[index - 1]?.text ?? ''));
  return [...words, ...read, ...handedOver(command)];
}

/** The names that `find` looks for when it, or `xargs` behind it, hands over what is shown; what `ls` lists for `xargs`. */
function handedOver({ hasHiddenArguments, wrapper, upstream }: ShellCommand): readonly ShellWord[] {
  if (!hasHiddenArguments) return [];
  return [...(wrapper === null ? [] : [wrapper]), ...upstream].flatMap((from) => {
    if (programOf(from) === 'ls') return from.words.slice(1);
    if (programOf(from) !== 'find') return [];
    return from.words.filter(
      (_, index) =>
        /^-i?(?:name|path)$/.test(from.words[index - 1]?.text ?? '') &&
        !/^(?:!|-not)$/.test(from.words[index - 2]?.text ?? ''),
    );
  });
}
