// A word of a shell script as far as it is known before the script runs.
import type { Assignment, Word, WordPart } from 'unbash';

export type WordPiece =
  | { readonly kind: 'text'; readonly text: string }
  /** An unquoted pattern for names of files. */
  | { readonly kind: 'glob'; readonly text: string }
  /** `{a,b}`: becomes several words. */
  | { readonly kind: 'braces'; readonly text: string }
  | { readonly kind: 'home'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly text: string }
  /** The path of a new file or folder among the temporary ones: `$(mktemp)`. */
  | { readonly kind: 'temporary'; readonly text: string }
  /** A substitution or a calculation: what it becomes is known only when it runs. */
  | { readonly kind: 'unknown'; readonly text: string };

export interface ShellWord {
  readonly pieces: readonly WordPiece[];
  /** With its quotes taken off; what is not known is as it was written. */
  readonly text: string;
  /** The command gets exactly `text`. */
  readonly isLiteral: boolean;
  /** Written in a way that hides what it says: `$'\x72m'`, `$"…"`. */
  readonly isObscure: boolean;
}

export function literalWord(text: string): ShellWord {
  return { pieces: [{ kind: 'text', text }], text, isLiteral: true, isObscure: false };
}

export function shellWord(word: Word): ShellWord {
  const { parts } = word;
  const pieces = parts === undefined ? [textPiece(word.value)] : parts.flatMap(piecesOf);
  const all = word.text.startsWith('~') ? withHome(pieces) : pieces;
  return {
    pieces: all,
    text: all.map(({ text }) => text).join(''),
    isLiteral: all.every(({ kind }) => kind === 'text'),
    isObscure: (parts ?? []).some(({ type }) => type === 'AnsiCQuoted' || type === 'LocaleString'),
  };
}

/** `NAME=value` among the arguments of a command. */
export function assignedWord({ text, name, append, value }: Assignment): ShellWord {
  if (value.type !== 'Word') return { pieces: [unknown({ text })], text, isLiteral: false, isObscure: false };
  const { pieces, isLiteral, isObscure, text: assigned } = shellWord(value);
  const start = `${name}${append === true ? '+' : ''}=`;
  return { pieces: [textPiece(start), ...pieces], text: start + assigned, isLiteral, isObscure };
}

function piecesOf(part: WordPart): WordPiece[] {
  switch (part.type) {
    case 'Literal':
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return [textPiece(part.value)];
    case 'DoubleQuoted':
    case 'LocaleString':
      // an empty quotation still makes a word
      return part.parts.length === 0 ? [textPiece('')] : part.parts.flatMap(piecesOf);
    case 'Glob':
    case 'ExtendedGlob':
      return [{ kind: 'glob', text: part.text }];
    case 'BraceExpansion':
      return [{ kind: 'braces', text: part.text }];
    case 'SimpleExpansion':
      return [{ kind: 'variable', name: part.text.slice(1), text: part.text }];
    case 'ParameterExpansion': {
      const isPlain = part.operation === undefined && part.prefix === undefined && part.index === undefined;
      return [isPlain ? { kind: 'variable', name: part.parameter, text: part.text } : unknown(part)];
    }
    case 'CommandExpansion': {
      const makesTemporary = /^(?:\$\(|`)\s*mktemp(?:\s+-[dqu]+)*\s*[)`]$/.test(part.text);
      return [makesTemporary ? { kind: 'temporary', text: part.text } : unknown(part)];
    }
    case 'ArithmeticExpansion':
    case 'ProcessSubstitution':
      return [unknown(part)];
  }
}

/** `~` and `~/x` mean the home folder; whose home `~name` is remains unknown. */
function withHome(pieces: readonly WordPiece[]): WordPiece[] {
  const [first, ...rest] = pieces;
  if (first?.kind !== 'text') return [...pieces];
  if (first.text !== '~' && !first.text.startsWith('~/')) return [{ kind: 'unknown', text: first.text }, ...rest];
  const below = first.text.slice(1);
  return [{ kind: 'home', text: '~' }, ...(below === '' ? [] : [textPiece(below)]), ...rest];
}

function textPiece(text: string): WordPiece {
  return { kind: 'text', text };
}

function unknown({ text }: { readonly text: string }): WordPiece {
  return { kind: 'unknown', text };
}
