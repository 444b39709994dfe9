// Compaction: by hand, by itself before and within a turn, what is left of the conversation, and what happens when it does not help.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, apiError, command, gate, hang, text, type ScriptUsage } from '../support/modelScript.ts';
import type { ModelRequestRecord } from '../support/modelRequest.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;
const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };
const LIMIT = { config: { model_auto_compact_token_limit: 1000 } };

const tokens = (input: number): ScriptUsage => ({ input, cached: 0, output: 20, reasoning: 0 });

describe('compacting by hand', () => {
  story('is a turn of its own, in the order of the wire', async (stage, kind) => {
    stage.model.script(answer(text('first answer')), answer(text('It began with one.')), answer(text('after')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'one');
    const from = client.lines.length;
    equal(JSON.stringify(await client.request('thread/compact/start', { threadId })), '{}');
    const { params } = await client.turnCompleted(threadId);
    deepEqual(transcript(client.lines.slice(from)), [
      '> thread/compact/start',
      '< result thread/compact/start',
      '< thread/status/changed active',
      '< turn/started inProgress',
      '< item/started contextCompaction',
      '< item/completed contextCompaction',
      '< thread/status/changed idle',
      '< turn/completed completed',
    ]);
    deepEqual([params.turn.items, params.turn.itemsView], [[], 'notLoaded']);

    const asked = await stage.model.request(1);
    equal(asked.body['tools'], undefined, 'nothing may be called');
    deepEqual(talkIn(asked).slice(0, 2), ['user: one', 'assistant: first answer']);

    await playTurn(client, threadId, 'two');
    const talk = talkIn(await stage.model.request(2));
    equal(talk[0], 'user: one');
    match(talk[1] ?? '', /^user: <conversation_summary>.*It began with one\./s);
    deepEqual(talk.slice(2), ['user: two']);
  });

  story(
    'tells what the thread has cost and what it takes now; both survive a restart',
    async (stage, kind) => {
      stage.model.script(answer(text('first answer')), answer(text('Summed up.')), answer(text('after')));
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'one');
      await client.request('thread/compact/start', { threadId });
      await client.turnCompleted(threadId);
      const usage = usageIn(client);
      deepEqual(
        usage.map(({ total }) => total.totalTokens),
        [120, 240, 240],
      );
      const compacted = usage.at(-1)?.last;
      ok(compacted.totalTokens > 0);
      deepEqual([compacted.inputTokens, compacted.outputTokens], [0, 0], 'an estimate, and no cost');

      await server.stop();
      const other = await stage.open(kind);
      await other.request('thread/resume', { threadId });
      await playTurn(other, threadId, 'two');
      equal(usageIn(other).at(-1)?.total.totalTokens, 360);
      const talk = talkIn(await stage.model.request(2));
      deepEqual([talk.length, talk.at(-1)], [3, 'user: two']);
      match(talk[1] ?? '', /Summed up\./);
      const { thread } = await other.request('thread/read', { threadId, includeTurns: true });
      deepEqual(
        thread.turns.map((turn: any) => [turn.status, turn.items.map((item: any) => item.type)]),
        [
          ['completed', ['userMessage', 'agentMessage']],
          ['completed', ['contextCompaction']],
          ['completed', ['userMessage', 'agentMessage']],
        ],
      );
    },
    LINKED,
  );

  story('is not to be talked into, and can be interrupted: then the old conversation holds', async (stage, kind) => {
    stage.model.script(answer(text('first answer')), answer([text('Half', { done: false }), gate('mid')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'one');
    await client.request('thread/compact/start', { threadId });
    const { params } = await client.next('turn/started');
    const turnId = params.turn.id;
    await stage.model.reached('mid');
    const input = [{ type: 'text', text: 'x' }];
    const steer = await client.ask('turn/steer', { threadId, expectedTurnId: turnId, input });
    deepEqual([steer.error?.code, steer.error?.message], [-32600, 'cannot steer a compact turn']);
    deepEqual(steer.error?.data.codexErrorInfo, { activeTurnNotSteerable: { turnKind: 'compact' } });
    const start = await client.ask('turn/start', { threadId, input });
    deepEqual(
      [start.error?.code, start.error?.message],
      [-32603, 'failed to submit turn input: ActiveTurnNotSteerable { turn_kind: Compact }'],
    );
    const again = await client.ask('thread/compact/start', { threadId });
    equal(again.error?.data.kind, 'turnRunning');
    await client.request('turn/interrupt', { threadId, turnId });
    equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
    await playTurn(client, threadId, 'two');
    deepEqual(talkIn(await stage.model.request(2)), ['user: one', 'assistant: first answer', 'user: two']);
  });

  story(
    'that fails leaves the conversation as it was, and says why',
    async (stage, kind) => {
      const refused = apiError(400, { message: 'no' });
      stage.model.script(answer(text('first answer')), refused);
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'one');
      await client.request('thread/compact/start', { threadId });
      const { turn } = (await client.turnCompleted(threadId)).params;
      equal(turn.status, 'failed');
      match(turn.error.message, /refused the request/);
      await playTurn(client, threadId, 'two');
      deepEqual(talkIn(await stage.model.request(2)), ['user: one', 'assistant: first answer', 'user: two']);
    },
    LINKED,
  );

  story(
    'is for a thread that is loaded and idle; an empty one needs no model',
    async (stage, kind) => {
      stage.model.script(hang);
      const client = await stage.open(kind);
      const unknown = '01a2b3c4-0000-7000-8000-000000000000';
      const missing = await client.ask('thread/compact/start', { threadId: unknown });
      equal(missing.error?.message, `thread not found: ${unknown}`);
      const threadId = await startThread(client, stage);
      await client.request('thread/compact/start', { threadId });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
      equal(stage.model.requests.length, 0);
      const turnId = await startTurn(client, threadId, 'go');
      const busy = await client.ask('thread/compact/start', { threadId });
      equal(busy.error?.message, 'a turn is running; interrupt it or wait for its end');
      await client.request('turn/interrupt', { threadId, turnId });
      await client.turnCompleted(threadId);
    },
    LINKED,
  );

  story(
    'whose own request is too long sums up the newest part',
    async (stage, kind) => {
      const full = apiError(400, { code: 'context_length_exceeded', message: 'too long' });
      stage.model.script(answer(text('first answer')), full, answer(text('Summed up.')), answer(text('after')));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, `old ${'words '.repeat(400)}`);
      await client.request('thread/compact/start', { threadId });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
      const [whole, part] = [await stage.model.request(1), await stage.model.request(2)];
      ok(JSON.stringify(part.input).length < JSON.stringify(whole.input).length - 1000);
      match(talkIn(part).join('\n'), /tokens left out|^assistant: first answer/);
    },
    LINKED,
  );

  story(
    'whose server is killed loses nothing',
    async (stage, kind) => {
      stage.model.script(answer(text('first answer')), answer([text('Half', { done: false }), gate('mid')]));
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'one');
      await client.request('thread/compact/start', { threadId });
      await stage.model.reached('mid');
      server.process?.kill('SIGKILL');
      await client.closed;
      const other = await stage.open(kind);
      await other.request('thread/resume', { threadId });
      const { thread } = await other.request('thread/read', { threadId, includeTurns: true });
      deepEqual(
        thread.turns.map((turn: any) => turn.status),
        ['completed', 'interrupted'],
      );
      await playTurn(other, threadId, 'two');
      deepEqual(talkIn(await stage.model.request(2)), ['user: one', 'assistant: first answer', 'user: two']);
    },
    { kinds: ['binary'] },
  );

  story(
    'works for Chat Completions too',
    async (stage, kind) => {
      stage.model.script(answer(text('first answer')), answer(text('It began with one.')), answer(text('after')));
      const client = await stage.open(kind, { overrides: ['model_providers.scripted.wire_api="chat"'] });
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'one');
      await client.request('thread/compact/start', { threadId });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
      await playTurn(client, threadId, 'two');
      const asked = await stage.model.request(1);
      ok(asked.path.endsWith('/chat/completions'));
      equal(asked.body['tools'], undefined);
      const told = JSON.stringify((await stage.model.request(2)).input);
      ok(!told.includes('first answer'));
      match(told, /one.*It began with one\..*two/s);
    },
    LINKED,
  );
});

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

/** What was said in a request after the instructions, one line a message. */
function talkIn(request: ModelRequestRecord): string[] {
  const talk = request.input.flatMap((item: any) =>
    item.type === 'message' || item.role !== undefined
      ? [`${item.role}: ${item.content.map((part: any) => part.text).join('\n')}`]
      : [],
  );
  return talk.slice(talk.findIndex((line) => line.includes('<environment_context>')) + 1);
}

function usageIn(client: WireClient): any[] {
  return client
    .incoming()
    .filter(({ method }) => method === 'thread/tokenUsage/updated')
    .map(({ params }) => params.tokenUsage);
}

function itemsSince(client: WireClient, from: number): string[] {
  return client
    .incoming(from)
    .filter(({ method, params }) => method === 'item/started' && params.item.type !== 'reasoning')
    .map(({ params }) => params.item.type);
}
