// The plan of the running turn, in sight above the composer.
import { runningTurn } from '../../server/protocol/state/select.ts';
import type { TurnPlan } from '../../server/protocol/state/threadState.ts';
import { PlanSteps } from '../items/planSteps.tsx';
import { Fold } from '../parts/fold.tsx';
import { useSession } from '../parts/context.ts';
import { strings } from '../strings.ts';

export function RunningPlan() {
  const state = useSession().thread.value;
  const turn = state === null ? undefined : runningTurn(state);
  const plan = turn === undefined ? undefined : state?.extras[turn.id]?.plan;
  if (plan === undefined || plan === null || plan.steps.length === 0) return null;
  return (
    <div class="running-plan">
      <Fold foldKey={`${turn?.id}/running-plan`} icon="checklist" title={<PlanTitle plan={plan} />}>
        <PlanSteps plan={plan} />
      </Fold>
    </div>
  );
}

function PlanTitle({ plan }: { plan: TurnPlan }) {
  const done = plan.steps.filter((step) => step.status === 'completed').length;
  const current =
    plan.steps.find((step) => step.status === 'inProgress') ?? plan.steps.find((step) => step.status === 'pending');
  return (
    <>
      {strings.planOf(done, plan.steps.length)}
      {current !== undefined && <span class="quiet"> {current.step}</span>}
    </>
  );
}
