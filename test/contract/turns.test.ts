// Turns: the order of what is told, several turns, steering, and messages that come twice.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, command, gate, text } from '../support/modelScript.ts';
import { lastUserText } from '../support/modelRequest.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import { transcript } from '../support/wireClient.ts';

const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };

describe('a turn', () => {
  story('is told from its start to its end in the order of the wire', async (stage, kind) => {
    stage.model.script(answer(text('Hello there', { id: 'msg_1' })));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await client.next('thread/started');
    const completed = await playTurn(client, threadId, 'hi', { clientUserMessageId: 'mine' });
    deepEqual(transcript(client.lines), [
      '> initialize',
      '< result initialize',
      '> initialized',
      '> thread/start',
      '< result thread/start',
      '< thread/started',
      '> turn/start',
      '< result turn/start',
      '< thread/status/changed active',
      '< turn/started inProgress',
      '< item/started userMessage',
      '< item/completed userMessage',
      '< item/started agentMessage',
      '< item/agentMessage/delta',
      '< item/completed agentMessage',
      '< thread/status/changed idle',
      '< turn/completed completed',
    ]);
    const { turn } = completed.params;
    equal(turn.itemsView, 'summary');
    deepEqual(
      turn.items.map((item: any) => [item.type, item.id, item.text]),
      [['agentMessage', 'msg_1', 'Hello there']],
    );
    ok(turn.durationMs >= 0 && turn.completedAt >= turn.startedAt);
    const [user] = client.incoming().filter(({ method }) => method === 'item/completed');
    equal(user?.params.item.clientId, 'mine');
    deepEqual(user?.params.item.content, [{ type: 'text', text: 'hi', text_elements: [] }]);
    const deltas = client.incoming().filter(({ method }) => method === 'item/agentMessage/delta');
    equal(deltas.map(({ params }) => params.delta).join(''), 'Hello there');
  });

  story('counts tokens over the whole thread', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'one');
    await playTurn(client, threadId, 'two');
    const usage = client.incoming().filter(({ method }) => method === 'thread/tokenUsage/updated');
    deepEqual(
      usage.map(({ params }) => [params.tokenUsage.last.totalTokens, params.tokenUsage.total.totalTokens]),
      [
        [120, 120],
        [120, 240],
      ],
    );
  });

  story('sees the turns before it', async (stage, kind) => {
    stage.model.script(answer(text('first answer')), answer(text('second answer')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'first');
    await playTurn(client, threadId, 'second');
    const { input } = await stage.model.request(1);
    const told = JSON.stringify(input);
    const places = ['first', 'first answer', 'second'].map((words) => told.indexOf(JSON.stringify(words)));
    ok(
      places.every((place, index) => place > (places[index - 1] ?? -1)),
      told,
    );
    const { body } = await stage.model.request(1);
    equal(body['store'], false);
    equal(body['prompt_cache_key'], threadId);
  });

  story('without input is a turn without a user message', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await client.request('turn/start', { threadId, input: [] });
    await client.turnCompleted(threadId);
    equal(
      client.incoming().some(({ params }) => params?.item?.type === 'userMessage'),
      false,
    );
  });

  story('that says nothing ends completed without items', async (stage, kind) => {
    stage.model.script(answer([]));
    const client = await stage.open(kind);
    const { params } = await playTurn(client, await startThread(client, stage), 'hi');
    equal(params.turn.status, 'completed');
    deepEqual(params.turn.items, []);
    equal(params.turn.itemsView, 'notLoaded');
  });

  story('takes images, mentions and skills', async (stage, kind) => {
    stage.write('dot.png', '\u0089PNG');
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const input = [
      { type: 'text', text: 'look' },
      { type: 'image', url: 'data:image/png;base64,AAAA' },
      { type: 'localImage', path: `${stage.workspace}/dot.png` },
      { type: 'localImage', path: `${stage.workspace}/missing.png` },
      { type: 'mention', name: 'dot.png', path: `${stage.workspace}/dot.png` },
    ] as const;
    await client.request('turn/start', { threadId, input: [...input] });
    await client.turnCompleted(threadId);
    const told = JSON.stringify((await stage.model.request(0)).input);
    ok(told.includes('data:image/png;base64,AAAA'));
    ok(told.includes('data:image/png;base64,wolQTkc='), 'the file, read');
    match(told, /missing\.png could not be read/);
  });

  story('refuses input beyond the limit', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const refused = await client.ask('turn/start', {
      threadId,
      input: [{ type: 'text', text: 'x'.repeat(1_048_577) }],
    });
    equal(refused.error?.code, -32602);
    equal(refused.error?.data.input_error_code, 'input_too_large');
    equal(refused.error?.data.actual_chars, 1_048_577);
  });

  story('is refused on a thread that is not loaded', async (stage, kind) => {
    const client = await stage.open(kind);
    const asked = { threadId: '01a2b3c4-0000-7000-8000-000000000000', input: [] };
    const refused = await client.ask('turn/start', asked);
    equal(refused.error?.code, -32600);
    equal(refused.error?.message, `thread not found: ${asked.threadId}`);
  });

  story('is started once, however often the same message is sent', async (stage, kind) => {
    stage.model.script(answer([gate('go'), text('once')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const mine = { clientUserMessageId: 'm-1' };
    const first = await startTurn(client, threadId, 'hello', mine);
    equal(await startTurn(client, threadId, 'hello', mine), first, 'while it runs');
    stage.model.open('go');
    await client.turnCompleted(threadId);
    equal(await startTurn(client, threadId, 'hello', mine), first, 'when it is over');
    equal(stage.model.requests.length, 1);
    equal(client.incoming().filter(({ params }) => params?.item?.type === 'userMessage').length, 2);
  });
});

describe('steering', () => {
  story('cuts a text that is being written; what was written stays', async (stage, kind) => {
    stage.model.script(
      answer([text('Half of a', { id: 'msg_cut', done: false }), gate('mid')]),
      answer(text('Better.')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'go');
    await stage.model.reached('mid');
    await client.next('item/agentMessage/delta');
    const from = client.lines.length;
    const steered = await client.request('turn/steer', {
      threadId,
      expectedTurnId: turnId,
      input: [{ type: 'text', text: 'rather this' }],
      clientUserMessageId: 'steer-1',
    });
    equal(steered.turnId, turnId);
    await client.turnCompleted(threadId);
    const told = transcript(client.lines.slice(from)).filter((line) => line !== '< item/agentMessage/delta');
    deepEqual(told, [
      '> turn/steer',
      '< result turn/steer',
      '< item/completed agentMessage',
      '< item/started userMessage',
      '< item/completed userMessage',
      '< item/started agentMessage',
      '< item/completed agentMessage',
      '< thread/status/changed idle',
      '< turn/completed completed',
    ]);
    const cut = client
      .incoming()
      .find(({ method, params }) => method === 'item/completed' && params.item.id === 'msg_cut');
    match(cut?.params.item.text, /^Half/);
    const request = await stage.model.request(1);
    equal(lastUserText(request), 'rather this');
    ok(JSON.stringify(request.input).includes('"Half'), 'the model sees what it had said');
  });

  story('waits for a command that runs', async (stage, kind) => {
    stage.model.script(answer(command('read line < gate; echo done')), answer(text('Seen.')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    stage.makePipe('gate');
    const turnId = await startTurn(client, threadId, 'go');
    await client.next('item/started', ({ item }) => item.type === 'commandExecution');
    await client.request('turn/steer', {
      threadId,
      expectedTurnId: turnId,
      input: [{ type: 'text', text: 'and this' }],
    });
    stage.write('gate', 'x\n');
    await client.turnCompleted(threadId);
    const items = client
      .incoming()
      .filter(({ method, params }) => method === 'item/completed' && params.item.type !== 'reasoning')
      .map(({ params }) => params.item.type);
    deepEqual(items, ['userMessage', 'commandExecution', 'userMessage', 'agentMessage']);
    equal(lastUserText(await stage.model.request(1)), 'and this');
    equal(stage.model.requests.length, 2);
  });

  story('by turn/start joins the turn that runs; its overrides hold for the next', async (stage, kind) => {
    stage.model.script(answer([gate('mid'), text('one')]), answer(text('two')), answer(text('three')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'first');
    await stage.model.reached('mid');
    equal(await startTurn(client, threadId, 'second', { model: 'other-model' }), turnId);
    await client.turnCompleted(threadId);
    equal(client.incoming().filter(({ method }) => method === 'turn/started').length, 1);
    await playTurn(client, threadId, 'third');
    equal(stage.model.requests.at(-1)?.body['model'], 'other-model');
  });

  story('is refused without a turn, with another turn’s id, and without input', async (stage, kind) => {
    stage.model.script(answer([gate('mid'), text('one')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const input = [{ type: 'text', text: 'x' }];
    const idle = await client.ask('turn/steer', { threadId, expectedTurnId: 'x', input });
    equal(idle.error?.message, 'no active turn to steer');
    const turnId = await startTurn(client, threadId, 'first');
    await stage.model.reached('mid');
    const other = await client.ask('turn/steer', { threadId, expectedTurnId: 'other', input });
    equal(other.error?.code, -32600);
    equal(other.error?.message, `expected active turn id \`other\` but found \`${turnId}\``);
    const empty = await client.ask('turn/steer', { threadId, expectedTurnId: turnId, input: [] });
    equal(empty.error?.message, 'input must not be empty');
    stage.model.open('mid');
    await client.turnCompleted(threadId);
  });
});
