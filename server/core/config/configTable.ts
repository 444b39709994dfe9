// Configuration as tables of values: layers merged, weaker below stronger, with a note of where each value came from.
import type { ConfigOverrides, JsonValue } from '../../protocol/schema/common.ts';
import type { ConfigLayer, ConfigLayerMetadata } from '../../protocol/schema/config.ts';

export type ConfigTable = { readonly [key: string]: JsonValue };

export interface EffectiveConfig {
  readonly config: ConfigTable;
  /** By dotted path of each value that is no table. */
  readonly origins: Readonly<Record<string, ConfigLayerMetadata>>;
}

export type TableLayer = Omit<ConfigLayer, 'config'> & { readonly config: ConfigTable };

/** Tables are merged key by key, anything else is replaced. Layers come weakest first. */
export function mergeLayers(layers: readonly TableLayer[]): EffectiveConfig {
  let config: ConfigTable = {};
  const origins = new Map<string, ConfigLayerMetadata>();
  for (const layer of layers) {
    const { config: table } = layer;
    config = mergeTables(config, table);
    for (const path of leafPaths(table)) {
      for (const hidden of origins.keys()) {
        if (hidden.startsWith(`${path}.`) || path.startsWith(`${hidden}.`)) origins.delete(hidden);
      }
      origins.set(path, layer);
    }
  }
  return { config, origins: Object.fromEntries(origins) };
}

/** The configuration with a client's values over it; keys may be dotted paths. */
export function withOverrides(config: ConfigTable, overrides: ConfigOverrides): ConfigTable {
  return Object.entries(overrides).reduce((table, [path, value]) => setPath(table, splitPath(path), value), config);
}

/** Sets one value; tables on the way are made, and anything else on the way gives way. A table is merged into a table. */
export function setPath(table: ConfigTable, [key, ...rest]: readonly string[], value: JsonValue): ConfigTable {
  if (key === undefined) return table;
  const known = valueAt(table, key);
  if (rest.length > 0) return { ...table, [key]: mutable(setPath(isTable(known) ? known : {}, rest, value)) };
  return { ...table, [key]: isTable(known) && isTable(value) ? mutable(mergeTables(known, value)) : value };
}

/** `a.b."c.d"` -> a, b, c.d: parts may be quoted, as in TOML. */
export function splitPath(path: string): string[] {
  const parts = path.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^.]+/g) ?? [];
  return parts.map((part) => {
    const trimmed = part.trim();
    return /^(?:".*"|'.*')$/s.test(trimmed) ? trimmed.slice(1, -1).replace(/\\(["\\])/g, '$1') : trimmed;
  });
}

/** The value of a key of the table itself; undefined when it has none, also for names that every object knows. */
export function valueAt(table: ConfigTable, key: string): JsonValue | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

export function isTable(value: JsonValue | undefined): value is { [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergeTables(weak: ConfigTable, strong: ConfigTable): ConfigTable {
  return Object.entries(strong).reduce((table, [key, value]) => setPath(table, [key], value), weak);
}

function leafPaths(table: ConfigTable): string[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const name = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return isTable(value) && Object.keys(value).length > 0 ? leafPaths(value).map((path) => `${name}.${path}`) : [name];
  });
}

function mutable(table: ConfigTable): { [key: string]: JsonValue } {
  return { ...table };
}
