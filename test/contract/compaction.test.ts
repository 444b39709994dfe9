// Compaction by hand: its order, what is left of the conversation, and what happens when it is stopped, killed or refused.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, apiError, gate, hang, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import { talkIn } from '../support/talk.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;

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
    const start = await client.ask('turn/start', { threadId, input, model: 'other-model' });
    deepEqual(
      [start.error?.code, start.error?.message],
      [-32603, 'failed to submit turn input: ActiveTurnNotSteerable { turn_kind: Compact }'],
    );
    const again = await client.ask('thread/compact/start', { threadId });
    equal(again.error?.data.kind, 'turnRunning');
    await client.request('turn/interrupt', { threadId, turnId });
    equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
    await playTurn(client, threadId, 'two');
    const last = await stage.model.request(2);
    deepEqual(talkIn(last), ['user: one', 'assistant: first answer', 'user: two']);
    equal(last.body['model'], 'scripted-model', 'what was refused has changed nothing');
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

function usageIn(client: WireClient): any[] {
  return client
    .incoming()
    .filter(({ method }) => method === 'thread/tokenUsage/updated')
    .map(({ params }) => params.tokenUsage);
}
