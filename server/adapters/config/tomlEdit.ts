// Changes values of a TOML text and leaves the rest as its writer left it: comments, order, empty lines.
import { isDeepStrictEqual } from 'node:util';
import { parse, type TomlTable, type TomlValue } from 'smol-toml';
import { lineEnd, statementsOf, type HeaderStatement, type PairStatement } from './tomlStatements.ts';
import { isTableList, isTomlTable, keyText, valueText } from './tomlText.ts';

type Path = readonly string[];

export interface TomlEdit {
  readonly path: Path;
  /** Undefined takes the value away. */
  readonly value: TomlValue | undefined;
  /** A table is merged into the table that is there, instead of taking its place. */
  readonly isMerged: boolean;
}

/** The text with the edits made in order. Throws for a text that is no TOML, and rather than give one with another meaning than asked for. */
export function editToml(text: string, edits: readonly TomlEdit[]): string {
  const editor = new TomlEditor(text);
  let wanted = editor.table();
  for (const { path, value, isMerged } of edits) {
    wanted = wantedTable(wanted, path, { value, isMerged });
    if (isMerged) editor.merge(path, value);
    else editor.set(path, value);
  }
  if (!isEqual(editor.table(), wanted))
    throw new Error('The file cannot be changed without changing more than was asked for; change it by hand.');
  return editor.text;
}

class TomlEditor {
  #text: string;
  readonly #newline: string;

  constructor(text: string) {
    this.#text = text;
    this.#newline = /\r?\n/.exec(text)?.[0] ?? '\n';
  }

  get text(): string {
    return this.#text;
  }

  table(): TomlTable {
    return parse(this.#text.replace(/^\uFEFF/, ''), { integersAsBigInt: 'asNeeded' });
  }

  merge(path: Path, value: TomlValue | undefined): void {
    if (!isTomlTable(value) || !isTomlTable(valueIn(this.table(), path))) return this.set(path, value);
    for (const [key, entry] of Object.entries(value)) this.merge([...path, key], entry);
  }

  set(path: Path, value: TomlValue | undefined): void {
    const { pairs, headers } = this.#statements();
    const owner = pairs.find((pair) => !pair.isInList && isWithin(path, pair.path));
    if (owner !== undefined) return this.#setInPair(owner, path, value);
    const list = headers.find((header) => header.isList && isWithin(path, header.path));
    if (list !== undefined && list.path.length < path.length) {
      if (value === undefined) return;
      this.#remove(list.path);
    } else if (list !== undefined && value !== undefined && isTableList(value)) {
      return this.#setList(path, value);
    } else if (list === undefined && isTomlTable(value)) {
      const known = valueIn(this.table(), path);
      const stale = isTomlTable(known) ? Object.keys(known).filter((key) => !Object.hasOwn(value, key)) : [];
      for (const key of stale) this.#remove([...path, key]);
      for (const [key, entry] of scalarsFirst(value)) this.set([...path, key], entry);
      return;
    }
    this.#remove(path);
    if (value !== undefined) this.#insert(path, value);
  }

  #setInPair(owner: PairStatement, path: Path, value: TomlValue | undefined): void {
    const rest = path.slice(owner.path.length);
    if (rest.length === 0 && value === undefined) return this.#cut([[owner.start, owner.end]]);
    const known = valueIn(this.table(), owner.path);
    if (rest.length > 0 && value === undefined && !isTomlTable(known)) return;
    const whole = rest.length === 0 ? value : setIn(isTomlTable(known) ? known : {}, rest, value);
    if (whole !== undefined && !isEqual(whole, known)) this.#splice(owner.valueStart, owner.valueEnd, valueText(whole));
  }

