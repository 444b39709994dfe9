// Taking turns back: the history ends before a turn, what runs is interrupted first, and nothing else is touched.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { answer, gate, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

async function turnIds(client: WireClient, threadId: string): Promise<string[]> {
  const { data } = await client.request('thread/turns/list', { threadId, sortDirection: 'asc' });
  return data.map(({ id }: { id: string }) => id);
}

describe('a revert', () => {
  story('ends the history before a turn, for every way of reading and for the model', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turns: string[] = [];
    for (const words of ['one', 'two', 'three']) turns.push((await playTurn(client, threadId, words)).params.turn.id);
    const from = client.lines.length;
    const reverted = await client.request('thread/revert', { threadId, beforeTurnId: turns[1]! });
    const { params } = await client.next('thread/reverted');
    deepEqual(transcript(client.lines.slice(from)), ['> thread/revert', '< result thread/revert', '< thread/reverted']);
    deepEqual(params, { threadId, beforeTurnId: turns[1] });
    deepEqual([reverted.thread.id, reverted.thread.turns, reverted.thread.status], [threadId, [], { type: 'idle' }]);
    deepEqual(await turnIds(client, threadId), [turns[0]]);
    const cursor = reverted.turnsBackwardsCursor;
    const { data } = await client.request('thread/turns/list', { threadId, cursor, sortDirection: 'desc' });
    equal(data[0].id, turns[0], 'the cursor names the last turn that is kept');
    const items = await client.request('thread/items/list', {
      threadId,
      cursor: reverted.itemsBackwardsCursor,
      sortDirection: 'desc',
    });
    const read = await client.request('thread/read', { threadId, includeTurns: true });
    deepEqual(
      items.data.map(({ item }: any) => item).toReversed(),
      read.thread.turns.flatMap((turn: any) => turn.items),
    );
    await playTurn(client, threadId, 'other');
    const told = JSON.stringify((await stage.model.request(3)).input);
    ok(told.includes('"one"') && told.includes('"other"') && !told.includes('"two"') && !told.includes('"three"'));
    const gone = await client.ask('thread/revert', { threadId, beforeTurnId: turns[1]! });
    deepEqual([gone.error?.code, gone.error?.message], [-32600, `turn not found: ${turns[1]}`]);
  });

  story('is still so in another process, and leaves earlier forks whole', async (stage, kind) => {
    const server = await stage.start(kind);
    const before = await server.connect();
    await before.initialize();
    const threadId = await startThread(before, stage);
    const turns: string[] = [];
    for (const words of ['one', 'two']) turns.push((await playTurn(before, threadId, words)).params.turn.id);
    const { thread: fork } = await before.request('thread/fork', { threadId });
    await before.request('thread/revert', { threadId, beforeTurnId: turns[0]! });
    deepEqual(await turnIds(before, threadId), []);
    await server.stop();
    const client = await stage.open(kind);
    const { thread } = await client.request('thread/resume', { threadId });
    deepEqual([thread.turns, thread.preview], [[], 'one']);
    deepEqual(await turnIds(client, fork.id), turns);
    await playTurn(client, threadId, 'anew');
    ok(!JSON.stringify((await stage.model.request(2)).input).includes('"one"'));
  });

  story(
    'frees the ids of the messages that it takes out: one that is sent again begins a turn, once',
    async (stage, kind) => {
      const server = await stage.start(kind);
      const before = await server.connect();
      await before.initialize();
      const threadId = await startThread(before, stage);
      const send = async (client: WireClient, words: string): Promise<string> => {
        const input = [{ type: 'text' as const, text: words }];
        const params = { threadId, input, clientUserMessageId: 'mine' };
        return (await client.request('turn/start', params)).turn.id;
      };
      const first = await send(before, 'one');
      await before.turnCompleted(threadId);
      equal(await send(before, 'one'), first, 'a repeated message is the same turn');
      await before.request('thread/revert', { threadId, beforeTurnId: first });
      await server.stop();
      const client = await stage.open(kind);
      await client.request('thread/resume', { threadId });
      const second = await send(client, 'one, but better');
      await client.turnCompleted(threadId);
      deepEqual(await turnIds(client, threadId), [second]);
      equal(await send(client, 'one, but better'), second);
      equal(stage.model.requests.length, 2);
    },
    { kinds: ['linked'] },
  );

  story('interrupts what runs first; a turn that is not there interrupts nothing', async (stage, kind) => {
    stage.model.script(answer(text('done')), answer([text('half', { done: false }), gate('mid')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const first = (await playTurn(client, threadId, 'one')).params.turn.id;
    const running = await startTurn(client, threadId, 'go');
    await stage.model.reached('mid');
    equal(
      (await client.ask('thread/revert', { threadId, beforeTurnId: 'bogus' })).error?.message,
      'turn not found: bogus',
    );
    equal((await client.request('thread/read', { threadId })).thread.status.type, 'active');
    const from = client.lines.length;
    await client.request('thread/revert', { threadId, beforeTurnId: running });
    await client.next('thread/reverted');
    const told = transcript(client.lines.slice(from)).filter((line) => !line.includes('item/'));
    deepEqual(told.slice(-3), ['< turn/completed interrupted', '< result thread/revert', '< thread/reverted']);
    deepEqual(await turnIds(client, threadId), [first]);
  });

  story(
    'needs a thread that is loaded and stored',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const fresh = await startThread(client, stage);
      const ephemeral = await startThread(client, stage, { ephemeral: true });
      const turnId = (await playTurn(client, ephemeral, 'one')).params.turn.id;
      const words = async (threadId: string, beforeTurnId: string): Promise<string | undefined> =>
        (await client.ask('thread/revert', { threadId, beforeTurnId })).error?.message;
      equal(await words('nowhere', turnId), 'thread not found: nowhere');
      equal(await words(fresh, turnId), `turn not found: ${turnId}`);
      equal(await words(ephemeral, turnId), 'ephemeral threads do not support thread/revert');
    },
    { kinds: ['linked'] },
  );

  story(
    'by its old name takes back the last turns, all of them when there are fewer',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const turns: string[] = [];
      for (const words of ['one', 'two', 'three']) turns.push((await playTurn(client, threadId, words)).params.turn.id);
      const { thread } = await client.request('thread/rollback', { threadId, numTurns: 2 });
      deepEqual(
        thread.turns.map(({ id }: any) => id),
        [turns[0]],
      );
      equal((await client.next('thread/reverted')).params.beforeTurnId, turns[1]);
      equal((await client.ask('thread/rollback', { threadId, numTurns: 0 })).error?.code, -32602);
      deepEqual((await client.request('thread/rollback', { threadId, numTurns: 9 })).thread.turns, []);
      deepEqual((await client.request('thread/rollback', { threadId, numTurns: 1 })).thread.turns, []);
    },
    { kinds: ['linked'] },
  );
});
