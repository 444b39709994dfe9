// Reads branch, commit and origin of a repository from its files; no git process is started.
import { dirname, join, resolve } from 'node:path';
import type { Files, GitReader } from '../../core/ports.ts';

interface Repository {
  readonly root: string;
  /** Holds HEAD; of a linked worktree it is a folder of its own. */
  readonly gitFolder: string;
  /** Holds refs and config, shared by all worktrees. */
  readonly commonFolder: string;
}

const SHA = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
/** A branch may point to a branch; git itself gives up after this many. */
const MAX_SYMBOLIC_REFS = 5;
const decoder = new TextDecoder();

export function createGitReader(files: Files): GitReader {
  const text = (path: string): Promise<string | null> => readText(files, path);
  return {
    async info(cwd) {
      const repository = await findRepository(files, cwd);
      if (repository === null) return null;
      const head = (await text(join(repository.gitFolder, 'HEAD')))?.trim() ?? '';
      const config = await text(join(repository.commonFolder, 'config'));
      const branch = /^ref: refs\/heads\/(.+)$/.exec(head)?.[1] ?? null;
      const sha = await resolveRef(text, repository, head);
      return { sha, branch: branch === '.invalid' ? null : branch, originUrl: originOf(config ?? '') };
    },
    async root(cwd) {
      return (await findRepository(files, cwd))?.root ?? null;
    },
  };
}

async function findRepository(files: Files, cwd: string): Promise<Repository | null> {
  for (let root = resolve(cwd); ; root = dirname(root)) {
    const gitFolder = await gitFolderOf(files, root);
    if (gitFolder !== null) {
      const common = (await readText(files, join(gitFolder, 'commondir')))?.trim();
      return { root, gitFolder, commonFolder: common === undefined ? gitFolder : resolve(gitFolder, common) };
    }
    if (dirname(root) === root) return null;
  }
}

/** The folder `.git`, or the folder that a file `.git` of a worktree or submodule names; null when it is no repository. */
async function gitFolderOf(files: Files, root: string): Promise<string | null> {
  const entry = join(root, '.git');
  const named = /^gitdir: (.+)$/m.exec((await readText(files, entry)) ?? '')?.[1]?.trim();
  const folder = named === undefined ? entry : resolve(root, named);
  return (await readText(files, join(folder, 'HEAD'))) === null ? null : folder;
}

async function resolveRef(
  text: (path: string) => Promise<string | null>,
  repository: Repository,
  head: string,
): Promise<string | null> {
  let value = head;
  for (let hop = 0; hop <= MAX_SYMBOLIC_REFS; hop += 1) {
    if (SHA.test(value)) return value;
    const name = /^ref: (refs\/.+)$/.exec(value)?.[1];
    if (name === undefined || name.split('/').includes('..')) return null;
    const loose = (await text(join(repository.gitFolder, name))) ?? (await text(join(repository.commonFolder, name)));
    if (loose === null) return packedRef((await text(join(repository.commonFolder, 'packed-refs'))) ?? '', name);
    value = loose.trim();
  }
  return null;
}

function packedRef(packed: string, name: string): string | null {
  for (const line of packed.split('\n')) {
    const [sha = '', ref] = line.split(' ');
    if (ref?.trim() === name && SHA.test(sha)) return sha;
  }
  return null;
}

/** The first `url` of `[remote "origin"]`. */
function originOf(config: string): string | null {
  let isOrigin = false;
  for (const line of config.split('\n')) {
    const trimmed = line.trim();
    if (trimmed.startsWith('[')) isOrigin = /^\[remote\s+"origin"\]/i.test(trimmed);
    const url = /^url\s*=\s*(.+)$/i.exec(trimmed.replace(/^\[[^\]]*\]\s*/, ''))?.[1];
    if (isOrigin && url !== undefined) return withoutSecret(url.replace(/^"(.*)"$/, '$1'));
  }
  return null;
}

/** An access token in the URL stays where it is. */
function withoutSecret(url: string): string {
  return url.replace(/^(https?:\/\/)[^@/]+@/, '$1');
}

async function readText(files: Files, path: string): Promise<string | null> {
  try {
    const stat = await files.stat(path);
    return stat?.kind === 'file' ? decoder.decode(await files.read(await files.realPath(path))) : null;
  } catch {
    // What cannot be read tells nothing about the repository; the information is optional.
    return null;
  }
}
