// Decides, without looking at anything but its arguments, whether an action runs, asks the user first, or is refused.
import type { Decision } from '../turn/tool.ts';
import { decideCommand } from './decideCommand.ts';
import type { DecideInput } from './decideInput.ts';
import { decidePatch } from './decidePatch.ts';
import { decideRead } from './decideRead.ts';

/** Pure, and the same for every mode: what a tripwire sees asks also under full access. */
export function decide({ policy, sandbox, rules, action }: DecideInput): Decision {
  switch (action.kind) {
    case 'command':
      return decideCommand({ policy, sandbox, rules, action });
    case 'patch':
      return decidePatch(policy, action);
    case 'read':
      return decideRead(policy, action);
  }
}
