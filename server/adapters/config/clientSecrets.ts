// Keys that clients give in a thread's `config`: kept in memory, and in the stored settings only by a word that stands for them.
import { isTable, splitPath } from '../../core/config/configTable.ts';
import { isSecretPath } from '../../core/config/shownConfig.ts';
import type { ConfigOverrides, JsonValue } from '../../protocol/schema/common.ts';

const WORD = /^\(kept in memory: [0-9a-f-]+\)$/;

export class ClientSecrets {
  readonly #words = new Map<string, string>();
  readonly #secrets = new Map<string, string>();

  /** What may be stored with a thread. */
  hidden(overrides: ConfigOverrides): ConfigOverrides {
    return mapped(overrides, [], (secret) => this.#wordFor(secret));
  }

  /** What was meant; a key whose word comes from an earlier server is gone, and the client has to give it again. */
  revealed(overrides: ConfigOverrides): ConfigOverrides {
    return mapped(overrides, [], (value) => (WORD.test(value) ? this.#secrets.get(value) : value));
  }

  #wordFor(secret: string): string {
    if (WORD.test(secret)) return secret;
    const known = this.#words.get(secret);
    if (known !== undefined) return known;
    const word = `(kept in memory: ${crypto.randomUUID()})`;
    this.#words.set(secret, word);
    this.#secrets.set(word, secret);
    return word;
  }
}

/** A copy with every secret text changed; undefined leaves it out. Keys may be dotted paths. */
function mapped(
  table: { readonly [key: string]: JsonValue },
  above: readonly string[],
  change: (secret: string) => string | undefined,
): { [key: string]: JsonValue } {
  const entries = Object.entries(table).flatMap(([key, value]): [string, JsonValue][] => {
    const path = [...above, ...(above.length === 0 ? splitPath(key) : [key])];
    if (isTable(value)) return [[key, mapped(value, path, change)]];
    if (typeof value !== 'string' || !isSecretPath(path)) return [[key, value]];
    const changed = change(value);
    return changed === undefined ? [] : [[key, changed]];
  });
  return Object.fromEntries(entries);
}
