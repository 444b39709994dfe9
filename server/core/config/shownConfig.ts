// The configuration as clients are shown it: every known key there, secrets hidden.
import type { JsonValue } from '../../protocol/schema/common.ts';
import { isTable, type ConfigTable } from './configTable.ts';

/** Stands for a secret. */
export const HIDDEN = '(hidden)';

/** Headers of a provider, and variables of an MCP server. */
const SECRET_TABLES: ReadonlySet<string> = new Set(['http_headers', 'env']);

/** Whether a value at the path is hidden from clients. */
export function isSecretPath(path: readonly string[]): boolean {
  return path.at(-1) === 'experimental_bearer_token' || SECRET_TABLES.has(path.at(-2) ?? '');
}

/** `knownKeys` that are not set are null. */
export function shownConfig(config: ConfigTable, knownKeys: readonly string[]): { [key: string]: JsonValue } {
  const unset = Object.fromEntries(knownKeys.map((key) => [key, null]));
  return { ...unset, ...withoutSecrets(config, []) };
}

/** A configuration may hold keys, and headers and variables with keys in them; those do not belong into traces and windows. */
function withoutSecrets(table: ConfigTable, above: readonly string[]): { [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, shownValue([...above, key], value)]));
}

function shownValue(path: readonly string[], value: JsonValue): JsonValue {
  if (isSecretPath(path)) return HIDDEN;
  // the wire has no word for it any more; this is what it means
  if (path.at(-1) === 'approval_policy' && value === 'on-failure') return 'on-request';
  return isTable(value) ? withoutSecrets(value, path) : value;
}
