// What one command may write and read, as lists of paths that exist.
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { CREDENTIAL_STORES } from '../../core/pathPolicy/credentialStores.ts';
import { isWithin } from '../../core/pathPolicy/places.ts';
import type { SandboxedCommand } from '../../core/ports.ts';
import type { KnownRoots } from './knownRoots.ts';
import type { PrivateFolders } from './privateFolders.ts';
import type { ProtectedPathFinder } from './protectedPaths.ts';

export interface Containment {
  /** Everything else is read-only. */
  readonly writable: readonly string[];
  /** Below what is writable. */
  readonly readOnly: readonly string[];
  /** Not even read. */
  readonly hidden: readonly string[];
  /** Must stand in for what may not come into being, and be read-only too. */
  readonly absent: readonly string[];
  /** In which a command may make repositories. */
  readonly workspaces: readonly string[];
}

export interface ContainmentOptions {
  /** Bowline's own home. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folders: PrivateFolders;
  /** The server's own programs, which lie in the workspace of those who build them. */
  readonly programs: readonly string[];
  readonly protectedPaths: ProtectedPathFinder;
  readonly roots: KnownRoots;
}

export async function containmentOf(command: SandboxedCommand, options: ContainmentOptions): Promise<Containment> {
  const { folders, home } = options;
  const hidden = [...credentialPaths(options.env), home].filter((path) => existsSync(path));
  const homes = userHomes(options.env);
  const realPathsIn = (paths: readonly string[]): string[] =>
    paths.flatMap((path) => options.roots.realPathOf(path) ?? []);
  const workspaces = realPathsIn(workspacesOf(command));
  const found = await Promise.all(workspaces.map((root) => options.protectedPaths.of(root)));
  const realHomes = homes.flatMap(realPathsOf);
  const writable = [
    ...workspaces.flatMap((root) => openedBy(root, realHomes)),
    ...realPathsIn(temporaryFolders(command, options.env)),
    ...found.flatMap((paths) => paths.writable),
    folders.temporary,
  ];
  const programFolders = homes.map((user) => join(user, 'bin'));
  return {
    writable: [...new Set(writable)],
    readOnly: [
      ...new Set([folders.base, ...options.programs, ...programFolders, ...found.flatMap((paths) => paths.readOnly)]),
    ].filter(existsSync),
    hidden: [...new Set(hidden)],
    absent: [...new Set(found.flatMap((paths) => paths.absent))].filter((path) =>
      writable.some((root) => isWithin(path, root)),
    ),
    workspaces,
  };
}

/**
 * In a home, names with a dot steer shells, editors, git and logins, and there is no end to what may be put there. So a workspace that is a
 * home, or holds one, opens what is plainly visible in it: nothing hidden is changed, and nothing comes into being beside it.
 */
function openedBy(root: string, homes: readonly string[]): string[] {
  const held = homes.filter((home) => isWithin(home, root));
  return held.length === 0 ? [root] : held.flatMap(visibleIn);
}

function visibleIn(home: string): string[] {
  return readdirSync(home, { withFileTypes: true }).flatMap((entry) =>
    entry.name.startsWith('.') || !(entry.isDirectory() || entry.isFile()) ? [] : [join(home, entry.name)],
  );
}

function workspacesOf({ policy, workspace }: SandboxedCommand): string[] {
  if (policy.type !== 'workspaceWrite') return [];
  return [workspace, ...policy.writableRoots.filter(isAbsolute)];
}

function temporaryFolders({ policy }: SandboxedCommand, env: ContainmentOptions['env']): string[] {
  if (policy.type !== 'workspaceWrite') return [];
  const named = env['TMPDIR'] ?? '';
  return [
    ...(policy.excludeSlashTmp ? [] : ['/tmp']),
    ...(policy.excludeTmpdirEnvVar || !isAbsolute(named) ? [] : [named]),
  ];
}

export function credentialPaths(env: ContainmentOptions['env']): string[] {
  const homes = userHomes(env);
  const stores = CREDENTIAL_STORES.flatMap((store) => store.paths);
  return stores.flatMap((path) => (isAbsolute(path) ? [path] : homes.map((user) => join(user, path))));
}

/** As the environment names it and as the system does: tests and tools set HOME to what they like. */
function userHomes(env: ContainmentOptions['env']): string[] {
  const named = env['HOME'] ?? '';
  return [...new Set([...(isAbsolute(named) ? [resolve(named)] : []), homedir()])];
}

/** With links resolved; nothing when it is not there: what does not exist cannot be made writable. */
function realPathsOf(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return []; // said by the command itself when it wants to write there
  }
}
