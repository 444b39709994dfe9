// Splits a plain shell script into simple commands and their words, and gives up on everything that is more than that.

export interface SimpleCommand {
  /** The words with their quotes taken off. */
  readonly words: readonly string[];
  /** The command as it was written. */
  readonly text: string;
  /** What stands before it: the start, a pipe, or any other separator. */
  readonly after: 'start' | 'pipe' | 'separator';
}

// a number, `>` or `>>`, and a target that no file is written to
const HARMLESS_REDIRECTION = /^(?:[12]?>>?|&>>?)\s*\/dev\/null(?=[\s;|&]|$)|^2>&1(?=[\s;|&]|$)/;
const OPERATOR = /^(?:&&|\|\||;|\n|\|(?!&))/;
/** A longer script is never the kind that has a short description. */
const LONGEST_SCRIPT = 20_000;
const SPECIAL = '$`(){}<>&#!';

/**
 * The simple commands of `script`, or null when it has anything else in it: expansions, substitutions, redirections to files,
 * groups, background jobs, comments, unclosed quotes. Good for display; it is not what decides whether a command may run.
 */
export function splitScript(script: string): readonly SimpleCommand[] | null {
  if (script.length > LONGEST_SCRIPT) return null;
  const commands: SimpleCommand[] = [];
  let after: SimpleCommand['after'] = 'start';
  let words: string[] = [];
  let from = 0;
  let at = 0;
  const close = (end: number): boolean => {
    if (words.length === 0) return false;
    commands.push({ words, text: script.slice(from, end).trim(), after });
    words = [];
    return true;
  };
  while (at < script.length) {
    const rest = script.slice(at);
    const operator = OPERATOR.exec(rest)?.[0];
    const redirection = operator === undefined ? HARMLESS_REDIRECTION.exec(rest)?.[0] : undefined;
    if (operator !== undefined) {
      const closed = close(at);
      if (!closed && operator !== '\n') return null;
      if (closed) after = operator === '|' ? 'pipe' : 'separator';
      at += operator.length;
      from = at;
    } else if (redirection !== undefined) {
      at += redirection.length;
    } else if (/^\s/.test(rest)) {
      at += 1;
    } else {
      const word = readWord(script, at);
      // an operator that is none of ours, as in `a |& b`, is no word, and nothing would ever come after it
      if (word === null || word.end === at) return null;
      words.push(word.text);
      at = word.end;
    }
  }
  const closed = close(script.length);
  return commands.length === 0 || (!closed && after === 'pipe') ? null : commands;
}

interface Word {
  readonly text: string;
  readonly end: number;
}

function readWord(script: string, start: number): Word | null {
  let text = '';
  let at = start;
  while (at < script.length) {
    const character = script.charAt(at);
    if (/[\s;|]/.test(character)) break;
    if (character === "'" || character === '"') {
      const quoted = readQuoted(script, at);
      if (quoted === null) return null;
      text += quoted.text;
      at = quoted.end;
    } else if (character === '\\') {
      if (at + 1 >= script.length) return null;
      text += script.charAt(at + 1);
      at += 2;
    } else if (SPECIAL.includes(character) && !(character === '#' && at > start)) {
      return character === '&' && script.startsWith('&&', at) && at > start ? { text, end: at } : null;
    } else {
      text += character;
      at += 1;
    }
  }
  return { text, end: at };
}

function readQuoted(script: string, start: number): Word | null {
  const quote = script.charAt(start);
  let text = '';
  for (let at = start + 1; at < script.length; at += 1) {
    const character = script.charAt(at);
    if (character === quote) return { text, end: at + 1 };
    if (quote === '"' && (character === '$' || character === '`')) return null;
    if (quote === '"' && character === '\\' && /[\\"$`\n]/.test(script.charAt(at + 1))) {
      at += 1;
      if (script.charAt(at) !== '\n') text += script.charAt(at);
    } else {
      text += character;
    }
  }
  return null;
}
