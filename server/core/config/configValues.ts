// Reads typed values out of a configuration table; what has the wrong type is noted as a problem and left out.
import type { JsonValue } from '../../protocol/schema/common.ts';
import { isTable, valueAt, type ConfigTable } from './configTable.ts';

/** A value that could not be used, e.g. `model_verbosity: expected one of low, medium, high`. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

/** One table of the configuration, read key by key. Problems of all tables read from the same root are gathered in one list. */
export class ConfigReader {
  readonly problems: ConfigProblem[];
  readonly #table: ConfigTable;
  readonly #path: string;

  constructor(table: ConfigTable, path = '', problems: ConfigProblem[] = []) {
    this.#table = table;
    this.#path = path;
    this.problems = problems;
  }

  keys(): string[] {
    return Object.keys(this.#table);
  }

  has(key: string): boolean {
    return valueAt(this.#table, key) !== undefined;
  }

  text(key: string): string | null {
    return this.#read(key, 'a text', (value) => (typeof value === 'string' ? value : undefined));
  }

  flag(key: string): boolean | null {
    return this.#read(key, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  /** A whole number that is not negative. */
  count(key: string): number | null {
    const isCount = (value: JsonValue): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
    return this.#read(key, 'a whole number', (value) => (isCount(value) ? value : undefined));
  }

  oneOf<T extends string>(key: string, words: readonly T[]): T | null {
    return this.#read(key, `one of ${words.join(', ')}`, (value) => words.find((word) => word === value));
  }

  texts(key: string): string[] | null {
    const isTexts = (value: JsonValue): value is string[] =>
      Array.isArray(value) && value.every((entry) => typeof entry === 'string');
    return this.#read(key, 'a list of texts', (value) => (isTexts(value) ? value : undefined));
  }

  /** A table of texts; numbers and booleans in it are written as texts. */
  textTable(key: string): Record<string, string> | null {
    return this.#read(key, 'a table of texts', (value) => {
      if (!isTable(value)) return undefined;
      const texts = Object.entries(value).flatMap(([name, entry]) => {
        const isPlain = typeof entry === 'string' || typeof entry === 'number' || typeof entry === 'boolean';
        return isPlain ? [[name, String(entry)] as const] : [];
      });
      return texts.length === Object.keys(value).length ? Object.fromEntries(texts) : undefined;
    });
  }

  /** The table under a key; an empty one when there is none. */
  table(key: string): ConfigReader {
    const value = this.#read(key, 'a table', (found) => (isTable(found) ? found : undefined));
    return new ConfigReader(value ?? {}, this.#pathOf(key), this.problems);
  }

  /** The value as it is. */
  raw(key: string): JsonValue | undefined {
    return valueAt(this.#table, key);
  }

  report(key: string, message: string): void {
    this.problems.push({ path: this.#pathOf(key), message });
  }

  #read<T>(key: string, expected: string, parse: (value: JsonValue) => T | undefined): T | null {
    const value = valueAt(this.#table, key);
    if (value === undefined || value === null) return null;
    const parsed = parse(value);
    if (parsed === undefined) this.report(key, `expected ${expected}`);
    return parsed ?? null;
  }

  #pathOf(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`;
  }
}
