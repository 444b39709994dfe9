// What may be done in plan mode.
import { equal } from 'node:assert/strict';
import type { DecideInput } from '../../../../server/core/approval/decideInput.ts';
import { containedInPlanMode, refusedInPlanMode } from '../../../../server/core/approval/decideInPlanMode.ts';
import type { Action } from '../../../../server/core/turn/tool.ts';

const command: Action = { kind: 'command', script: 'ls', cwd: '/ws', escalated: false, justification: null };

describe('in plan mode', () => {
  const rows: readonly (readonly [what: string, action: Action, isRefused: boolean])[] = [
    ['a patch is refused', { kind: 'patch', paths: ['/ws/a'] }, true],
    ['a command outside of the sandbox is refused', { ...command, escalated: true }, true],
    ['typing into a command is refused', { ...command, session: 7 }, true],
    ['a command is for the policy to decide', command, false],
    ['reading is for the policy to decide', { kind: 'read', paths: ['/ws/a'] }, false],
  ];
  for (const [what, action, isRefused] of rows) {
    it(what, () => equal(refusedInPlanMode(action)?.type, isRefused ? 'refuse' : undefined));
  }

  const input = (sandbox: DecideInput['sandbox'], approvalPolicy: 'on-request' | 'never'): DecideInput =>
    ({ action: command, sandbox, policy: { approvalPolicy } }) as DecideInput;
  const run = { type: 'run', reason: 'A rule allows it.' } as const;
  const none = { type: 'unavailable', reason: 'None here.', remedy: null, isRoot: false } as const;
  const some = { type: 'available', backend: 'double' } as const;

  it('what a rule lets run anywhere runs in the sandbox', () => {
    equal(containedInPlanMode(run, input(some, 'on-request')).type, 'runSandboxed');
    equal(containedInPlanMode({ ...run, type: 'runSandboxed' }, input(some, 'never')).type, 'runSandboxed');
  });

  it('without a sandbox the user is asked, or it is refused', () => {
    equal(containedInPlanMode(run, input(none, 'on-request')).type, 'ask');
    equal(containedInPlanMode(run, input(none, 'never')).type, 'refuse');
  });
});
