// One question as a modal, with its second steps: the rule that "Remember" would make, and what a rehearsal has shown.
import * as vscode from 'vscode';
import { messageOf } from '../../server/protocol/errors.ts';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { RuleProposal } from '../../server/protocol/schema/safety.ts';
import type { ServerPort } from '../threads/serverPort.ts';
import { isUnknownMethod } from '../agentServer/unknownMethod.ts';
import type { Answer, ApprovalChoice, ApprovalWording } from './choice.ts';
import { offeredPrefix, shownPrefix } from './commandWording.ts';
import type { Questions } from './questions.ts';
import { offeredRuleWords, ruleWords } from './ruleWords.ts';
import { paragraphs } from './shortText.ts';

/** A button of a modal: it answers, or it shows more and leaves the request open. */
interface Button extends vscode.MessageItem {
  readonly does: ApprovalChoice | 'rehearse' | 'showInChat' | 'showDiff';
}

/** What the user wants: an answer, or to see more before they give one. */
export type DialogOutcome =
  | { readonly type: 'answer'; readonly answer: Answer }
  | { readonly type: 'rehearse' | 'showInChat' | 'showDiff' }
  /** It was answered elsewhere while its second step was open. */
  | { readonly type: 'gone' };

type RuleServer = Pick<ServerPort, 'request'>;

/** Shows the question until there is an outcome; Escape in it is the plain no, Escape in its second step leads back to it. */
export async function askByDialog(
  request: ApprovalRequest,
  questions: Questions,
  server: RuleServer,
): Promise<DialogOutcome> {
  for (;;) {
    const wording = questions.wordingWithThread(request);
    const does = await chooseByDialog(request, wording);
    if (typeof does === 'string') return { type: does };
    if (does.kind !== 'remember') return { type: 'answer', answer: does.answer };
    const answer = await rememberByDialog(request, wording, server);
    if (answer !== null) return { type: 'answer', answer };
    if (!questions.isOpen(request)) return { type: 'gone' };
  }
}

async function chooseByDialog(request: ApprovalRequest, wording: ApprovalWording): Promise<Button['does']> {
  const { question, detail, accepts, decline, refusals, tripwire, canRehearse } = wording;
  const no: Button = { ...buttonOf(decline), isCloseAffordance: true };
  const more: Button[] = [
    ...(canRehearse ? [{ title: 'Rehearse…', does: 'rehearse' } as const] : []),
    ...(request.method === 'item/fileChange/requestApproval'
      ? [{ title: 'Show Diff', does: 'showDiff' } as const]
      : []),
    { title: 'Show in Chat', does: 'showInChat' },
  ];
  const yes = accepts.map(buttonOf);
  // the first button takes a stray Enter
  const buttons =
    tripwire === null
      ? [...yes, ...more, ...refusals.map(buttonOf), no]
      : [no, ...more, ...yes, ...refusals.map(buttonOf)];
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...buttons);
  return chosen?.does ?? decline;
}

function buttonOf(choice: ApprovalChoice): Button {
  return { title: choice.label, does: choice };
}

interface ShownRule {
  readonly pattern: readonly string[];
  readonly words: string;
}

/** Shows the rule before it is saved; null leads back to the question, with nothing accepted. */
export async function rememberByDialog(
  request: ApprovalRequest,
  wording: ApprovalWording,
  server: RuleServer,
): Promise<Answer | null> {
  let rule: ShownRule;
  try {
    const proposal = await propose(request, server);
    rule = { pattern: proposal.pattern, words: ruleWords(proposal) };
  } catch (error) {
    // a server that proposes no better one still keeps the one that it has offered with the question
    const offered = isUnknownMethod(error) ? offeredPrefix(wording.accepts) : null;
    if (offered === null) {
      const detail = paragraphs(messageOf(error), 'Nothing was accepted.');
      await vscode.window.showWarningMessage('Bowline can propose no rule for this.', { modal: true, detail });
      return null;
    }
    rule = { pattern: offered, words: offeredRuleWords(shownPrefix(offered)) };
  }
  const detail = paragraphs(wording.brief === null ? '' : `Now: ${wording.brief}`, rule.words);
  const remember: vscode.MessageItem = { title: 'Run and Remember' };
  const back: vscode.MessageItem = { title: 'Back', isCloseAffordance: true };
  const question = 'Save this rule and run the command?';
  const chosen = await vscode.window.showInformationMessage(question, { modal: true, detail }, remember, back);
  if (chosen !== remember) return null;
  return { decision: { acceptWithExecpolicyAmendment: { execpolicy_amendment: [...rule.pattern] } } };
}

async function propose({ id, params }: ApprovalRequest, server: RuleServer): Promise<RuleProposal> {
  return await vscode.window.withProgress(
    { location: { viewId: 'bowline.inbox' } },
    async () => await server.request('rule/propose', { threadId: params.threadId, requestId: id }),
  );
}
