// Compaction by itself, before and within a turn, and the guards against turns that go round in circles.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, apiError, command, gate, text, type ScriptUsage } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { itemsSince, talkIn } from '../support/talk.ts';

const LINKED = { kinds: ['linked'] } as const;
const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };
const LIMIT = { config: { model_auto_compact_token_limit: 1000 } };

const tokens = (input: number): ScriptUsage => ({ input, cached: 0, output: 20, reasoning: 0 });

describe('compacting by itself', () => {
  story('comes before the model is asked about the next message', async (stage, kind) => {
    stage.model.script(
      answer(text('first answer'), { usage: tokens(990) }),
      answer(text('Summed up.')),
      answer(text('second answer')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, LIMIT);
    await playTurn(client, threadId, 'one');
    const from = client.lines.length;
    await playTurn(client, threadId, 'two');
    deepEqual(itemsSince(client, from), ['userMessage', 'contextCompaction', 'agentMessage']);
    ok(!JSON.stringify((await stage.model.request(1)).input).includes('"two"'), 'what is new is not summed up');
    const talk = talkIn(await stage.model.request(2));
    equal(talk[0], 'user: one');
    match(talk[1] ?? '', /Summed up\./);
    deepEqual(talk.slice(2), ['user: two']);
  });

  story(
    'sums the new message up neither at the first attempt nor at the next one',
    async (stage, kind) => {
      stage.model.script(
        answer(text('a1')),
        answer(text('Summed up.')),
        answer(text('a2')),
        answer(text('Summed up twice.')),
        answer([], { ending: { type: 'cut' } }),
        answer(text('Summed up again.')),
        answer(text('a3')),
      );
      const client = await stage.open(kind);
      // even what cannot be compacted takes more
      const threadId = await startThread(client, stage, { config: { model_auto_compact_token_limit: 10 } });
      for (const words of ['one', 'two', 'three']) await playTurn(client, threadId, words);
      ok(!JSON.stringify((await stage.model.request(5)).input).includes('"three"'), 'what is new is not summed up');
      const talk = talkIn(await stage.model.request(6));
      deepEqual([talk.length, talk[0], talk[1], talk.at(-1)], [4, 'user: one', 'user: two', 'user: three']);
      match(talk[2] ?? '', /Summed up again\./);
    },
    LINKED,
  );

  story(
    'goes by a share of the context window',
    async (stage, kind) => {
      stage.model.script(
        answer(text('first'), { usage: tokens(890) }),
        answer(text('Summed up.')),
        answer(text('next')),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, { config: { model_context_window: 1000 } });
      await playTurn(client, threadId, 'one');
      const from = client.lines.length;
      await playTurn(client, threadId, 'two');
      deepEqual(itemsSince(client, from), ['userMessage', 'contextCompaction', 'agentMessage']);
    },
    LINKED,
  );

  story(
    'is not needed where the turns that took much are not: after a revert, and in a fork from before them',
    async (stage, kind) => {
      stage.model.script(answer(text('little')), answer(text('much'), { usage: tokens(990) }));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, LIMIT);
      const first = (await playTurn(client, threadId, 'one')).params.turn.id;
      const second = (await playTurn(client, threadId, 'two')).params.turn.id;
      const { thread: fork } = await client.request('thread/fork', { threadId, lastTurnId: first });
      await client.request('thread/revert', { threadId, beforeTurnId: second });
      for (const id of [fork.id, threadId]) {
        const from = client.lines.length;
        await playTurn(client, id, 'three');
        deepEqual(itemsSince(client, from), ['userMessage', 'agentMessage']);
      }
    },
    LINKED,
  );

  story('comes within a turn whose tools return much', async (stage, kind) => {
    stage.model.script(
      answer(command('echo one', {}, { callId: 'c1' }), { usage: tokens(500) }),
      answer(command('echo two', {}, { callId: 'c2' }), { usage: tokens(980) }),
      answer(text('Two commands were run.'), { usage: tokens(990) }),
      // a server that counts its calls anew
      answer(command('echo three', {}, { callId: 'c1' }), { usage: tokens(200) }),
      answer(text('Done.'), { usage: tokens(250) }),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, { ...FULL_ACCESS, ...LIMIT });
    const from = client.lines.length;
    const { params } = await playTurn(client, threadId, 'go');
    equal(params.turn.items[0].text, 'Done.');
    deepEqual(itemsSince(client, from), [
      'userMessage',
      'commandExecution',
      'commandExecution',
      'contextCompaction',
      'commandExecution',
      'agentMessage',
    ]);
    const talk = talkIn(await stage.model.request(3));
    equal(talk[0], 'user: go');
    match(talk[1] ?? '', /Two commands were run\./);
    equal(talk.length, 2);
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    const outputs = thread.turns[0].items.flatMap((item: any) => item.aggregatedOutput ?? []);
    deepEqual(outputs, ['one\n', 'two\n', 'three\n']);
  });

  story(
    'follows a refusal for the length, also when nobody had said how long it may be',
    async (stage, kind) => {
      stage.model.script(
        answer(text('first answer')),
        apiError(400, { code: 'context_length_exceeded', message: 'too long' }),
        answer(text('Summed up.')),
        answer(text('It goes on.')),
      );
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'one');
      const failed = (await playTurn(client, threadId, 'two')).params.turn;
      equal(failed.error.codexErrorInfo, 'contextWindowExceeded');
      await server.stop();
      const other = await stage.open(kind);
      await other.request('thread/resume', { threadId });
      const from = other.lines.length;
      const { params } = await playTurn(other, threadId, 'three');
      equal(params.turn.items[0].text, 'It goes on.');
      deepEqual(itemsSince(other, from), ['userMessage', 'contextCompaction', 'agentMessage']);
      const talk = talkIn(await stage.model.request(3));
      deepEqual([talk[0], talk[1], talk.at(-1)], ['user: one', 'user: two', 'user: three']);
    },
    LINKED,
  );

  story(
    'can be interrupted within a turn, and loses nothing',
    async (stage, kind) => {
      stage.model.script(answer(text('first answer'), { usage: tokens(990) }), answer([gate('mid'), text('x')]));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, LIMIT);
      await playTurn(client, threadId, 'one');
      const turnId = await startTurn(client, threadId, 'two');
      await stage.model.reached('mid');
      await client.request('turn/interrupt', { threadId, turnId });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
      await playTurn(client, threadId, 'three');
      const talk = talkIn(await stage.model.request(2));
      deepEqual(talk.slice(0, 3), ['user: one', 'assistant: first answer', 'user: two'], 'asked to sum up again');
    },
    LINKED,
  );

  story(
    'that does not help ends the turn after two; the next one goes on',
    async (stage, kind) => {
      const busy = (n: number) => answer(command(`echo ${n}`, {}, { callId: `c${n}` }), { usage: tokens(2000) });
      const summary = answer(text('Summed up.'));
      stage.model.script(busy(1), summary, busy(2), summary, busy(3));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, { ...FULL_ACCESS, ...LIMIT });
      const from = client.lines.length;
      const { turn } = (await playTurn(client, threadId, 'go')).params;
      equal(turn.status, 'failed');
      match(turn.error.message, /compacted 2 times in a row and still takes about 2\d{3} tokens of the 1000/);
      match(turn.error.message, /send a message to go on/);
      equal(itemsSince(client, from).filter((type) => type === 'contextCompaction').length, 2);
      stage.model.script(answer(text('Short now.')), answer(text('It goes on.'), { usage: tokens(300) }));
      equal((await playTurn(client, threadId, 'again')).params.turn.items[0].text, 'It goes on.');
    },
    LINKED,
  );
});

describe('a model that repeats itself', () => {
  story(
    'is stopped at the fifth equal call with an equal result; the next turn goes on',
    async (stage, kind) => {
      stage.model.otherwise((request) => answer(command('echo same; false', {}, { callId: `c${request.n}` })));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const { turn } = (await playTurn(client, threadId, 'go')).params;
      equal(turn.status, 'failed');
      match(turn.error.message, /`exec_command` 5 times in a row.*send a message to go on/s);
      equal(stage.model.requests.length, 5);
      stage.model.otherwise(answer(text('Another way.')));
      equal((await playTurn(client, threadId, 'try another way')).params.turn.items[0].text, 'Another way.');
    },
    LINKED,
  );

  story(
    'goes on while the results differ',
    async (stage, kind) => {
      stage.model.otherwise((request) =>
        request.n < 7
          ? answer(command('echo x >> log; wc -l < log', {}, { callId: `c${request.n}` }))
          : answer(text('Seven lines.')),
      );
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      equal((await playTurn(client, threadId, 'go')).params.turn.status, 'completed');
      equal(linesOf(stage), 7);
    },
    LINKED,
  );
});

function linesOf(stage: Stage): number {
  return stage.read('log').trim().split('\n').length;
}
