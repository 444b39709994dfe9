// A proposed plan: read as it is written, and then implemented or thought over.
import { useState } from 'preact/hooks';
import { Markdown } from '../markdown/markdown.tsx';
import { Button } from '../parts/buttons.tsx';
import { useSession } from '../parts/context.ts';
import { CopyButton } from '../parts/copyButton.tsx';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.ts';

export function PlanCard({ text, turnId, isOpen }: { text: string; turnId: string; isOpen: boolean }) {
  return (
    <section class="card plan-card" aria-label={strings.planTitle}>
      <div class="card-head">
        <Icon name={isOpen ? 'loading' : 'tasklist'} tone={isOpen ? 'busy' : 'plain'} />
        <h2 class="card-title">{isOpen ? strings.planWriting : strings.planTitle}</h2>
        <span class="spacer" />
        {!isOpen && <CopyButton text={text} label={strings.copyPlan} />}
      </div>
      <Markdown text={text} />
      {!isOpen && <PlanActions turnId={turnId} />}
    </section>
  );
}

/** Only the newest plan can be gone on with, once its turn is over. */
function PlanActions({ turnId }: { turnId: string }) {
  const session = useSession();
  const [isSent, setIsSent] = useState(false);
  const last = session.thread.value?.turns.at(-1);
  if (isSent || last?.id !== turnId || last.status === 'inProgress') return null;
  const implement = () => {
    setIsSent(true);
    session.ask(
      session.implementPlan().catch((error: unknown) => {
        setIsSent(false);
        throw error;
      }),
    );
  };
  const keepPlanning = () => {
    if (session.mode.value.mode !== 'plan') session.ask(session.bridge.call('setMode', { mode: 'plan' }));
    session.composer.focus();
  };
  return (
    <div class="button-row" role="group" aria-label={strings.choices}>
      <Button kind="primary" onClick={implement}>
        {strings.implementPlan}
      </Button>
      <Button onClick={keepPlanning}>{strings.keepPlanning}</Button>
    </div>
  );
}
