// The choices of an approval request, in clear words and a fixed order, with a way to say no always among them.
import type {
  CommandApprovalDecision,
  CommandApprovalResult,
  FileChangeApprovalDecision,
  FileChangeApprovalResult,
  PermissionsApprovalResult,
} from '../../server/protocol/schema/approval.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import { strings } from '../strings.ts';

export type ApprovalAnswer = CommandApprovalResult | FileChangeApprovalResult | PermissionsApprovalResult;

export interface Choice {
  readonly label: string;
  /** `allow` is the one-time yes, `allowMore` a yes that lasts, `deny` a no, `denyMore` a no that lasts, `stop` a no that ends the turn. */
  readonly tone: 'allow' | 'allowMore' | 'deny' | 'denyMore' | 'stop';
  /** What is answered; `remember` first shows the rule that would be made of it. */
  readonly does: { readonly type: 'answer'; readonly answer: ApprovalAnswer } | RememberChoice;
}

/** The prefix that was offered with the request: the server may know a better one. */
export interface RememberChoice {
  readonly type: 'remember';
  readonly offered: readonly string[];
}

type RequestOf<M extends ApprovalRequest['method']> = Extract<ApprovalRequest, { method: M }>;
type CommandRequest = RequestOf<'item/commandExecution/requestApproval'>;
type PermissionsRequest = RequestOf<'item/permissions/requestApproval'>;

/**
 * What can be answered, most wanted first: the plain yes and the plain no, what lasts, the no that ends the turn. A tripwire turns
 * yes and no around, and offers no yes that lasts.
 */
export function choicesOf(request: ApprovalRequest): Choice[] {
  const isTripwire = hasTripwire(request);
  const choices = offered(request).filter(({ tone }) => !(isTripwire && tone === 'allowMore'));
  if (!choices.some(({ tone }) => tone === 'deny')) choices.push(declineOf(request));
  return choices.toSorted((one, other) => rank(one, isTripwire) - rank(other, isTripwire));
}

export function hasTripwire({ params }: ApprovalRequest): boolean {
  return (params.safety?.tripwire ?? null) !== null;
}

function rank({ tone }: Choice, isTripwire: boolean): number {
  const order = isTripwire
    ? (['deny', 'allow', 'allowMore', 'denyMore', 'stop'] as const)
    : (['allow', 'deny', 'allowMore', 'denyMore', 'stop'] as const);
  return order.indexOf(tone);
}

function offered(request: ApprovalRequest): Choice[] {
  switch (request.method) {
    case 'item/commandExecution/requestApproval':
      return decisionsOf(request).flatMap((decision) => commandChoice(request, decision));
    case 'item/fileChange/requestApproval':
      return (['accept', 'acceptForSession', 'decline', 'cancel'] as const).map((decision) =>
        fileChoice(decision, hasTripwire(request)),
      );
    case 'item/permissions/requestApproval':
      return permissionChoices(request);
  }
}

/** The plain no in the words of the request's own kind. */
function declineOf(request: ApprovalRequest): Choice {
  const does = request.method === 'item/permissions/requestApproval' ? grant({}, 'turn') : answer('decline');
  return { label: strings.decline, tone: 'deny', does };
}

function decisionsOf({ params }: CommandRequest): readonly CommandApprovalDecision[] {
  if (params.availableDecisions) return params.availableDecisions;
  if (!params.networkApprovalContext) return ['accept', 'decline', 'cancel'];
  const amendments = params.proposedNetworkPolicyAmendments ?? [];
  const lasting = amendments.map((network_policy_amendment) => ({
    applyNetworkPolicyAmendment: { network_policy_amendment },
  }));
  return ['accept', 'decline', 'acceptForSession', ...lasting, 'cancel'];
}

function commandChoice(request: CommandRequest, decision: CommandApprovalDecision): Choice[] {
  if (typeof decision === 'object') return amendmentChoice(decision);
  return [plainChoice(decision, wordsOf(request), hasTripwire(request))];
}

function wordsOf({ params }: CommandRequest): YesWords {
  if (params.networkApprovalContext) return NETWORK_WORDS;
  return params.kind === 'writeStdin' ? INPUT_WORDS : COMMAND_WORDS;
}

function amendmentChoice(decision: Exclude<CommandApprovalDecision, string>): Choice[] {
  if ('acceptWithExecpolicyAmendment' in decision) {
    const { execpolicy_amendment: prefix } = decision.acceptWithExecpolicyAmendment;
    return [{ label: strings.remember, tone: 'allowMore', does: { type: 'remember', offered: prefix } }];
  }
  if ('applyNetworkPolicyAmendment' in decision) {
    const isAllowed = decision.applyNetworkPolicyAmendment.network_policy_amendment.action === 'allow';
    return isAllowed
      ? [{ label: strings.alwaysAllowHost, tone: 'allowMore', does: answer(decision) }]
      : [{ label: strings.neverAllowHost, tone: 'denyMore', does: answer(decision) }];
  }
  // the result of a rehearsal is accepted where it is shown
  return [];
}

interface YesWords {
  readonly once: string;
  readonly anyway: string;
  readonly session: string;
}

const COMMAND_WORDS: YesWords = { once: strings.run, anyway: strings.runAnyway, session: strings.runForSession };
const INPUT_WORDS: YesWords = { once: strings.type, anyway: strings.typeAnyway, session: strings.typeForSession };
const NETWORK_WORDS: YesWords = {
  once: strings.allowOnce,
  anyway: strings.allowAnyway,
  session: strings.allowInThread,
};
const PATCH_WORDS: YesWords = { once: strings.apply, anyway: strings.applyAnyway, session: strings.applyForSession };

type PlainDecision = Extract<CommandApprovalDecision, string>;

function plainChoice(decision: PlainDecision, words: YesWords, isTripwire: boolean): Choice {
  const does = answer(decision);
  switch (decision) {
    case 'accept':
      return { label: isTripwire ? words.anyway : words.once, tone: 'allow', does };
    case 'acceptForSession':
      return { label: words.session, tone: 'allowMore', does };
    case 'decline':
      return { label: strings.decline, tone: 'deny', does };
    case 'cancel':
      return { label: strings.declineAndStop, tone: 'stop', does };
  }
}

function fileChoice(decision: Extract<FileChangeApprovalDecision, string>, isTripwire: boolean): Choice {
  return plainChoice(decision, PATCH_WORDS, isTripwire);
}

/** What was asked for is granted whole or not at all. */
function permissionChoices(request: PermissionsRequest): Choice[] {
  const { permissions } = request.params;
  const once = hasTripwire(request) ? strings.allowAnyway : strings.allowForTurn;
  return [
    { label: once, tone: 'allow', does: grant(permissions, 'turn') },
    { label: strings.allowForSession, tone: 'allowMore', does: grant(permissions, 'session') },
  ];
}

function answer(decision: CommandApprovalDecision): Choice['does'] {
  return { type: 'answer', answer: { decision } };
}

function grant(permissions: PermissionsApprovalResult['permissions'], scope: 'turn' | 'session'): Choice['does'] {
  return { type: 'answer', answer: { permissions, scope } };
}
