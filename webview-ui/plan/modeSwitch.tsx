// The switch between planning and acting, beside the model.
import { useSession } from '../parts/context.ts';
import { Icon } from '../parts/icon.tsx';
import { strings } from '../strings.ts';

export function ModeSwitch() {
  const session = useSession();
  const { isAvailable, mode } = session.mode.value;
  if (!isAvailable) return null;
  const isOn = mode === 'plan';
  return (
    <button
      type="button"
      class={`mode-switch ${isOn ? 'on' : ''}`}
      role="switch"
      aria-checked={isOn}
      aria-label={strings.planModeLabel}
      title={strings.planModeTitle(isOn)}
      onClick={() => session.ask(session.bridge.call('setMode', { mode: isOn ? 'default' : 'plan' }))}
    >
      <Icon name="tasklist" />
      <span>{strings.planMode}</span>
    </button>
  );
}
