// Says above the composer that the agent plans, and when a change of that begins to count.
import { useSession } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.ts';

export function PlanStrip() {
  const words = wordsOf(useSession().mode.value);
  return (
    <div class="plan-strip" role="status">
      {words !== null && (
        <div class="strip">
          <Icon name="tasklist" tone="quiet" />
          <span class="strip-text">{words}</span>
        </div>
      )}
    </div>
  );
}

function wordsOf({ mode, fromNextTurn }: { mode: 'plan' | 'default'; fromNextTurn: boolean }): string | null {
  if (mode === 'plan') return fromNextTurn ? strings.planningNext : strings.planningNote;
  return fromNextTurn ? strings.actingNext : null;
}
