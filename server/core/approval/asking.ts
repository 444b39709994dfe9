// Makes a question of the policy, or the refusal that stands in for it where nobody may be asked.
import type { AskForApproval } from '../../protocol/schema/common.ts';
import type { Ask, Decision } from '../turn/tool.ts';

const NEVER = 'The approval policy is `never`, so nobody can be asked.';
const NOT_FOR_THIS = 'The approval policy does not allow asking for it.';

export interface Question {
  readonly reason: string;
  readonly risk: Ask['risk'];
  readonly tripwire?: Ask['tripwire'];
  readonly isSandboxed?: boolean;
  readonly amendment?: Ask['amendment'];
  /** A rule asks. */
  readonly isByRule?: boolean;
}

/** Asks where the policy lets us, else refuses; fails closed. */
export function asking(approvalPolicy: AskForApproval, question: Question): Decision {
  const { reason, risk, tripwire = null, isSandboxed = false, amendment = null, isByRule = false } = question;
  if (approvalPolicy === 'never') return { type: 'refuse', reason: `${reason} ${NEVER}` };
  if (typeof approvalPolicy === 'object') {
    const { rules, sandbox_approval: sandboxApproval } = approvalPolicy.granular;
    if (!(isByRule ? rules : sandboxApproval)) return { type: 'refuse', reason: `${reason} ${NOT_FOR_THIS}` };
  }
  return { type: 'ask', reason, risk, tripwire, isSandboxed, amendment };
}
