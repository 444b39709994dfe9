// Whether what runs in one sandbox stays within another: a command goes on in the one it was started in, whatever is chosen later.
import type { SandboxPolicy } from '../../protocol/schema/common.ts';
import { isWithin } from '../pathPolicy/places.ts';

export interface SandboxBounds {
  readonly sandbox: SandboxPolicy;
  /** Absolute; the workspace. */
  readonly cwd: string;
}

/** `inner` may do nothing that `outer` may not. */
export function staysWithin(inner: SandboxBounds, outer: SandboxBounds): boolean {
  const [narrow, wide] = [inner.sandbox, outer.sandbox];
  if (wide.type === 'dangerFullAccess' || wide.type === 'externalSandbox') return true;
  if (narrow.type === 'dangerFullAccess' || narrow.type === 'externalSandbox') return false;
  if (narrow.networkAccess && !wide.networkAccess) return false;
  if (narrow.type === 'readOnly') return true;
  if (wide.type === 'readOnly') return false;
  const allowed = [outer.cwd, ...wide.writableRoots];
  return (
    [inner.cwd, ...narrow.writableRoots].every((root) => allowed.some((above) => isWithin(root, above))) &&
    (narrow.excludeSlashTmp || !wide.excludeSlashTmp) &&
    (narrow.excludeTmpdirEnvVar || !wide.excludeTmpdirEnvVar)
  );
}
