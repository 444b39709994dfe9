// Goals: a thread that goes on by itself until its goal is complete, blocked, or out of budget.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, apiError, call, command, gate, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;
const complete = () => answer(call('update_goal', { status: 'complete' }, { callId: 'done' }));

const UNSANDBOXED = { approvalPolicy: 'never', sandbox: 'danger-full-access' };

const goals = (client: WireClient): any[] =>
  client.incoming().flatMap(({ method, params }) => (method === 'thread/goal/updated' ? [params.goal] : []));

async function status(client: WireClient, threadId: string): Promise<string | undefined> {
  return (await client.request('thread/goal/get', { threadId })).goal?.status;
}

const lastOutput = (stage: Stage): any =>
  stage.model.requests.at(-1)!.input.findLast((item: any) => item.output !== undefined)?.['output'];

describe('a goal', () => {
  story('begins a turn, and another, until the agent says that it is complete', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await client.next('thread/started');
    const at = client.lines.length;
    stage.model.script(answer(text('one')), complete(), answer(text('two')));
    const set = await client.request('thread/goal/set', { threadId, objective: ' Make it so ', tokenBudget: 100_000 });
    const { createdAt, updatedAt, ...goal } = set.goal;
    deepEqual(goal, {
      threadId,
      objective: 'Make it so',
      status: 'active',
      tokenBudget: 100_000,
      tokensUsed: 0,
      timeUsedSeconds: 0,
    });
    equal(createdAt, updatedAt);
    await client.turnCompleted(threadId);
    await client.turnCompleted(threadId);
    deepEqual(
      transcript(client.lines.slice(at)).filter((line) => !/item\//.test(line)),
      [
        '> thread/goal/set',
        '< result thread/goal/set',
        '< thread/goal/updated',
        '< thread/status/changed active',
        '< turn/started inProgress',
        '< thread/goal/updated',
        '< thread/status/changed idle',
        '< turn/completed completed',
        '< thread/status/changed active',
        '< turn/started inProgress',
        '< thread/goal/updated',
        '< thread/status/changed idle',
        '< turn/completed completed',
      ],
    );
    deepEqual(
      goals(client).map(({ status: is, tokensUsed }) => [is, tokensUsed]),
      [
        ['active', 0],
        ['active', 110],
        ['complete', 110],
      ],
    );
    ok(JSON.stringify(stage.model.requests[0]!.input.at(-1)).includes('Make it so'));
    match(lastOutput(stage), /"status":"complete".*"remainingTokens":99890/);
    ok(!client.incoming().some(({ params }) => params.item?.type === 'userMessage'), 'nobody has said anything');
    equal(stage.model.requests.length, 3);
  });

  story(
    'ends with its budget, is blocked by a failure, and goes on when it is set active',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, UNSANDBOXED);
      stage.model.script(answer(command('true', {}, { callId: 'c1' })), answer(text('spent')));
      await client.request('thread/goal/set', { threadId, objective: 'Spend', tokenBudget: 200 });
      await client.turnCompleted(threadId);
      equal(await status(client, threadId), 'budgetLimited');
      stage.model.script(apiError(400, { message: 'no' }));
      await client.request('thread/goal/set', { threadId, tokenBudget: 10_000, status: 'active' });
      const failed = await client.turnCompleted(threadId);
      equal(failed.params.turn.status, 'failed');
      equal(await status(client, threadId), 'blocked');
      await playTurn(client, threadId, 'a word of the user');
      equal(stage.model.requests.length, 4, 'a blocked goal is not pursued');
      stage.model.script(complete(), answer(text('done')));
      await client.request('thread/goal/set', { threadId, status: 'active' });
      await client.turnCompleted(threadId);
      equal(await status(client, threadId), 'complete');
    },
    LINKED,
  );

  story(
    'is left active by an interruption, and pursued again after the user’s next turn; three turns of talk block it',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      stage.model.script(answer([text('working'), gate('g')]));
      await client.request('thread/goal/set', { threadId, objective: 'Go on' });
      const started = await client.next('turn/started');
      await stage.model.reached('g');
      await client.request('turn/interrupt', { threadId, turnId: started.params.turn.id });
      await client.turnCompleted(threadId);
      equal(await status(client, threadId), 'active');
      equal(stage.model.requests.length, 1);
      await playTurn(client, threadId, 'hello');
      for (let count = 0; count < 3; count += 1) await client.turnCompleted(threadId);
      equal(await status(client, threadId), 'blocked');
      equal(stage.model.requests.length, 5);
    },
    LINKED,
  );

  story(
    'stays with its thread: told on resume, kept by the store, not taken along by a fork',
    async (stage) => {
      const first = await stage.start('linked');
      const client = await first.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      equal(await status(client, threadId), undefined);
      deepEqual(await client.request('thread/goal/clear', { threadId }), { cleared: false });
      await client.request('thread/goal/set', { threadId, objective: 'Later', status: 'paused' });
      await playTurn(client, threadId, 'a word');
      await first.stop();
      const second = await stage.open('linked');
      equal(await status(second, threadId), 'paused');
      await second.request('thread/resume', { threadId });
      const told = await second.next('thread/goal/updated');
      deepEqual([told.params.turnId, told.params.goal.objective], [null, 'Later']);
      const fork = await second.request('thread/fork', { threadId });
      equal(await status(second, fork.thread.id), undefined);
      deepEqual(await second.request('thread/goal/clear', { threadId }), { cleared: true });
      await second.next('thread/goal/cleared');
      equal(stage.model.requests.length, 1);
    },
    LINKED,
  );

  story(
    'can be made by the agent, once; what cannot be a goal is refused',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const make = (callId: string) => answer(call('create_goal', { objective: 'Made' }, { callId }));
      stage.model.script(answer(call('get_goal', {}, { callId: 'g' })), complete(), make('m1'), make('m2'));
      stage.model.script(answer(call('update_goal', { status: 'blocked' }, { callId: 'b' })));
      await startTurn(client, threadId, 'make a goal');
      await client.turnCompleted(threadId);
      const outputs = stage.model.requests.at(-1)!.input.flatMap((item: any) => item.output ?? []);
      equal(outputs[0], '{"goal":null,"remainingTokens":null,"completionBudgetReport":null}');
      equal(outputs[1], 'cannot update goal because this thread has no goal');
      match(outputs[2], /"objective":"Made","status":"active"/);
      match(outputs[3], /^cannot create a new goal because this thread has an unfinished goal/);
      match(outputs[4], /"status":"blocked"/);
      const ephemeral = await startThread(client, stage, { ephemeral: true });
      const refused = [
        await client.ask('thread/goal/set', { threadId: ephemeral, objective: 'x' }),
        await client.ask('thread/goal/set', { threadId, objective: ' ' }),
        await client.ask('thread/goal/set', { threadId: await startThread(client, stage), status: 'paused' }),
      ];
      match(refused[0]!.error!.message, /^ephemeral thread does not support goals: /);
      equal(refused[1]!.error!.message, 'goal objective must not be empty');
      match(refused[2]!.error!.message, /^cannot update goal for thread .*: no goal exists$/);
    },
    LINKED,
  );
});
