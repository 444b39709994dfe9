// The decision on a patch: a tripwire for mass deletion, what was granted, and then where it writes.
import type { Action, Decision } from '../turn/tool.ts';
import { writeProblem } from '../pathPolicy/writing.ts';
import { asking } from './asking.ts';
import type { Policy } from './decideInput.ts';
import { trippedByPatch } from './tripwires/tripwires.ts';

export function decidePatch(policy: Policy, { paths, deleted = [] }: Extract<Action, { kind: 'patch' }>): Decision {
  const { approvalPolicy, sandbox, granted } = policy;
  const tripped = trippedByPatch(deleted, policy.disarmed);
  if (tripped !== null) return asking(approvalPolicy, { reason: tripped.reason, risk: 'high', tripwire: tripped.name });
  if (granted !== null) return { type: 'run', reason: 'You accepted this for the session.' };
  for (const path of paths) {
    const problem = writeProblem(path, policy);
    if (problem !== null) return asking(approvalPolicy, { reason: problem, risk: 'high' });
  }
  if (sandbox.type === 'readOnly')
    return asking(approvalPolicy, { reason: 'The sandbox is read-only.', risk: riskOf(deleted) });
  if (approvalPolicy === 'untrusted')
    return asking(approvalPolicy, { reason: 'Under `untrusted` every patch asks.', risk: riskOf(deleted) });
  return { type: 'run', reason: 'The patch stays inside the workspace.' };
}

/** Inside of the workspace an edit is shown and can be taken back. */
function riskOf(deleted: readonly string[]): 'low' | 'medium' {
  return deleted.length === 0 ? 'low' : 'medium';
}
