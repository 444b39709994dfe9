// The choices of an approval request, in clear words and a fixed order, with a way to say no always among them.
import type { CommandApprovalDecision, FileChangeApprovalDecision } from '../../server/protocol/schema/approval.ts';
import type { ServerRequest } from '../../server/protocol/methods.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { strings } from '../strings.ts';

export interface Choice {
  readonly label: string;
  /** `allow` is the one-time yes, `allowMore` a yes that lasts, `deny` any no. */
  readonly tone: 'allow' | 'allowMore' | 'deny';
  readonly decision: CommandApprovalDecision;
}

/** What can be answered: the plain yes and the plain no first, then the yes that lasts, then the no that ends the turn. */
export function choicesOf(request: ServerRequest): Choice[] {
  const choices = offered(request);
  if (!choices.some(({ decision }) => decision === 'decline')) {
    choices.push({ label: strings.decline, tone: 'deny', decision: 'decline' });
  }
  return choices.toSorted((one, other) => rank(one) - rank(other));
}

function rank({ tone, decision }: Choice): number {
  if (decision === 'cancel') return 3;
  return { allow: 0, deny: 1, allowMore: 2 }[tone];
}

function offered(request: ServerRequest): Choice[] {
  switch (request.method) {
    case 'item/commandExecution/requestApproval': {
      const { availableDecisions } = request.params;
      return (availableDecisions ?? ['accept', 'decline', 'cancel']).map(commandChoice);
    }
    case 'item/fileChange/requestApproval':
      return (['accept', 'acceptForSession', 'decline', 'cancel'] as const).map(fileChoice);
  }
}

function commandChoice(decision: CommandApprovalDecision): Choice {
  if (typeof decision === 'object') {
    if ('applyNetworkPolicyAmendment' in decision) return { label: strings.allowNetwork, tone: 'allowMore', decision };
    const prefix = visible(decision.acceptWithExecpolicyAmendment.execpolicy_amendment.join(' '));
    return { label: strings.alwaysRun(prefix), tone: 'allowMore', decision };
  }
  switch (decision) {
    case 'accept':
      return { label: strings.run, tone: 'allow', decision };
    case 'acceptForSession':
      return { label: strings.runForSession, tone: 'allowMore', decision };
    case 'decline':
      return { label: strings.decline, tone: 'deny', decision };
    case 'cancel':
      return { label: strings.declineAndStop, tone: 'deny', decision };
  }
}

function fileChoice(decision: FileChangeApprovalDecision): Choice {
  switch (decision) {
    case 'accept':
      return { label: strings.apply, tone: 'allow', decision };
    case 'acceptForSession':
      return { label: strings.applyForSession, tone: 'allowMore', decision };
    case 'decline':
      return { label: strings.decline, tone: 'deny', decision };
    case 'cancel':
      return { label: strings.declineAndStop, tone: 'deny', decision };
  }
}
