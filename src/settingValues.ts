// The values that settings may have, without the editor that holds them.
import type { SandboxMode } from '../server/protocol/schema/common.ts';
import { TripwireName } from '../server/protocol/schema/safety.ts';

export const APPROVAL_POLICIES = ['untrusted', 'on-request', 'never'] as const;
export type ApprovalPolicyName = (typeof APPROVAL_POLICIES)[number];

export const SANDBOX_MODES = ['read-only', 'workspace-write', 'danger-full-access'] as const satisfies SandboxMode[];

/** Each is a setting of its own, in camel case: `bowline.tripwires.recursiveDeletion`. */
export const TRIPWIRES: readonly TripwireName[] = TripwireName().options;

/** The value if it is one of the allowed ones. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[]): T | null {
  return allowed.find((candidate) => candidate === value) ?? null;
}
