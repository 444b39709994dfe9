// Where configuration, key and threads live; never in a home that Codex itself uses.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { isCodexHome } from './adapters/config/codexHome.ts';
import { parseToml, parseTomlValue } from './adapters/config/toml.ts';

export interface HomeChoice {
  /** Absolute; need not exist. */
  readonly home: string;
  /** Why it is not the one that was asked for; null when it is. */
  readonly note: string | null;
}

/** The key, of config.toml or of `-c`, that has `CODEX_HOME` count for clients that know no other variable. */
const KEY = 'use_codex_home';

/** `$BOWLINE_HOME`, else `$CODEX_HOME` where that is allowed and it is no home of Codex, else `~/.bowline`. */
export function homeFolder(
  env: Readonly<Record<string, string | undefined>>,
  overrides: readonly string[] = [],
  userHome: string = homedir(),
): HomeChoice {
  const own = resolve(userHome, '.bowline');
  if (env.BOWLINE_HOME) return { home: resolve(env.BOWLINE_HOME), note: null };
  if (!env.CODEX_HOME || !isAllowed(own, overrides)) return { home: own, note: null };
  const home = resolve(env.CODEX_HOME);
  if (!isCodexHome(home)) return { home, note: null };
  return { home: own, note: `CODEX_HOME (${home}) is a home of Codex; Bowline does not write there and uses ${own}.` };
}

/** Why nothing can be kept in the folder, in words for the user; null when it can. */
export function homeProblem(home: string): string | null {
  if (!isCodexHome(home)) return null;
  return `${home} is a home of Codex, and Bowline does not write there. Set BOWLINE_HOME to a folder of its own.`;
}

/** `-c` goes before the file. */
function isAllowed(own: string, overrides: readonly string[]): boolean {
  const said = overrides.findLast((override) => override.split('=', 1)[0]?.trim() === KEY);
  if (said !== undefined) return parseTomlValue(said.slice(said.indexOf('=') + 1)) === true;
  try {
    const parsed = parseToml(readFileSync(join(own, 'config.toml'), 'utf8'));
    return parsed.type === 'table' && parsed.table[KEY] === true;
  } catch {
    // no file says so
    return false;
  }
}
