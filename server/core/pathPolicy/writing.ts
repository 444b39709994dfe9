// Where the server may write for the model, and why it asks elsewhere.
import type { SandboxPolicy } from '../../protocol/schema/common.ts';
import { isKeptFile } from '../../protocol/keptFiles.ts';
import { credentialStoreOf } from './credentialStores.ts';
import { isWithin, isWithinAnySpelling, type Places } from './places.ts';
import { protectedNameIn } from './protectedNames.ts';

/** What a path is to someone who wants to write there. */
export type WritePlace =
  | { readonly type: 'free' }
  | { readonly type: 'credentials'; readonly label: string }
  | { readonly type: 'bowlineHome' }
  | { readonly type: 'outside' }
  | { readonly type: 'protected'; readonly name: string }
  /** Such a file usually holds keys or passwords. */
  | { readonly type: 'kept' };

export interface WriteBounds {
  readonly sandbox: SandboxPolicy;
  /** Absolute; the workspace. */
  readonly cwd: string;
  readonly places: Places;
}

/** The folders below which may be written, by the policy. Under read-only and full access: the workspace, as what the user works in. */
export function writableRoots({ sandbox, cwd, places }: WriteBounds): string[] {
  if (sandbox.type !== 'workspaceWrite') return [cwd];
  return [
    cwd,
    ...sandbox.writableRoots,
    ...(sandbox.excludeSlashTmp ? [] : places.slashTmp),
    ...(sandbox.excludeTmpdirEnvVar ? [] : places.tmpdir),
  ].filter((root) => root !== '');
}

/** `path` is absolute and resolved. The gravest thing that can be said of it. */
export function placeOfWrite(path: string, bounds: WriteBounds): WritePlace {
  const { places } = bounds;
  const label = credentialStoreOf(path, places);
  if (label !== null) return { type: 'credentials', label };
  if (places.bowlineHomes.some((home) => isWithinAnySpelling(path, home))) return { type: 'bowlineHome' };
  const roots = writableRoots(bounds).filter((root) => isWithin(path, root) && !isHomeSetting(path, root, places));
  if (roots.length === 0) return { type: 'outside' };
  // of nested roots each has its own view of what lies below it
  for (const root of roots) {
    const name = protectedNameIn(path.slice(root.replace(/[/\\]+$/, '').length));
    if (name !== null) return { type: 'protected', name };
  }
  return isKeptFile(path) ? { type: 'kept' } : { type: 'free' };
}

/** In a home, names with a dot steer shells, editors and git; a workspace that is a home, or holds one, does not open them. */
function isHomeSetting(path: string, root: string, { userHomes }: Places): boolean {
  return userHomes.some(
    (home) =>
      isWithin(home, root) && isWithin(path, home) && /^[/\\]+\./.test(path.slice(home.replace(/[/\\]+$/, '').length)),
  );
}

/** Why writing there asks, in words for the user; null when it need not. */
export function writeProblem(path: string, bounds: WriteBounds): string | null {
  const place = placeOfWrite(path, bounds);
  switch (place.type) {
    case 'free':
      return null;
    case 'credentials':
      return `The patch writes where ${place.label} lie: ${path}`;
    case 'bowlineHome':
      return `The patch writes to Bowline's own home, which holds its configuration and rules: ${path}`;
    case 'outside':
      return `The patch writes outside of the workspace: ${path}`;
    case 'protected':
      return `The patch writes to a protected place (${place.name}): ${path}`;
    case 'kept':
      return `The patch changes a file that usually holds secrets: ${path}`;
  }
}
