// Text as the user is shown it: a command without the shell it was wrapped in, and nothing hidden in what a decision hangs on.

/** Control, direction-changing, invisible and blank-looking characters, other than the plain space, tab and line break. */
const DECEPTIVE = /(?![\t\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/gu;

/** The text with each deceptive character spelled out, e.g. `\u{202e}`: what is shown is what runs. */
export function visible(text: string): string {
  return text.replaceAll(DECEPTIVE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Only a shell of a folder that belongs to the system goes without saying. */
const WRAPPED = /^(?:\/(?:usr\/(?:local\/)?|opt\/homebrew\/)?bin\/)?(?:ba|da|z|k)?sh -l?c (.+)$/s;

/** `/bin/bash -lc 'npm test'` -> `npm test`; a command that is wrapped in any other way is shown as it is. */
export function commandText(command: string): string {
  const inner = WRAPPED.exec(command.trim())?.[1];
  return inner === undefined ? command : (unquoted(inner) ?? command);
}

/** The one word that a POSIX shell would read; undefined when there is more than one word, or anything but plain quoting. */
function unquoted(text: string): string | undefined {
  let word = '';
  for (let index = 0; index < text.length;) {
    const char = text.charAt(index);
    if (char === "'") {
      const end = text.indexOf("'", index + 1);
      if (end < 0) return undefined;
      word += text.slice(index + 1, end);
      index = end + 1;
    } else if (char === '"') {
      const end = closingQuote(text, index + 1);
      if (end === undefined) return undefined;
      const quoted = text.slice(index + 1, end);
      // an expansion inside double quotes would be done by the outer shell: leave such a command alone
      if (/(?<!\\)[$`]/.test(quoted)) return undefined;
      word += quoted.replaceAll(/\\([\\"$`])/g, '$1');
      index = end + 1;
    } else if (char === '\\' && index + 1 < text.length) {
      word += text.charAt(index + 1);
      index += 2;
    } else if (/[\w@%+=:,./-]/.test(char)) {
      word += char;
      index += 1;
    } else return undefined;
  }
  return word;
}

function closingQuote(text: string, from: number): number | undefined {
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
  return undefined;
}

/** The first line, shortened, for a place where only one line fits. */
export function oneLine(text: string, limit = 80): string {
  const [first = '', ...rest] = text.trim().split('\n');
  const cut = first.length > limit ? first.slice(0, limit) : first;
  return cut.length < first.length || rest.length > 0 ? `${cut.trimEnd()}…` : cut;
}
