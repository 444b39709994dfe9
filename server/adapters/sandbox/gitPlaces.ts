// What a repository is made of, as far as it matters to the sandbox: what a commit must be able to write, and what may never be.
import { lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { readRegularFile } from '../fs/regularFile.ts';

export interface GitPlaces {
  /** Folders outside of the workspace that a commit writes to: those of a worktree or a submodule. */
  readonly writable: readonly string[];
  /** They decide what git runs; what exists of them is read-only. */
  readonly readOnly: readonly string[];
  /** They must not come into being; some may be there, for good or as a stand-in. */
  readonly absent: readonly string[];
}

const NOTHING: GitPlaces = { writable: [], readOnly: [], absent: [] };

/** Of the folder that holds `.git`, which may be a folder or a file that points elsewhere. Commands may write below `root`. */
export function gitPlaces(folder: string, root: string): GitPlaces {
  const dotGit = join(folder, '.git');
  const kind = kindOf(dotGit);
  if (kind === 'folder') return ofRepository(dotGit);
  if (kind === 'link') return ofRepository(realPathOf(dotGit) ?? dotGit);
  if (kind !== 'file') return NOTHING;
  // as long as it is a file it cannot be given hooks, so the file must stay
  const target = targetOf(dotGit);
  if (target === null) return { ...NOTHING, readOnly: [dotGit] };
  if (!pointsBack(target, dotGit)) return ofPointedTo(dotGit, target, root);
  const common = commonFolder(target);
  const shared = ofRepository(common);
  return {
    writable: [common, ...(target.startsWith(`${common}/`) ? [] : [target])],
    readOnly: [dotGit, ...shared.readOnly],
    absent: shared.absent,
  };
}

/** A file may name any repository; that opens nothing, but if a command can write there already, its settings are closed. */
function ofPointedTo(dotGit: string, target: string, root: string): GitPlaces {
  const { readOnly, absent } = target.startsWith(`${root}${sep}`) ? ofRepository(target) : NOTHING;
  return { writable: [], readOnly: [dotGit, ...readOnly], absent };
}

/** In a worktree's own folder: what says where the rest lies. */
const POINTERS = ['gitdir', 'commondir', 'config.worktree', 'config', 'hooks'];

/** With what it keeps for its worktrees and submodules, which may lie, or come to lie, where no workspace is. */
function ofRepository(gitFolder: string): GitPlaces {
  const ownSettings = hasWorktreeSettings(gitFolder) ? ['config.worktree'] : [];
  // a file `commondir` would say that hooks and configuration lie somewhere else
  const absent = isGitFolder(gitFolder) ? ['hooks', 'commondir', ...ownSettings] : [];
  const worktrees = foldersIn(join(gitFolder, 'worktrees'));
  const submodules = submodulesIn(join(gitFolder, 'modules')).map(ofRepository);
  return {
    writable: [],
    readOnly: [
      ...existing(gitFolder, ['config', 'config.worktree', 'hooks', 'commondir']),
      ...worktrees.flatMap((worktree) => existing(worktree, POINTERS)),
      ...submodules.flatMap((submodule) => submodule.readOnly),
    ],
    absent: [
      ...absent.map((name) => join(gitFolder, name)),
      ...worktrees.flatMap((worktree) => ownSettings.map((name) => join(worktree, name))),
      ...submodules.flatMap((submodule) => submodule.absent),
    ],
  };
}

/** By more than `HEAD`, which a command can take away and bring back: what decides what git runs is read-only. */
function isGitFolder(path: string): boolean {
  return existing(path, ['config', 'commondir', 'HEAD']).length > 0;
}

/** Whether git reads `config.worktree` as well. */
function hasWorktreeSettings(gitFolder: string): boolean {
  return /^\s*worktreeconfig\b/im.test(textOf(join(gitFolder, 'config')));
}

/** Names of submodules may have slashes in them. */
const DEEPEST_NAME = 6;

function submodulesIn(folder: string, depth = DEEPEST_NAME): string[] {
  if (depth === 0) return [];
  return foldersIn(folder).flatMap((inner) => (isGitFolder(inner) ? [inner] : submodulesIn(inner, depth - 1)));
}

/**
 * Where a `.git` file points. A file in a workspace may say anything; that git itself once made the link is seen by the link back, which
 * lies where no sandboxed command could have put it.
 */
function targetOf(dotGit: string): string | null {
  const named = /^gitdir: (.+)/.exec(textOf(dotGit))?.[1]?.trim();
  if (named === undefined) return null;
  const target = realPathOf(resolve(dirname(dotGit), named));
  return target !== null && isGitFolder(target) ? target : null;
}

function pointsBack(target: string, dotGit: string): boolean {
  const own = realPathOf(dotGit);
  const worktree = textOf(join(target, 'gitdir')).trim();
  if (worktree !== '') return own !== null && realPathOf(resolve(target, worktree)) === own;
  const submodule = /^\s*worktree\s*=\s*(.+)$/m.exec(textOf(join(target, 'config')))?.[1]?.trim();
  return submodule !== undefined && realPathOf(resolve(target, submodule)) === realPathOf(dirname(dotGit));
}

/** The folder of the repository to which a worktree belongs; its own where it belongs to none. */
function commonFolder(target: string): string {
  const named = textOf(join(target, 'commondir')).trim();
  if (named === '') return target;
  const common = realPathOf(isAbsolute(named) ? named : resolve(target, named));
  // a worktree's folder lies in its repository's; anything else is no worktree
  return common !== null && dirname(dirname(target)) === common ? common : target;
}

function existing(folder: string, names: readonly string[]): string[] {
  return names.map((name) => join(folder, name)).filter((path) => kindOf(path) !== 'nothing');
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() ? [join(folder, entry.name)] : []));
  } catch {
    return []; // most repositories have none
  }
}

function kindOf(path: string): 'folder' | 'file' | 'link' | 'other' | 'nothing' {
  try {
    const found = lstatSync(path);
    if (found.isDirectory()) return 'folder';
    if (found.isSymbolicLink()) return 'link';
    return found.isFile() ? 'file' : 'other';
  } catch {
    return 'nothing'; // or not to be seen, and then not to be changed either
  }
}

function textOf(path: string): string {
  try {
    return readRegularFile(path).toString('utf8');
  } catch {
    return ''; // it says nothing
  }
}

function realPathOf(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null; // it leads nowhere
  }
}
