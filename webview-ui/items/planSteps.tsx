// The agent's plan as a checklist.
import type { TurnPlan } from '../../server/protocol/state/threadState.ts';
import { Icon, type IconTone } from '../parts/icon.tsx';
import { strings } from '../strings.ts';

type StepStatus = TurnPlan['steps'][number]['status'];

const STEP_ICONS: Record<StepStatus, { icon: string; tone: IconTone }> = {
  pending: { icon: 'circle-large', tone: 'quiet' },
  inProgress: { icon: 'record', tone: 'busy' },
  completed: { icon: 'pass-filled', tone: 'good' },
};

export function PlanSteps({ plan }: { plan: TurnPlan }) {
  return (
    <div class="plan">
      {plan.explanation !== null && plan.explanation !== '' && <div class="plan-why">{plan.explanation}</div>}
      <ol class="plan-steps">
        {plan.steps.map(({ step, status }, index) => (
          <li key={index} class={`plan-step ${status}`}>
            <Icon name={STEP_ICONS[status].icon} tone={STEP_ICONS[status].tone} />
            <span>{step}</span>
            <span class="hidden"> ({strings.stepState[status]})</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