  /** Elements that are as they were keep their text. */
  #setList(path: Path, elements: readonly TomlTable[]): void {
    const { headers } = this.#statements();
    const starts = headers.filter((header) => header.isList && isSame(header.path, path));
    const known = valueIn(this.table(), path);
    const before = Array.isArray(known) ? known : [];
    let kept = 0;
    while (kept < elements.length && kept < before.length && isEqual(elements[kept], before[kept])) kept += 1;
    const firstGone = starts[kept];
    if (firstGone !== undefined) {
      const gone = headers.filter((header) => header.start >= firstGone.start && isWithin(header.path, path));
      this.#cut(gone.map((header) => this.#sectionRange(header, headers)));
    }
    this.#appendElements(path, elements.slice(kept));
  }

  #remove(path: Path): void {
    const { pairs, headers } = this.#statements();
    this.#cut([
      ...pairs.filter((pair) => isWithin(pair.path, path)).map(({ start, end }): Range => [start, end]),
      ...headers.filter((header) => isWithin(header.path, path)).map((header) => this.#sectionRange(header, headers)),
    ]);
  }

  /** Where there is nothing at the path yet. */
  #insert(path: Path, value: TomlValue): void {
    if (isTableList(value) && value.every((entry) => Object.keys(entry).length > 0)) this.#appendElements(path, value);
    else this.#insertPair(path, valueText(value));
  }

  #insertPair(path: Path, value: string): void {
    const parent = path.slice(0, -1);
    const { pairs, headers } = this.#statements();
    const header = headers.find((candidate) => !candidate.isList && isSame(candidate.path, parent));
    const sisters = pairs.filter(
      (pair) => !pair.isInList && (parent.length === 0 || header !== undefined) && isSame(pair.section, parent),
    );
    const dotted = pairs.filter(
      (pair) => !pair.isInList && pair.section.length < parent.length && isWithin(pair.path, parent),
    );
    const neighbour = sisters.at(-1) ?? dotted.at(-1);
    if (neighbour !== undefined) {
      const indent = /^[ \t]*/.exec(this.#text.slice(neighbour.start))?.[0] ?? '';
      const line = `${indent}${keyText(path.slice(neighbour.section.length))} = ${value}`;
      this.#insertLines(neighbour.end, [line]);
      return;
    }
    const line = `${keyText(path.slice(-1))} = ${value}`;
    if (header !== undefined) return this.#insertLines(header.end, [line]);
    if (parent.length === 0) return this.#insertFirst(line, headers);
    const child = headers.find((candidate) => isWithin(candidate.path, parent));
    const section = [`[${keyText(parent)}]`, line];
    if (child === undefined) this.#append(section);
    else this.#insertLines(this.#blockStart(child), [...section, '']);
  }

  /** The first value of the root: before the first table and the comment that belongs to it. */
  #insertFirst(line: string, headers: readonly HeaderStatement[]): void {
    const [first] = headers;
    if (first === undefined) return this.#insertLines(this.#text.length, [line]);
    this.#insertLines(this.#blockStart(first), [line, '']);
  }

  /** Elements of a list come after those that are there. */
  #appendElements(path: Path, elements: readonly TomlTable[]): void {
    for (const element of elements) {
      const lines = [
        `[[${keyText(path)}]]`,
        ...Object.entries(element).map(([key, value]) => `${keyText([key])} = ${valueText(value)}`),
      ];
      const { headers } = this.#statements();
      const last = headers.findLast((header) => isWithin(header.path, path));
      const next = last === undefined ? undefined : headers[headers.indexOf(last) + 1];
      if (next === undefined) this.#append(lines);
      else this.#insertLines(this.#blockStart(next), [...lines, '']);
    }
  }

  #append(lines: readonly string[]): void {
    const hasText = this.#text.trim() !== '';
    const isApart = /\n[ \t]*\r?\n$/.test(this.#text);
    this.#insertLines(this.#text.length, hasText && !isApart ? ['', ...lines] : lines);
  }

  #insertLines(at: number, lines: readonly string[]): void {
    const isOpen = at > 0 && this.#text[at - 1] !== '\n' && this.#text[at - 1] !== '\uFEFF';
    const text = lines.map((line) => line + this.#newline).join('');
    this.#splice(at, at, isOpen ? this.#newline + text : text);
  }

  /** From its own comment to the comment of the next table. */
  #sectionRange(header: HeaderStatement, headers: readonly HeaderStatement[]): Range {
    const next = headers.find((candidate) => candidate.start > header.start);
    return [this.#blockStart(header), next === undefined ? this.#text.length : this.#blockStart(next)];
  }

  /** Where the comment lines begin that stand right above a header. */
  #blockStart(header: HeaderStatement): number {
    let start = header.start;
    while (start > 0) {
      const lineStart = this.#text.lastIndexOf('\n', start - 2) + 1;
      if (!/^\uFEFF?[ \t]*#/.test(this.#text.slice(lineStart, lineEnd(this.#text, lineStart)))) break;
      start = lineStart;
    }
    return start === 0 && this.#text.startsWith('\uFEFF') ? 1 : start;
  }

  /** Ranges may overlap. */
  #cut(ranges: readonly Range[]): void {
    let text = '';
    let at = 0;
    for (const [start, end] of ranges.toSorted(([left], [right]) => left - right)) {
      text += this.#text.slice(at, Math.max(at, start));
      at = Math.max(at, end);
    }
    this.#text = text + this.#text.slice(at);
  }

  #splice(start: number, end: number, text: string): void {
    this.#text = this.#text.slice(0, start) + text + this.#text.slice(end);
  }

  #statements(): { pairs: PairStatement[]; headers: HeaderStatement[] } {
    const statements = statementsOf(this.#text);
    return {
      pairs: statements.filter((statement) => statement.type === 'pair'),
      headers: statements.filter((statement) => statement.type === 'header'),
    };
  }
}

