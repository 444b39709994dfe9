// The words of a question about a command.
import type { ServerRequestParams } from '../../server/protocol/methods.ts';
import type { CommandApprovalDecision } from '../../server/protocol/schema/approval.ts';
import { visible } from '../../server/protocol/shownText.ts';
import type { ApprovalChoice, ApprovalWording } from './choice.ts';
import { questionOf, riskOf, sandboxNote, tripwireNote } from './safetyWords.ts';
import { briefOf, labelled, paragraphs, shortened, shownCommand } from './shortText.ts';

export type CommandParams = ServerRequestParams<'item/commandExecution/requestApproval'>;

const LONGEST_PREFIX = 120;

export function commandWording(params: CommandParams): ApprovalWording {
  const { safety } = params;
  const command = shownCommand(params.command);
  const accepts = offeredDecisions(params).flatMap((decision) => acceptOf(decision));
  const brief = briefOf(command);
  return {
    question: questionOf(safety, 'Bowline wants to run a command. Allow it?'),
    detail: paragraphs(
      labelled('Why', params.reason),
      shortened(command),
      labelled('In', params.cwd),
      sandboxNote(safety),
      tripwireNote(safety),
      ruleNote(accepts),
    ),
    brief: brief !== null && safety?.isSandboxed === false ? `${brief} (OUTSIDE of the sandbox)` : brief,
    summary: command.trim().split('\n', 1)[0] ?? '',
    where: params.cwd ?? null,
    risk: riskOf(safety),
    tripwire: safety?.tripwire ?? null,
    canRehearse: safety?.canRehearse === true,
    accepts,
    decline: { kind: 'decline', label: 'Decline', answer: { decision: 'decline' } },
    refusals: [{ kind: 'cancel', label: 'Decline and Stop', answer: { decision: 'cancel' } }],
  };
}

/** What the server wants to be offered. What a tripwire asks about is allowed this once or not at all, whatever it says. */
export function offeredDecisions(params: CommandParams): readonly CommandApprovalDecision[] {
  const { proposedExecpolicyAmendment: prefix, availableDecisions, safety } = params;
  const remember = prefix ? [{ acceptWithExecpolicyAmendment: { execpolicy_amendment: prefix } }] : [];
  const offered = availableDecisions ?? ['accept', 'acceptForSession', ...remember];
  return (safety?.tripwire ?? null) === null ? offered : offered.filter((decision) => decision === 'accept');
}

function acceptOf(decision: CommandApprovalDecision): ApprovalChoice[] {
  if (decision === 'accept') return [{ kind: 'once', label: 'Run', answer: { decision } }];
  if (decision === 'acceptForSession')
    return [{ kind: 'lasting', label: 'Run and Allow for This Session', answer: { decision } }];
  if (typeof decision === 'object' && 'acceptWithExecpolicyAmendment' in decision)
    return [{ kind: 'remember', label: 'Run and Remember…', answer: { decision } }];
  return [];
}

/** The smallest rule that the server proposes, as the beginning of the commands that it covers; null when it proposes none. */
export function offeredPrefix(accepts: readonly ApprovalChoice[]): readonly string[] | null {
  const remember = accepts.find(({ kind }) => kind === 'remember')?.answer;
  if (remember === undefined || !('decision' in remember)) return null;
  const { decision } = remember;
  if (typeof decision !== 'object' || !('acceptWithExecpolicyAmendment' in decision)) return null;
  return decision.acceptWithExecpolicyAmendment.execpolicy_amendment;
}

/** What the rule covers is shown before it is saved. */
function ruleNote(accepts: readonly ApprovalChoice[]): string {
  const prefix = offeredPrefix(accepts);
  if (prefix === null) return '';
  return `“Run and Remember…” shows a rule for commands that begin with “${shownPrefix(prefix)}”.`;
}

/** In one line, and no longer than a line may be. */
export function shownPrefix(prefix: readonly string[]): string {
  const line = visible(prefix.join(' ')).replace(/\s+/g, ' ');
  return line.length > LONGEST_PREFIX ? `${line.slice(0, LONGEST_PREFIX)}…` : line;
}
