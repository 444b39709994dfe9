// The `.bowlineignore` files: what the user keeps from the model beside what is kept anyway, in the syntax of .gitignore.
import { statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { BOWLINE_IGNORE } from '../../protocol/keptFiles.ts';
import { readRegularFile } from './regularFile.ts';

interface Rules {
  /** Changes with the file. */
  readonly stamp: string;
  /** `unreadable`: there is a file, so somebody wanted something kept, and nobody knows what. */
  readonly rules: Ignore | 'unreadable';
}

const MOST_KNOWN = 1000;

export interface BowlineIgnore {
  /** Looks at each folder once: for many paths of one moment. */
  keepers(): Keepers;
  /** Whether any `.bowlineignore` lies in the folder or in one above it. */
  isUsedAbove(path: string): boolean;
}

export interface Keepers {
  /** The `.bowlineignore` that keeps the file; null when none does. `path` is a real path. */
  of(path: string): string | null;
}

/**
 * Every file in the folders above counts, and each for itself: what one keeps no other lets go, so that a folder deep in a repository cannot
 * open what its root has closed.
 */
export function createBowlineIgnore(): BowlineIgnore {
  const known = new Map<string, Rules>();
  const rulesIn = (folder: string): Rules['rules'] | null => {
    const path = join(folder, BOWLINE_IGNORE);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    const stamp = `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
    const found = known.get(path);
    if (found?.stamp === stamp) return found.rules;
    const rules = readRules(path);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(path, { stamp, rules });
    return rules;
  };
  return {
    keepers() {
      const looked = new Map<string, Rules['rules'] | null>();
      const lookedAt = (folder: string): Rules['rules'] | null => {
        const before = looked.get(folder);
        if (before !== undefined) return before;
        const rules = rulesIn(folder);
        looked.set(folder, rules);
        return rules;
      };
      return { of: (path) => keeperOf(path, lookedAt) };
    },
    isUsedAbove: (path) => [path, ...foldersAbove(path)].some((folder) => rulesIn(folder) !== null),
  };
}

function keeperOf(path: string, rulesIn: (folder: string) => Rules['rules'] | null): string | null {
  for (const folder of foldersAbove(path)) {
    const rules = rulesIn(folder);
    if (rules === null) continue;
    if (rules === 'unreadable' || rules.ignores(relative(folder, path).replaceAll(sep, '/')))
      return join(folder, BOWLINE_IGNORE);
  }
  return null;
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) return folders;
  }
}

function readRules(path: string): Rules['rules'] {
  try {
    return ignore().add(readRegularFile(path).toString('utf8'));
  } catch {
    // a folder or a pipe of this name, or not ours to read: told as the reason of every refusal below it
    return 'unreadable';
  }
}
