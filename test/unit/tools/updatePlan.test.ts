// `update_plan` replaces the whole plan, and refuses one that cannot be.
import { deepEqual, match } from 'node:assert/strict';
import { updatePlanTool } from '../../../server/tools/updatePlan.ts';
import { CommandContext } from '../../support/commandContext.ts';

describe('update_plan', () => {
  const call = async (turn: CommandContext, input: unknown) =>
    (
      await updatePlanTool.run(
        { callId: 'c', name: 'update_plan', form: 'function', input: JSON.stringify(input) },
        turn.context,
      )
    ).output;

  it('tells the clients the whole plan, and is no item', async () => {
    const turn = new CommandContext({ cwd: '/' });
    const plan = [
      { step: 'look', status: 'completed' },
      { step: 'tie', status: 'in_progress' },
      { step: 'test', status: 'pending' },
    ];
    match(JSON.stringify(await call(turn, { explanation: null, plan })), /Plan updated/);
    deepEqual(turn.events, [
      {
        method: 'turn/plan/updated',
        params: {
          threadId: 'thread',
          turnId: 'turn',
          explanation: null,
          plan: [
            { step: 'look', status: 'completed' },
            { step: 'tie', status: 'inProgress' },
            { step: 'test', status: 'pending' },
          ],
        },
      },
    ]);
  });

  it('refuses two steps in progress, and what is no plan', async () => {
    const turn = new CommandContext({ cwd: '/' });
    const step = { step: 'a', status: 'in_progress' };
    match(JSON.stringify(await call(turn, { plan: [step, step] })), /at most one step/);
    match(
      JSON.stringify(await call(turn, { plan: [{ step: 'a', status: 'done' }] })),
      /arguments of update_plan are wrong/,
    );
    match(JSON.stringify(await call(turn, {})), /plan/);
    deepEqual(turn.events, []);
  });
});
