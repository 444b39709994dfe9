// Where the statements of a TOML text stand: its table headers and its key-value pairs, with the places of their parts.
import { parse, type TomlValue } from 'smol-toml';

/** `[table]` or `[[list]]`. */
export interface HeaderStatement {
  readonly type: 'header';
  readonly path: readonly string[];
  readonly isList: boolean;
  /** Of its line, the line's end included. */
  readonly start: number;
  readonly end: number;
}

/** `key = value`, which may go over several lines. */
export interface PairStatement {
  readonly type: 'pair';
  /** Of the table it stands in, as its header says. */
  readonly section: readonly string[];
  /** Whether that is an element of a list, whose place no path can name. */
  readonly isInList: boolean;
  /** From the root. */
  readonly path: readonly string[];
  /** Of its lines, the last line's end included. */
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export type Statement = HeaderStatement | PairStatement;

/** The statements of a text that is known to be TOML, in order; what stands between them is comments and empty lines. */
export function statementsOf(text: string): Statement[] {
  const statements: Statement[] = [];
  const lists = new Set<string>();
  let header: HeaderStatement | null = null;
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const start = at;
    const first = skipBlanks(text, at);
    const mark = text[first];
    if (mark === '[') {
      header = headerAt(text, { start, first });
      if (header.isList) lists.add(JSON.stringify(header.path));
      statements.push(header);
      at = header.end;
    } else if (mark === undefined || mark === '#' || mark === '\n' || mark === '\r') {
      at = lineEnd(text, first);
    } else {
      const section = header?.path ?? [];
      const isInList = section.some((_key, index) => lists.has(JSON.stringify(section.slice(0, index + 1))));
      const pair = pairAt(text, { start, section, isInList });
      statements.push(pair);
      at = pair.end;
    }
  }
  return statements;
}

/** Behind the line break of the line; the end of the text when it is the last one. */
export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}

function headerAt(text: string, { start, first }: { start: number; first: number }): HeaderStatement {
  const isList = text[first + 1] === '[';
  const from = first + (isList ? 2 : 1);
  const to = keyEnd(text, from, ']');
  return { type: 'header', path: keyPath(text.slice(from, to)), isList, start, end: lineEnd(text, to) };
}

function pairAt(
  text: string,
  { start, section, isInList }: { start: number; section: readonly string[]; isInList: boolean },
): PairStatement {
  const equals = keyEnd(text, start, '=');
  const valueStart = skipBlanks(text, equals + 1);
  const valueEnd = valueEndAt(text, valueStart);
  return {
    type: 'pair',
    section,
    isInList,
    path: [...section, ...keyPath(text.slice(start, equals))],
    start,
    end: lineEnd(text, valueEnd),
    valueStart,
    valueEnd,
  };
}

/** A dotted key as TOML reads it: the parser of the values reads the keys too. */
function keyPath(key: string): string[] {
  const path: string[] = [];
  let value: TomlValue = parse(`${key.trim()} = 0`);
  while (typeof value === 'object' && !Array.isArray(value)) {
    const entry: [string, TomlValue] | undefined = Object.entries(value)[0];
    if (entry === undefined) break;
    path.push(entry[0]);
    value = entry[1];
  }
  return path;
}

/** The place of the first `mark` that stands in no quotes. */
function keyEnd(text: string, from: number, mark: string): number {
  let at = from;
  while (at < text.length && text[at] !== mark) at = isQuote(text[at]) ? quoteEnd(text, at) : at + 1;
  return at;
}

/** Behind the value: before the blanks, the comment and the line break that follow. */
function valueEndAt(text: string, from: number): number {
  let depth = 0;
  let at = from;
  let end = from;
  while (at < text.length) {
    const mark = text[at];
    if (isQuote(mark)) {
      at = quoteEnd(text, at);
      end = at;
      continue;
    }
    if (mark === '#') {
      if (depth === 0) return end;
      at = lineEnd(text, at);
      continue;
    }
    if (mark === '\n' && depth === 0) return end;
    if (mark === '[' || mark === '{') depth += 1;
    if (mark === ']' || mark === '}') depth -= 1;
    at += 1;
    if (mark !== ' ' && mark !== '\t' && mark !== '\r' && mark !== '\n') end = at;
  }
  return end;
}

/** Behind a text in quotes of any of the four kinds. */
function quoteEnd(text: string, start: number): number {
  const quote = text[start] ?? '"';
  const isLong = text.startsWith(quote.repeat(3), start);
  const close = isLong ? quote.repeat(3) : quote;
  let at = start + close.length;
  while (at < text.length && !text.startsWith(close, at)) at += quote === '"' && text[at] === '\\' ? 2 : 1;
  at += close.length;
  // up to two quotes may stand right before the closing three
  while (isLong && text[at] === quote) at += 1;
  return at;
}

function isQuote(mark: string | undefined): boolean {
  return mark === '"' || mark === "'";
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}
