// What plan mode makes of a decision: patches are refused, and commands run where they cannot write, or are asked about.
import type { Action, Decision } from '../turn/tool.ts';
import { asking } from './asking.ts';
import type { DecideInput } from './decideInput.ts';

/** In plan mode no action is taken up that could only change something; null for those that the policy may decide on. */
export function refusedInPlanMode(action: Action): Decision | null {
  if (action.kind === 'patch')
    return { type: 'refuse', reason: 'Plan mode: files are not changed. Put the change into the plan.' };
  if (action.kind === 'read') return null;
  if (action.escalated)
    return {
      type: 'refuse',
      reason: 'Plan mode: commands run in the read-only sandbox. Put the command into the plan.',
    };
  if (action.session !== undefined)
    return { type: 'refuse', reason: 'Plan mode: nothing is typed into a command that runs.' };
  return null;
}

/** What may run anywhere runs in the read-only sandbox all the same; without one the user is asked. */
export function containedInPlanMode(decision: Decision, { action, policy, sandbox }: DecideInput): Decision {
  if (action.kind !== 'command' || decision.type !== 'run') return decision;
  if (sandbox.type === 'available') return { ...decision, type: 'runSandboxed' };
  return asking(policy.approvalPolicy, {
    reason: `Plan mode: this would run outside of a sandbox. ${sandbox.reason}`,
    risk: 'medium',
  });
}
