// Gathers what the decision on an action depends on in a thread: its settings, the sandbox, the rules, and what was granted.
import type { SandboxState } from '../ports.ts';
import type { Settings } from '../settings.ts';
import type { Action, Decision } from '../turn/tool.ts';
import type { TurnWorld } from '../turn/turnWorld.ts';
import { isPlanning } from '../turn/collaboration.ts';
import { decide } from './decide.ts';
import type { DecideInput } from './decideInput.ts';
import { containedInPlanMode, refusedInPlanMode } from './decideInPlanMode.ts';
import type { Grants } from './grants.ts';

export interface DecidesIn {
  readonly world: Pick<TurnWorld, 'sandbox' | 'rules' | 'places' | 'guard'>;
  readonly grants: Grants;
  readonly settings: Settings;
}

const NO_MATTER: SandboxState = {
  type: 'unavailable',
  reason: 'It was not asked for.',
  remedy: null,
  isRoot: false,
};

export async function decideInThread({ world, grants, settings }: DecidesIn, action: Action): Promise<Decision> {
  const isPlan = isPlanning(settings);
  const refused = isPlan ? refusedInPlanMode(action) : null;
  if (refused !== null) return refused;
  // only commands run in it, and the first look at it starts programs
  const probed = action.kind === 'command' ? world.sandbox.probe() : NO_MATTER;
  const [sandbox, rules] = await Promise.all([probed, world.rules.rules(settings)]);
  const input: DecideInput = {
    policy: {
      approvalPolicy: settings.approvalPolicy,
      sandbox: settings.sandbox,
      cwd: settings.cwd,
      places: world.places,
      readPlaces:
        action.kind === 'read' ? await Promise.all(action.paths.map((path) => world.guard.placeOf(path))) : [],
      disarmed: settings.disarmed ?? [],
      granted: isPlan ? null : grants.placeOf(action),
    },
    sandbox,
    rules,
    action,
  };
  const decision = decide(input);
  return isPlan ? containedInPlanMode(decision, input) : decision;
}
