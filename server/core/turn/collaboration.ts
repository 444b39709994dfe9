// The mode in which the user and the agent work together: in plan mode the agent looks, asks and proposes, and changes nothing.
import type { CollaborationMode } from '../../protocol/schema/common.ts';
import { PLAN_INSTRUCTIONS } from '../prompt/planInstructions.ts';
import type { Settings } from '../settings.ts';

export function isPlanning({ collaboration }: Pick<Settings, 'collaboration'>): boolean {
  return collaboration?.mode === 'plan';
}

/** The settings with the client's mode, which brings its model and its effort along. */
export function withMode(settings: Settings, { mode, settings: given }: CollaborationMode): Settings {
  return {
    ...settings,
    model: given.model,
    effort: given.reasoning_effort ?? settings.effort,
    collaboration: { mode, instructions: given.developer_instructions },
  };
}

/** As the wire shows it. */
export function modeOf(settings: Settings): CollaborationMode {
  return {
    mode: settings.collaboration?.mode ?? 'default',
    settings: {
      model: settings.model,
      reasoning_effort: settings.effort,
      developer_instructions: modeInstructions(settings),
    },
  };
}

/** What the model is told of the mode; null when that is nothing. */
export function modeInstructions({ collaboration }: Settings): string | null {
  return collaboration?.instructions ?? (collaboration?.mode === 'plan' ? PLAN_INSTRUCTIONS : null);
}

/** What holds for a turn: in plan mode no command writes, whatever the thread allows. */
export function settingsOfTurn(settings: Settings): Settings {
  if (!isPlanning(settings)) return settings;
  return { ...settings, sandbox: { type: 'readOnly', networkAccess: hasNetwork(settings.sandbox) } };
}

function hasNetwork(sandbox: Settings['sandbox']): boolean {
  return sandbox.type === 'dangerFullAccess' || sandbox.networkAccess === true || sandbox.networkAccess === 'enabled';
}
