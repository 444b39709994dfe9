// TOML as configuration tables: whole files with the place of an error, and single values from the command line.
import { parse, TomlError } from 'smol-toml';
import type { ConfigTable } from '../../core/config/configTable.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { JsonValue, TextRange } from '../../protocol/schema/common.ts';

export type ParsedToml =
  | { readonly type: 'table'; readonly table: ConfigTable }
  | { readonly type: 'broken'; readonly message: string; readonly range: TextRange };

/** The range of an error reaches to the end of its line. */
export function parseToml(text: string): ParsedToml {
  try {
    return { type: 'table', table: tableOf(parse(text, { integersAsBigInt: 'asNeeded' })) };
  } catch (error) {
    const line = error instanceof TomlError ? error.line : 1;
    const column = error instanceof TomlError ? error.column : 1;
    const length = text.split('\n')[line - 1]?.replace(/\r$/, '').length ?? 0;
    const range = { start: { line, column }, end: { line, column: Math.max(column, length + 1) } };
    return { type: 'broken', message: firstSentence(messageOf(error)), range };
  }
}

/** `value` as TOML, or as a plain text when it is none, so that `-c model=gpt-5.5` needs no quotes. */
export function parseTomlValue(value: string): JsonValue {
  const parsed = parseToml(`value = ${value}`);
  if (parsed.type === 'table' && Object.keys(parsed.table).length === 1) return parsed.table['value'] ?? null;
  return value.trim();
}

function tableOf(table: object): { [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, jsonOf(value)]));
}

function jsonOf(value: unknown): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return Number(value);
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map(jsonOf);
      return value instanceof Date ? value.toISOString() : tableOf(value);
    default:
      return null;
  }
}

function firstSentence(message: string): string {
  return (message.split('\n', 1)[0] ?? message).replace(/^Invalid TOML document: /, '');
}
