// The configuration as clients are shown it: every known key there, secrets hidden.
import type { JsonValue } from '../../protocol/schema/common.ts';
import { isTable, type ConfigTable } from './configTable.ts';

/** Stands for a secret. */
export const HIDDEN = '(hidden)';

/** Whether a value at the path is hidden from clients. */
export function isSecretPath(path: readonly string[]): boolean {
  return path.at(-1) === 'experimental_bearer_token' || path.at(-2) === 'http_headers';
}

/** `knownKeys` that are not set are null. */
export function shownConfig(config: ConfigTable, knownKeys: readonly string[]): { [key: string]: JsonValue } {
  const unset = Object.fromEntries(knownKeys.map((key) => [key, null]));
  return { ...unset, ...withoutSecrets(config) };
}

/** A configuration may hold keys and headers with keys in them; those do not belong into traces and windows. */
function withoutSecrets(table: ConfigTable): { [key: string]: JsonValue } {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, shownValue(key, value)]));
}

function shownValue(key: string, value: JsonValue): JsonValue {
  if (key === 'experimental_bearer_token') return HIDDEN;
  // the wire has no word for it any more; this is what it means
  if (key === 'approval_policy' && value === 'on-failure') return 'on-request';
  if (!isTable(value)) return value;
  if (key === 'http_headers') return Object.fromEntries(Object.keys(value).map((name) => [name, HIDDEN]));
  return withoutSecrets(value);
}
