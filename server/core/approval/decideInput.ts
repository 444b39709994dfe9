// What a decision depends on: the policy of the thread, the sandbox, the rules, and the action.
import type { AskForApproval, SandboxPolicy } from '../../protocol/schema/common.ts';
import type { TripwireName } from '../../protocol/schema/safety.ts';
import type { Places } from '../pathPolicy/places.ts';
import type { ReadPlace } from '../pathPolicy/reading.ts';
import type { SandboxState } from '../ports.ts';
import type { Action } from '../turn/tool.ts';
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
