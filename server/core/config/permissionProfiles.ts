// The permission profiles by which a client may name a sandbox.
import { ProtocolError } from '../../protocol/errors.ts';
import type { SandboxMode } from '../../protocol/schema/common.ts';

/** Profile -> the sandbox it means; as the reference server names them. */
export const PERMISSION_PROFILES: Readonly<Record<string, SandboxMode>> = {
  ':read-only': 'read-only',
  ':workspace': 'workspace-write',
  ':danger-full-access': 'danger-full-access',
};

/** What a client asks for by `sandbox` or by `permissions`; null when by neither. Throws ProtocolError for a profile that is not there. */
export function askedSandbox(asked: {
  readonly sandbox?: SandboxMode | null | undefined;
  readonly permissions?: string | null | undefined;
}): SandboxMode | null {
  const { sandbox, permissions } = asked;
  if (sandbox !== undefined && sandbox !== null) return sandbox;
  if (permissions === undefined || permissions === null) return null;
  const mode = Object.hasOwn(PERMISSION_PROFILES, permissions) ? PERMISSION_PROFILES[permissions] : undefined;
  if (mode !== undefined) return mode;
  const names = Object.keys(PERMISSION_PROFILES).join(', ');
  throw new ProtocolError('invalidRequest', `unknown permission profile: ${permissions}; expected one of ${names}`);
}
