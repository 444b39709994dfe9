// The rule that "run and remember" would make, before it is made: its text, what it covers, and what it would have done so far.
import { useEffect, useRef } from 'preact/hooks';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import type { RuleProposal } from '../../server/protocol/schema/safety.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { Button } from '../parts/buttons.tsx';
import { Icon, type IconTone } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import { backTestWords } from '../session/approvalWords.ts';
import type { Asked } from '../session/openCards.ts';
import { strings } from '../strings.ts';

export interface RememberPanelProps {
  readonly request: ApprovalRequest;
  readonly proposal: Asked<RuleProposal>;
  /** The prefix that came with the request; it counts when the server proposes none. */
  readonly offered: readonly string[];
}

export function RememberPanel({ request, proposal, offered }: RememberPanelProps) {
  const session = useSession();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const isAnswered = session.answered.value.has(request.id);
  const prefix = proposal.type === 'known' ? proposal.value.pattern : offered;
  const confirm = () =>
    session.answer(request, {
      decision: { acceptWithExecpolicyAmendment: { execpolicy_amendment: [...prefix] } },
    });
  const back = () => {
    session.cards.leaveProposal(request.id);
    heading.current?.closest<HTMLElement>('[data-approval]')?.focus();
  };
  return (
    <div class="remember">
      <h3 class="panel-title" ref={heading} tabindex={-1}>
        {strings.rememberTitle}
      </h3>
      <Proposed proposal={proposal} offered={offered} />
      <div class="button-row" role="group" aria-label={strings.choices}>
        <Button kind="primary" disabled={isAnswered || proposal.type === 'waiting'} onClick={confirm}>
          {strings.rememberAndRun}
        </Button>
        <Button disabled={isAnswered} onClick={back}>
          {strings.back}
        </Button>
      </div>
    </div>
  );
}

function Proposed({ proposal, offered }: Omit<RememberPanelProps, 'request'>) {
  switch (proposal.type) {
    case 'waiting':
      return (
        <div class="card-note" role="status">
          <Icon name="loading" tone="busy" /> {strings.proposing}
        </div>
      );
    case 'failed':
      return (
        <>
          <div class="card-note" role="status">
            <Icon name="warning" tone="warn" /> {strings.noProposal(proposal.reason)}
          </div>
          <RuleText title={strings.offeredRule} text={offered.join(' ')} />
        </>
      );
    case 'known':
      return (
        <>
          <RuleText title={strings.ruleText} text={proposal.value.text} />
          <Examples title={strings.ruleCovers} icon="check" tone="good" commands={proposal.value.covers} />
          <Examples title={strings.ruleLeaves} icon="shield" tone="warn" commands={proposal.value.doesNotCover} />
          <BackTest history={proposal.value.history} />
        </>
      );
  }
}

function RuleText({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <div class="subject-head">{title}</div>
      <pre class="approval-command below" tabindex={0}>
        <code>{visible(text)}</code>
      </pre>
    </div>
  );
}

interface ExamplesProps {
  readonly title: string;
  readonly icon: string;
  readonly tone: IconTone;
  readonly commands: readonly string[];
}

function Examples({ title, icon, tone, commands }: ExamplesProps) {
  if (commands.length === 0) return null;
  return (
    <div>
      <div class="subject-head">{title}</div>
      <ul class="examples">
        {commands.map((command) => (
          <li key={command}>
            <Icon name={icon} tone={tone} />
            <code>{visible(command)}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function BackTest({ history }: { history: RuleProposal['history'] }) {
  return (
    <div>
      <div class="back-test">{backTestWords(history)}</div>
      {history.declined.length > 0 && (
        <Examples
          title={strings.backTestDeclined(history.declined.length)}
          icon="circle-slash"
          tone="bad"
          commands={history.declined}
        />
      )}
    </div>
  );
}
