// Reads the part of Starlark that rule files are written in: calls at the top level, with strings and lists as arguments.
import { StarlarkReader, UnreadableStarlark } from './starlarkReader.ts';

export type StarlarkValue = string | readonly StarlarkValue[];

export interface StarlarkCall {
  readonly name: string;
  readonly positional: readonly StarlarkValue[];
  readonly named: ReadonlyMap<string, StarlarkValue>;
  /** Offsets of its first character and behind its closing parenthesis. */
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
}

export interface StarlarkProblem {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

export interface StarlarkFile {
  readonly calls: readonly StarlarkCall[];
  readonly problems: readonly StarlarkProblem[];
}

/** What begins a line when the statement before it was not understood. */
const NEXT_STATEMENT = /^[A-Za-z_]\w*[ \t]*\(/gm;
/** Deeper nesting is no rule, and would only fill the stack. */
const DEEPEST = 16;

/** The calls in their order. What is not understood is a problem with its line, and reading goes on at the next statement. */
export function readStarlark(text: string): StarlarkFile {
  const reader = new StarlarkReader(text);
  const calls: StarlarkCall[] = [];
  const problems: StarlarkProblem[] = [];
  reader.skip(true);
  while (!reader.isAtEnd) {
    const start = reader.at;
    try {
      const call = readStatement(reader);
      if (call !== null) calls.push(call);
    } catch (error) {
      if (!(error instanceof UnreadableStarlark)) throw error;
      problems.push({ line: reader.lineAt(error.at), message: error.message });
      reader.at = nextStatement(text, start);
    }
    reader.skip(true);
  }
  return { calls, problems };
}

function nextStatement(text: string, start: number): number {
  NEXT_STATEMENT.lastIndex = start + 1;
  return NEXT_STATEMENT.exec(text)?.index ?? text.length;
}

function readStatement(reader: StarlarkReader): StarlarkCall | null {
  const start = reader.at;
  if (reader.isIndented) throw reader.unreadable('A statement must begin at the start of its line');
  const call = reader.isAtString ? readDocumentation(reader) : readCall(reader, start);
  reader.skip(false);
  if (reader.take(';')) {
    reader.skip(false);
  } else if (!reader.isAtEnd && !reader.isAtLineEnd) {
    throw reader.unreadable(`${reader.shown()} is not expected here; each rule stands on lines of its own`);
  }
  return call;
}

/** A string that stands alone says something to the reader of the file, and nothing to us. */
function readDocumentation(reader: StarlarkReader): null {
  reader.string();
  return null;
}

function readCall(reader: StarlarkReader, start: number): StarlarkCall | null {
  const name = reader.name();
  if (name === 'pass') return null;
  reader.skip(false);
  if (name === null || !reader.take('(')) {
    reader.at = start;
    throw reader.unreadable(
      'Only calls of prefix_rule, network_rule and host_executable are understood, no variables, conditions or functions',
    );
  }
  const positional: StarlarkValue[] = [];
  const named = new Map<string, StarlarkValue>();
  for (reader.skip(true); !reader.take(')'); reader.skip(true)) {
    const at = reader.at;
    const argument = readArgument(reader);
    if (argument.name === null) {
      if (named.size > 0) throw reader.unreadable('An argument without a name must stand before those with one', at);
      positional.push(argument.value);
    } else if (named.has(argument.name)) {
      throw reader.unreadable(`${argument.name} is given twice`, at);
    } else {
      named.set(argument.name, argument.value);
    }
    takeComma(reader, ')');
  }
  return { name, positional, named, start, end: reader.at, line: reader.lineAt(start) };
}

function readArgument(reader: StarlarkReader): { readonly name: string | null; readonly value: StarlarkValue } {
  const start = reader.at;
  const name = reader.isAtString ? null : reader.name();
  reader.skip(true);
  if (name !== null && reader.take('=')) {
    reader.skip(true);
    return { name, value: readValue(reader, 0) };
  }
  reader.at = start;
  return { name: null, value: readValue(reader, 0) };
}

/** Strings and lists, and sums of them. */
function readValue(reader: StarlarkReader, depth: number): StarlarkValue {
  let value = readOperand(reader, depth);
  for (reader.skip(true); reader.take('+'); reader.skip(true)) {
    reader.skip(true);
    const at = reader.at;
    const more = readOperand(reader, depth);
    if (typeof value === 'string' && typeof more === 'string') value += more;
    else if (typeof value !== 'string' && typeof more !== 'string') value = [...value, ...more];
    else throw reader.unreadable('A string and a list cannot be added', at);
  }
  return value;
}

function readOperand(reader: StarlarkReader, depth: number): StarlarkValue {
  if (depth > DEEPEST) throw reader.unreadable('Nested too deeply');
  if (reader.isAtString) return reader.string();
  if (reader.take('[')) return readList(reader, depth);
  if (!reader.take('(')) throw reader.unreadable(`A string or a list is expected instead of ${reader.shown()}`);
  reader.skip(true);
  const value = readValue(reader, depth + 1);
  reader.skip(true);
  if (reader.take(')')) return value;
  throw reader.unreadable(`\`)\` is expected instead of ${reader.shown()}`);
}

function readList(reader: StarlarkReader, depth: number): readonly StarlarkValue[] {
  const values: StarlarkValue[] = [];
  for (reader.skip(true); !reader.take(']'); reader.skip(true)) {
    values.push(readValue(reader, depth + 1));
    takeComma(reader, ']');
  }
  return values;
}

function takeComma(reader: StarlarkReader, closing: string): void {
  reader.skip(true);
  if (!reader.take(',') && !reader.isAt(closing)) {
    throw reader.unreadable(`\`,\` or \`${closing}\` is expected instead of ${reader.shown()}`);
  }
}
