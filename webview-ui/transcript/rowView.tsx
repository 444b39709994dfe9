// Draws one row of the transcript by its type.
import { memo } from 'preact/compat';
import { Approval } from '../items/approval.tsx';
import { Item } from '../items/item.tsx';
import { ChangesRow, FailureRow, PlanRow, TurnEnd } from '../items/turnRows.tsx';
import { OutgoingBubble } from '../items/userMessage.tsx';
import { AnsweredCard } from '../questions/answeredCard.tsx';
import { QuestionCard } from '../questions/questionCard.tsx';
import { Icon } from '../parts/icon.tsx';
import { useSession } from '../parts/context.ts';
import type { Row } from '../session/rows.ts';
import { strings } from '../strings.ts';

export const RowView = memo(({ row }: { row: Row }) => {
  const kind = row.type === 'item' ? row.item.type : row.type;
  return (
    <div class={`row row-${kind}`} data-row={row.key}>
      <RowContent row={row} />
    </div>
  );
});

function RowContent({ row }: { row: Row }) {
  const session = useSession();
  switch (row.type) {
    case 'older':
      return <OlderRow />;
    case 'item':
      return <Item row={row} />;
    case 'steps':
      return (
        <button type="button" class="link-button" onClick={() => session.ask(session.history.loadSteps(row.turnId))}>
          <Icon name="unfold" /> {strings.showSteps}
        </button>
      );
    case 'approval':
      return <Approval row={row} />;
    case 'question':
      return <QuestionCard question={row.question} />;
    case 'answered':
      return <AnsweredCard answered={row.answered} />;
    case 'plan':
      return <PlanRow plan={row.plan} foldKey={row.key} />;
    case 'changes':
      return <ChangesRow row={row} />;
    case 'failure':
      return <FailureRow turn={row.turn} isLast={row.isLast} />;
    case 'turnEnd':
      return <TurnEnd row={row} />;
    case 'outgoing':
      return <OutgoingBubble message={row.message} isRunning={session.activity.value.type === 'working'} />;
  }
}

function OlderRow() {
  const session = useSession();
  const isLoading = session.history.isLoading.value;
  return (
    <button
      type="button"
      class="link-button"
      disabled={isLoading}
      onClick={() => session.ask(session.history.loadOlder())}
    >
      <Icon name={isLoading ? 'loading' : 'arrow-up'} /> {isLoading ? strings.loadingOlder : strings.loadOlder}
    </button>
  );
}
