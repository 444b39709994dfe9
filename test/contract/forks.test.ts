// Forks: of a whole thread, at a turn, of one that runs; the source stays as it is.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, gate, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import { transcript } from '../support/wireClient.ts';

describe('a fork', () => {
  story('has the history of its source, under the same ids, and goes its own way', async (stage, kind) => {
    const client = await stage.open(kind);
    const source = await startThread(client, stage);
    for (const words of ['one', 'two']) await playTurn(client, source, words);
    const { thread: original } = await client.request('thread/read', { threadId: source, includeTurns: true });
    const from = client.lines.length;
    const { thread } = await client.request('thread/fork', { threadId: source, model: 'm-2' });
    const { params } = await client.next('thread/started');
    deepEqual(transcript(client.lines.slice(from)), ['> thread/fork', '< result thread/fork', '< thread/started']);
    deepEqual([thread.forkedFromId, thread.sessionId], [source, thread.id]);
    equal(thread.model, 'm-2');
    deepEqual(thread.turns, original.turns);
    deepEqual(params.thread.turns, []);
    await playTurn(client, thread.id, 'three');
    ok(JSON.stringify((await stage.model.request(2)).input).includes('"two"'));
    const read = async (threadId: string): Promise<any[]> =>
      (await client.request('thread/read', { threadId, includeTurns: true })).thread.turns;
    equal((await read(thread.id)).length, 3);
    deepEqual(await read(source), original.turns);
    const { data } = await client.request('thread/items/list', { threadId: thread.id });
    deepEqual(
      data.map(({ item }: any) => item),
      (await read(thread.id)).flatMap((turn) => turn.items),
    );
  });

  story('at a turn has the turns up to that one', async (stage, kind) => {
    const client = await stage.open(kind);
    const source = await startThread(client, stage);
    const first = (await playTurn(client, source, 'one')).params.turn.id;
    await playTurn(client, source, 'two');
    const { thread } = await client.request('thread/fork', { threadId: source, lastTurnId: first });
    deepEqual(
      thread.turns.map((turn: any) => turn.id),
      [first],
    );
    const { params } = await client.next('thread/tokenUsage/updated', ({ threadId }) => threadId === thread.id);
    deepEqual([params.turnId, params.tokenUsage.total.totalTokens], [first, 120], 'as much as was said by then');
    await playTurn(client, thread.id, 'other');
    const told = JSON.stringify((await stage.model.request(2)).input);
    ok(told.includes('"one"') && !told.includes('"two"'));
    const wrong = await client.ask('thread/fork', { threadId: source, lastTurnId: 'bogus' });
    deepEqual([wrong.error?.code, wrong.error?.message], [-32600, 'turn not found: bogus']);
    equal((await client.request('thread/loaded/list', {})).data.length, 2, 'a refused fork leaves nothing');
  });

  story(
    'before a turn has the turns that came before it',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const source = await startThread(client, stage);
      const turns: string[] = [];
      for (const words of ['one', 'two']) turns.push((await playTurn(client, source, words)).params.turn.id);
      const fork = async (params: object): Promise<string[]> => {
        const { thread } = await client.request('thread/fork', { threadId: source, ...params });
        return thread.turns.map(({ id }: { id: string }) => id);
      };
      deepEqual(await fork({ beforeTurnId: turns[1] }), [turns[0]]);
      deepEqual(await fork({ beforeTurnId: turns[0] }), []);
      const refusal = async (params: object): Promise<string | undefined> =>
        (await client.ask('thread/fork', { threadId: source, ...params })).error?.message;
      const both = { beforeTurnId: turns[1], lastTurnId: turns[0] };
      equal(await refusal(both), '`beforeTurnId` cannot be combined with `lastTurnId`');
      equal(await refusal({ beforeTurnId: 'bogus' }), 'turn not found: bogus');
      match((await refusal({ attachToSource: true })) ?? '', /no attached forks/);
      match((await refusal({ experimentalPredictionMode: true })) ?? '', /no predictions/);
      match((await refusal({ path: '/a.jsonl' })) ?? '', /no threads with a path/);
      deepEqual(await fork({ path: '' }), turns);
      const plain = await (await stage.start(kind)).connect();
      await plain.initialize('plain', null);
      const gated = await plain.ask('thread/fork', { threadId: source, beforeTurnId: turns[1] });
      equal(gated.error?.message, 'thread/fork.beforeTurnId requires experimentalApi capability');
    },
    { kinds: ['linked'] },
  );

  story(
    'can be ephemeral: it knows what was said, and leaves nothing',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const source = await startThread(client, stage);
      const turns: string[] = [];
      for (const words of ['one', 'two']) turns.push((await playTurn(client, source, words)).params.turn.id);
      const ephemeral = { threadId: source, ephemeral: true, excludeTurns: true };
      const whole = await client.ask('thread/fork', { threadId: source, ephemeral: true });
      equal(whole.error?.message, 'ephemeral paginated thread/fork requires `excludeTurns: true`');
      const { thread } = await client.request('thread/fork', ephemeral);
      deepEqual(
        [thread.forkedFromId, thread.ephemeral, thread.preview, thread.turns, thread.path],
        [source, true, 'one', [], null],
      );
      await playTurn(client, thread.id, 'aside');
      const told = JSON.stringify((await stage.model.request(2)).input);
      ok(told.includes('"one"') && told.includes('"two"') && told.includes('"aside"'));
      const earlier = await client.request('thread/fork', { ...ephemeral, beforeTurnId: turns[1]! });
      await playTurn(client, earlier.thread.id, 'other');
      const less = JSON.stringify((await stage.model.request(3)).input);
      ok(less.includes('"one"') && !less.includes('"two"') && less.includes('"other"'));
      const empty = await client.request('thread/fork', { ...ephemeral, beforeTurnId: turns[0]! });
      await playTurn(client, empty.thread.id, 'anew');
      ok(!JSON.stringify((await stage.model.request(4)).input).includes('"one"'));
      deepEqual(
        (await client.request('thread/list', {})).data.map(({ id }: any) => id),
        [source],
      );
      const again = await client.ask('thread/fork', { threadId: thread.id });
      equal(again.error?.data.kind, 'ephemeralThread', 'it has no history that could be forked');
      // it references nothing: the source can go
      await client.request('thread/delete', { threadId: source });
      equal((await playTurn(client, thread.id, 'still here')).params.turn.status, 'completed');
    },
    { kinds: ['linked'] },
  );

  story(
    'leaves the goal to its source, or takes it along and waits for the next turn',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const source = await startThread(client, stage);
      await playTurn(client, source, 'one');
      await client.request('thread/goal/set', { threadId: source, objective: 'win', status: 'paused' });
      const goalOf = async (params: object): Promise<any> => {
        const { thread } = await client.request('thread/fork', { threadId: source, ...params });
        deepEqual([thread.threadSource, thread.status], ['experiment', { type: 'idle' }]);
        return (await client.request('thread/goal/get', { threadId: thread.id })).goal;
      };
      equal(await goalOf({ threadSource: 'experiment' }), null);
      const { objective, status } = await goalOf({ threadSource: 'experiment', deferGoalContinuation: true });
      deepEqual([objective, status], ['win', 'paused']);
    },
    { kinds: ['linked'] },
  );

  story('of a running turn shows it as interrupted; the source runs on', async (stage, kind) => {
    stage.model.script(answer([text('half', { done: false }), gate('mid')]), answer(text('in the fork')));
    const client = await stage.open(kind);
    const source = await startThread(client, stage);
    const turnId = await startTurn(client, source, 'go');
    await stage.model.reached('mid');
    const running = await client.ask('thread/fork', { threadId: source, lastTurnId: turnId });
    equal(running.error?.data.kind, 'turnInProgress');
    const { thread } = await client.request('thread/fork', { threadId: source });
    deepEqual(
      thread.turns.map((turn: any) => turn.status),
      ['interrupted'],
    );
    await playTurn(client, thread.id, 'aside');
    const { thread: still } = await client.request('thread/read', { threadId: source, includeTurns: true });
    equal(still.turns[0].status, 'inProgress');
    // a refused deletion ends nothing
    equal((await client.ask('thread/delete', { threadId: source })).error?.data.kind, 'hasForks');
    await client.request('turn/interrupt', { threadId: source, turnId });
    await client.turnCompleted(source);
  });

  story('of a stored thread does not load the source, and keeps it from being deleted', async (stage, kind) => {
    const server = await stage.start(kind);
    const before = await server.connect();
    await before.initialize();
    const source = await startThread(before, stage);
    await playTurn(before, source, 'one');
    await server.stop();
    const client = await stage.open(kind);
    const { thread } = await client.request('thread/fork', { threadId: source, excludeTurns: true });
    deepEqual(thread.turns, []);
    deepEqual((await client.request('thread/loaded/list', {})).data, [thread.id]);
    const refused = await client.ask('thread/delete', { threadId: source });
    equal(refused.error?.code, -32600);
    match(refused.error?.message ?? '', /^cannot delete thread .+: forked history still references it/);
    await client.request('thread/delete', { threadId: thread.id });
    await client.request('thread/delete', { threadId: source });
    equal(
      (await client.ask('thread/fork', { threadId: source })).error?.message,
      `no rollout found for thread id ${source}`,
    );
  });
});
