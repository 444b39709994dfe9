// Commands that would show the model a file which is kept from it: `.env`, keys, passwords of a project.
import { isKeptFile } from '../../protocol/keptFiles.ts';
import { pathsIn } from './credentials.ts';
import { programOf, type ShellCommand, type ShellScript } from './shell/shellScript.ts';
import type { ShellWord } from './shell/word.ts';

/** They print what they are given, or send it away. Programs that merely use such a file are no matter. */
const SHOWS =
  /^(?:cat|tac|nl|rev|head|tail|less|more|most|bat|batcat|grep|egrep|fgrep|rg|ag|ack|sed|g?awk|mawk|cut|sort|uniq|paste|column|tr|fold|fmt|base64|base32|xxd|od|hexdump|hd|strings|jq|yq|diff|cmp|comm|join|tee|dd|openssl|curl|wget|nc|ncat|scp|rsync|vim?|nano|ed|ex|view|print|Get-Content|gc|type)$/;

/** The word that names such a file; null when none is shown. */
export function keptFileShown({ commands }: ShellScript): string | null {
  for (const command of commands) {
    const found = shownWords(command).find((word) => pathsIn(word, command.place).some(isKeptFile));
    if (found !== undefined) return found.text;
  }
  return null;
}

function shownWords(command: ShellCommand): readonly ShellWord[] {
  const program = programOf(command);
  if (program === 'git')
    return /^(?:show|diff|cat-file|blame|log|grep)$/.test(command.words[1]?.text ?? '') ? command.words.slice(2) : [];
  if (!SHOWS.test(program)) return [];
  const read = command.redirections.flatMap(({ operator, target }) =>
    operator === '<' && target !== null ? [target] : [],
  );
  return [...command.words.slice(1), ...read];
}
