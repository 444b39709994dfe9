// Decides, without looking at anything but its arguments, whether an action runs, asks the user first, or is refused.
import type { AskForApproval, SandboxPolicy } from '../../protocol/schema/common.ts';
import type { TripwireName } from '../../protocol/schema/safety.ts';
import type { Places } from '../pathPolicy/places.ts';
import type { ReadPlace } from '../pathPolicy/reading.ts';
import type { SandboxState } from '../ports.ts';
import type { Action, Decision } from '../turn/tool.ts';
import { decideCommand } from './decideCommand.ts';
import { decidePatch } from './decidePatch.ts';
import { decideRead } from './decideRead.ts';
import type { GrantedPlace } from './grants.ts';
import type { RuleSet } from './ruleBook.ts';

/** What holds for the thread. */
export interface Policy {
  readonly approvalPolicy: AskForApproval;
  readonly sandbox: SandboxPolicy;
  /** Absolute; the workspace. */
  readonly cwd: string;
  readonly places: Places;
  /** For each path of an action that reads: what is known of it. */
  readonly readPlaces: readonly ReadPlace[];
  /** The tripwires that the user switched off. */
  readonly disarmed: readonly TripwireName[];
  /** Where the user accepted this very action for the session; null when that was not accepted. */
  readonly granted: GrantedPlace | null;
}

export interface DecideInput {
  readonly policy: Policy;
  readonly sandbox: SandboxState;
  readonly rules: RuleSet;
  readonly action: Action;
}

/** Pure, and the same for every mode: what a tripwire sees asks also under full access. */
export function decide({ policy, sandbox, rules, action }: DecideInput): Decision {
  switch (action.kind) {
    case 'command':
      return decideCommand({ policy, sandbox, rules, action });
    case 'patch':
      return decidePatch(policy, action);
    case 'read':
      return decideRead(policy, action);
  }
}
