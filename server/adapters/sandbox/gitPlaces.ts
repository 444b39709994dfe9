// What a repository is made of, as far as it matters to the sandbox: what a commit must be able to write, and what may never be.
import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';

export interface GitPlaces {
  /** Folders outside of the workspace that a commit writes to: those of a worktree or a submodule. */
  readonly writable: readonly string[];
  /** They decide what git runs; what exists of them is read-only. */
  readonly readOnly: readonly string[];
  /** They must not come into being; some may be there, for good or as a stand-in. */
  readonly absent: readonly string[];
}

const NOTHING: GitPlaces = { writable: [], readOnly: [], absent: [] };

/** Of the folder that holds `.git`, which may be a folder or a file that points elsewhere. */
export function gitPlaces(folder: string): GitPlaces {
  const dotGit = join(folder, '.git');
  const kind = kindOf(dotGit);
  if (kind === 'folder') return ofRepository(dotGit);
  if (kind === 'link') return ofRepository(realPathOf(dotGit) ?? dotGit);
  if (kind !== 'file') return NOTHING;
  // as long as it is a file it cannot be given hooks, so the file must stay
  const pointer = { ...NOTHING, readOnly: [dotGit] };
  const target = targetOf(dotGit);
  if (target === null) return pointer;
  const common = commonFolder(target);
  const shared = ofRepository(common);
  return {
    writable: [common, ...(target.startsWith(`${common}/`) ? [] : [target])],
    readOnly: [dotGit, ...shared.readOnly, ...(common === target ? [] : existing(target, POINTERS))],
    absent: shared.absent,
  };
}

/** In a worktree's own folder: what says where the rest lies. */
const POINTERS = ['gitdir', 'commondir', 'config.worktree', 'config', 'hooks'];

function ofRepository(gitFolder: string): GitPlaces {
  const isRepository = kindOf(join(gitFolder, 'HEAD')) === 'file';
  // a file `commondir` would say that hooks and configuration lie somewhere else
  const absent = ['hooks', 'commondir'].map((name) => join(gitFolder, name));
  return {
    writable: [],
    readOnly: existing(gitFolder, ['config', 'config.worktree', 'hooks', 'commondir']),
    absent: isRepository ? absent : [],
  };
}

/**
 * Where a `.git` file points, if that place agrees. A file in a workspace may say anything; that git itself once made the link is seen by
 * the link back, which lies where no sandboxed command could have put it.
 */
function targetOf(dotGit: string): string | null {
  const text = textOf(dotGit);
  const named = /^gitdir: (.+)/.exec(text)?.[1]?.trim();
  if (named === undefined) return null;
  const target = realPathOf(resolve(dirname(dotGit), named));
  if (target === null || kindOf(join(target, 'HEAD')) !== 'file') return null;
  return pointsBack(target, dotGit) ? target : null;
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
    return readFileSync(path, 'utf8');
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
