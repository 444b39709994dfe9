// What git would not track in a workspace: .gitignore files and .git/info/exclude, one set of rules per folder.
import { existsSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { readRegularFile } from './regularFile.ts';
import { isTemporaryName } from './temporaryName.ts';

/** Repositories' own data: never looked into. */
const REPOSITORIES = new Set(['.git', '.hg', '.svn', '.jj']);

/** Packages that are installed, not written: ignored by git or not, they are no part of the work. */
const PACKAGES = new Set(['node_modules', '.venv', '__pycache__']);

/** The rules that hold in one folder; inner ones win over outer ones, as in git. */
export interface IgnoreRules {
  readonly folder: string;
  readonly rules: Ignore | null;
  readonly outer: IgnoreRules | null;
}

/** The rules for `root`, those of the repository around it included. */
export function rulesForRoot(root: string): IgnoreRules {
  const folders = [root];
  for (let at = root; !existsSync(join(at, '.git')); at = dirname(at)) {
    if (dirname(at) === at) return rulesFor(root, null);
    folders.unshift(dirname(at));
  }
  const repository = folders[0] ?? root;
  const excluded = readRules(join(repository, '.git', 'info', 'exclude'));
  const outermost: IgnoreRules = { folder: repository, rules: excluded, outer: null };
  return folders.reduce((outer, folder) => rulesFor(folder, outer), outermost);
}

/** The rules for a folder inside of one whose rules are known. */
export function rulesFor(folder: string, outer: IgnoreRules | null): IgnoreRules {
  const rules = readRules(join(folder, '.gitignore'));
  return rules === null && outer !== null ? outer : { folder, rules, outer };
}

export function isNeverWatched(name: string): boolean {
  return REPOSITORIES.has(name) || isTemporaryName(name);
}

export function isPackageFolder(name: string): boolean {
  return PACKAGES.has(name);
}

/** Whether a file or folder that is not inside of an ignored one is ignored itself. */
export function isIgnored(path: string, isFolder: boolean, innermost: IgnoreRules): boolean {
  const own = basename(path);
  if (isNeverWatched(own) || isPackageFolder(own)) return true;
  for (let level: IgnoreRules | null = innermost; level !== null; level = level.outer) {
    if (level.rules === null) continue;
    const name = relative(level.folder, path).replaceAll(sep, '/');
    const { ignored, unignored } = level.rules.test(isFolder ? `${name}/` : name);
    if (ignored || unignored) return ignored;
  }
  return false;
}

function readRules(path: string): Ignore | null {
  try {
    return ignore().add(readRegularFile(path).toString('utf8'));
  } catch {
    // No such file, or one that git could not read either: no rules.
    return null;
  }
}