type Range = readonly [start: number, end: number];

function isWithin(path: Path, ancestor: Path): boolean {
  return path.length >= ancestor.length && ancestor.every((key, index) => path[index] === key);
}

function isSame(left: Path, right: Path): boolean {
  return left.length === right.length && isWithin(left, right);
}

function valueIn(table: TomlTable, path: Path): TomlValue | undefined {
  let value: TomlValue | undefined = table;
  for (const key of path) value = isTomlTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value;
}

/** A copy with another value at the path; what is no table on the way gives way, unless a value is only taken away. */
function setIn(table: TomlTable, [key, ...rest]: Path, value: TomlValue | undefined): TomlTable {
  if (key === undefined) return table;
  const others = Object.entries(table);
  const at = others.findIndex(([name]) => name === key);
  const known = at < 0 ? undefined : others[at]?.[1];
  if (rest.length > 0 && value === undefined && !isTomlTable(known)) return table;
  const next = rest.length === 0 ? value : setIn(isTomlTable(known) ? known : {}, rest, value);
  if (next === undefined) return Object.fromEntries(others.filter(([name]) => name !== key));
  if (at < 0) return Object.fromEntries([...others, [key, next]]);
  return Object.fromEntries(others.with(at, [key, next]));
}

function wantedTable(
  table: TomlTable,
  path: Path,
  { value, isMerged }: Pick<TomlEdit, 'value' | 'isMerged'>,
): TomlTable {
  if (!isMerged || !isTomlTable(value) || !isTomlTable(valueIn(table, path))) return setIn(table, path, value);
  return Object.entries(value).reduce(
    (merged, [key, entry]) => wantedTable(merged, [...path, key], { value: entry, isMerged }),
    table,
  );
}

/** Scalars of a new table come before its own tables, or they would belong to those. */
function scalarsFirst(table: TomlTable): [string, TomlValue][] {
  const entries = Object.entries(table);
  const isNested = (value: TomlValue): boolean => isTomlTable(value) || isTableList(value);
  return [...entries.filter(([, value]) => !isNested(value)), ...entries.filter(([, value]) => isNested(value))];
}

function isEqual(left: TomlValue | undefined, right: TomlValue | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return isDeepStrictEqual(withoutEmpty(left), withoutEmpty(right));
}

/** A table without values says nothing; it may be written or not. */
function withoutEmpty(value: TomlValue): TomlValue {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isTomlTable(value)) return value;
  const entries = Object.entries(value).map(([key, entry]): [string, TomlValue] => [key, withoutEmpty(entry)]);
  return Object.fromEntries(entries.filter(([, entry]) => !isTomlTable(entry) || Object.keys(entry).length > 0));
}
