// Keys and values as TOML writes them.
import type { TomlTable, TomlValue } from 'smol-toml';

/** A key path, with quotes where TOML asks for them. */
export function keyText(path: readonly string[]): string {
  return path.map((key) => (/^[\w-]+$/.test(key) ? key : quoted(key))).join('.');
}

/** A value on one line. */
export function valueText(value: TomlValue): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return numberText(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      break;
  }
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  if (!isTomlTable(value)) return value instanceof Date ? value.toISOString() : String(value);
  const entries = Object.entries(value).map(([key, entry]) => `${keyText([key])} = ${valueText(entry)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

export function isTomlTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

/** A list that can be written as `[[list]]`. */
export function isTableList(value: TomlValue): value is TomlTable[] {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => isTomlTable(entry));
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  // beyond what an integer of TOML holds a number has to be written as one with a fraction
  return Number.isInteger(value) && !Number.isSafeInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
};

function quoted(text: string): string {
  const escaped = text.toWellFormed().replace(
    // oxlint-disable-next-line no-control-regex -- control characters are what has to be escaped
    /["\\\u0000-\u001f\u007f]/g,
    (mark) => ESCAPES[mark] ?? `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}
