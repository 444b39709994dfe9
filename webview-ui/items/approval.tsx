// A request of the agent that waits for the user: why, what, where, and the choices it comes with.
import { memo } from 'preact/compat';
import type { ApprovalRequest } from '../../server/protocol/methods.ts';
import { isReadOnly } from '../../server/protocol/threadWriter.ts';
import { visible } from '../../server/protocol/shownText.ts';
import { Icon } from '../parts/icon.tsx';
import { Button } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import { approvalTitle, runPlace } from '../session/approvalWords.ts';
import { choicesOf, hasTripwire, type Choice, type RememberChoice } from '../session/choices.ts';
import type { OpenCard } from '../session/openCards.ts';
import { relativePath } from '../session/paths.ts';
import type { Row } from '../session/rows.ts';
import { strings } from '../strings.ts';
import { ApprovalSubject, changesOf } from './approvalSubject.tsx';
import { ApplyRehearsal, RehearsalPanel } from './rehearsal.tsx';
import { RememberPanel } from './rememberRule.tsx';

const NOTHING_OPEN: OpenCard = {};

export const Approval = memo(({ row }: { row: Extract<Row, { type: 'approval' }> }) => {
  const session = useSession();
  const { request } = row.pending;
  const titleId = `approval-title-${request.id}`;
  const isTripwire = hasTripwire(request);
  const card = session.cards.shown.value.get(request.id) ?? NOTHING_OPEN;
  const { reason } = request.params;
  const remember = choicesOf(request).find(isRemember);
  return (
    <section
      class={`card approval ${isTripwire ? 'tripwire' : ''}`}
      role="group"
      aria-labelledby={titleId}
      data-approval={String(request.id)}
      tabindex={-1}
    >
      <div class="card-head">
        <Icon name={isTripwire ? 'warning' : 'shield'} tone={isTripwire ? 'bad' : 'warn'} />
        <h2 class="card-title" id={titleId}>
          {approvalTitle(request, changesOf(row.item))}
        </h2>
      </div>
      {reason && <p class="approval-reason">{visible(reason)}</p>}
      <ApprovalSubject request={request} item={row.item} />
      <RunPlace request={request} />
      {card.rehearsal !== undefined && <RehearsalPanel request={request} rehearsal={card.rehearsal} />}
      {isReadOnly(session.writer.value) ? (
        <div class="card-note">{strings.answeredElsewhere}</div>
      ) : card.proposal !== undefined && remember !== undefined ? (
        <RememberPanel request={request} proposal={card.proposal} offered={remember.does.offered} />
      ) : (
        <Choices request={request} card={card} />
      )}
      {session.answered.value.has(request.id) && <div class="card-note">{strings.answering}</div>}
    </section>
  );
});

function isRemember(choice: Choice): choice is Choice & { readonly does: RememberChoice } {
  return choice.does.type === 'remember';
}

/** Where accepting runs it, and in which folder. */
function RunPlace({ request }: { request: ApprovalRequest }) {
  const session = useSession();
  const cwd = request.method === 'item/commandExecution/requestApproval' ? (request.params.cwd ?? '') : '';
  const place = runPlace(request);
  const where = relativePath(cwd, session.folders.value);
  if (cwd === '' && place === null) return null;
  return (
    <div class="run-place">
      {place !== null && (
        <span class={place}>
          <Icon name={place === 'sandbox' ? 'vm' : 'unlock'} />
          {place === 'sandbox' ? strings.runsSandboxed : strings.runsOutside}
        </span>
      )}
      {cwd !== '' && (
        <span title={cwd}>
          <Icon name="folder" />
          <span class="hidden">{strings.where} </span>
          {visible(where === '.' ? cwd : where)}
        </span>
      )}
    </div>
  );
}

function Choices({ request, card }: { request: ApprovalRequest; card: OpenCard }) {
  const session = useSession();
  const isAnswered = session.answered.value.has(request.id);
  const isTripwire = hasTripwire(request);
  const hasResult = card.rehearsal?.type === 'known';
  const canRehearse = request.params.safety?.canRehearse === true;
  const act = ({ does }: Choice) =>
    does.type === 'answer' ? session.answer(request, does.answer) : session.cards.propose(request);
  const [first, ...others] = choicesOf(request).map((choice, index) => (
    <Button
      key={choice.label}
      kind={index === 0 && (isTripwire || !hasResult) ? 'primary' : 'secondary'}
      disabled={isAnswered}
      onClick={() => act(choice)}
    >
      {choice.label}
    </Button>
  ));
  const apply = <ApplyRehearsal request={request} rehearsal={card.rehearsal} isPrimary={!isTripwire} />;
  return (
    <div class="button-row" role="group" aria-label={strings.choices}>
      {!isTripwire && apply}
      {first}
      {isTripwire && apply}
      {others[0]}
      {canRehearse && (
        <Button
          icon="beaker"
          disabled={isAnswered || card.rehearsal?.type === 'waiting'}
          onClick={() => session.cards.rehearse(request)}
        >
          {card.rehearsal === undefined ? strings.rehearse : strings.rehearseAgain}
        </Button>
      )}
      {others.slice(1)}
    </div>
  );
}
