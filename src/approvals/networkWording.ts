// The words of a question about a connection that a command wants to make.
import type { CommandApprovalDecision, NetworkPolicyAmendment } from '../../server/protocol/schema/approval.ts';
import { visible } from '../../server/protocol/shownText.ts';
import type { ApprovalChoice, ApprovalWording } from './choice.ts';
import { offeredDecisions, type CommandParams } from './commandWording.ts';
import { questionOf, riskOf, tripwireNote } from './safetyWords.ts';
import { briefOf, labelled, paragraphs, shortened, shownCommand } from './shortText.ts';

export function networkWording(params: CommandParams, host: string): ApprovalWording {
  const { safety } = params;
  const shownHost = visible(host);
  const command = params.command ? shownCommand(params.command) : '';
  const protocol = params.networkApprovalContext?.protocol;
  const choices = offered(params);
  return {
    question: questionOf(safety, `A command wants to reach ${shownHost}. Allow it?`),
    detail: paragraphs(
      labelled('Why', params.reason),
      shortened(command),
      labelled('In', params.cwd),
      protocol === undefined ? '' : `By: ${protocolWords(protocol)}`,
      'The command runs already; the question is about the connection alone.',
      tripwireNote(safety),
    ),
    brief: briefOf(command === '' ? shownHost : `${shownHost}, for: ${command}`),
    summary: `Reach ${shownHost}`,
    where: params.cwd ?? null,
    risk: riskOf(safety),
    tripwire: safety?.tripwire ?? null,
    canRehearse: false,
    accepts: choices.filter(({ kind }) => kind !== 'never'),
    decline: { kind: 'decline', label: 'Decline', answer: { decision: 'decline' } },
    refusals: [
      ...choices.filter(({ kind }) => kind === 'never'),
      { kind: 'cancel', label: 'Decline and Stop', answer: { decision: 'cancel' } },
    ],
  };
}

function offered(params: CommandParams): ApprovalChoice[] {
  const amendments = (params.proposedNetworkPolicyAmendments ?? []).map(ruleFor);
  const decisions = offeredDecisions(params);
  // a server that lists no decisions says by its proposals what may be remembered
  return (params.availableDecisions ? decisions : [...decisions, ...amendments]).flatMap(choiceFor);
}

function ruleFor(amendment: NetworkPolicyAmendment): CommandApprovalDecision {
  return { applyNetworkPolicyAmendment: { network_policy_amendment: amendment } };
}

function choiceFor(decision: CommandApprovalDecision): ApprovalChoice[] {
  if (decision === 'accept') return [{ kind: 'once', label: 'Allow Once', answer: { decision } }];
  if (decision === 'acceptForSession')
    return [{ kind: 'lasting', label: 'Allow for This Thread', answer: { decision } }];
  if (typeof decision !== 'object' || !('applyNetworkPolicyAmendment' in decision)) return [];
  const { host, action } = decision.applyNetworkPolicyAmendment.network_policy_amendment;
  return action === 'allow'
    ? [{ kind: 'lasting', label: `Always Allow ${visible(host)}`, answer: { decision } }]
    : [{ kind: 'never', label: `Never Allow ${visible(host)}`, answer: { decision } }];
}

type Protocol = NonNullable<CommandParams['networkApprovalContext']>['protocol'];

function protocolWords(protocol: Protocol): string {
  switch (protocol) {
    case 'http':
      return 'HTTP, which anybody on the way can read';
    case 'https':
      return 'HTTPS';
    case 'socks5Tcp':
      return 'SOCKS, TCP';
    case 'socks5Udp':
      return 'SOCKS, UDP';
  }
}
