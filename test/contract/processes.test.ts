// Several processes on one home: one writer per thread, takeover, and what a killed server leaves.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { answer, command, gate, hang, text } from '../support/modelScript.ts';
import { RawServer } from '../support/rawServer.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';

describe('a thread that another process writes', () => {
  story('can be read and listed; a second writer learns who has it, and may take it over', async (stage, kind) => {
    const server = await stage.start('binary');
    const owner = await server.connect();
    await owner.initialize('first_client');
    const threadId = await startThread(owner, stage);
    await playTurn(owner, threadId, 'hi');

    const client = await stage.open(kind);
    equal((await client.request('thread/read', { threadId, includeTurns: true })).thread.turns.length, 1);
    deepEqual(
      (await client.request('thread/list', {})).data.map(({ id }: any) => id),
      [threadId],
    );
    for (const method of ['thread/resume', 'thread/archive', 'thread/delete']) {
      const refused = await client.ask(method, { threadId });
      equal(refused.error?.code, -32600, method);
      match(
        refused.error?.message ?? '',
        new RegExp(`^thread ${threadId} already has an active writer: first_client \\(pid ${server.process?.pid} on `),
      );
      const { owner: named } = refused.error?.data ?? {};
      deepEqual(
        [refused.error?.data.kind, named.pid, named.host, named.client],
        ['threadHeld', server.process?.pid, hostname(), 'first_client'],
      );
      ok(Math.abs(Date.now() - named.sinceMs) < 60_000);
    }
    await client.request('thread/resume', { threadId, takeover: true });
    await playTurn(client, threadId, 'mine now');
    match((await owner.next('warning')).params.message, /taken over by test_client/);
    await owner.next('thread/closed', (params) => params.threadId === threadId);
    const lost = await owner.ask('turn/start', { threadId, input: [{ type: 'text', text: 'still mine?' }] });
    equal(lost.error?.data.kind, 'threadNotFound');
    equal((await client.request('thread/read', { threadId, includeTurns: true })).thread.turns.length, 2);
    equal((await owner.ask('thread/resume', { threadId })).error?.data.kind, 'threadHeld');
    const { thread } = await owner.request('thread/resume', { threadId, takeover: true });
    equal(thread.turns.length, 2, 'what was written there meanwhile');
  });

  story('takeover ends a turn that runs there, visibly', async (stage, kind) => {
    stage.model.script(answer([text('half', { done: false }), gate('mid')]), answer(text('ok')));
    const owner = await stage.open('binary');
    const threadId = await startThread(owner, stage);
    await startTurn(owner, threadId, 'go');
    await stage.model.reached('mid');
    const client = await stage.open(kind);
    await client.request('thread/resume', { threadId, takeover: true });
    const { params } = await owner.turnCompleted(threadId);
    equal(params.turn.status, 'failed');
    match(params.turn.error.message, /taken over by test_client|now written by test_client/);
    await playTurn(client, threadId, 'go on');
  });

  story('takeover needs experimentalApi', async (stage, kind) => {
    const owner = await stage.open('binary');
    const threadId = await startThread(owner, stage);
    await playTurn(owner, threadId, 'hi');
    const client = await (await stage.start(kind)).connect();
    await client.initialize('stable', null);
    const refused = await client.ask('thread/resume', { threadId, takeover: true });
    equal(refused.error?.message, 'thread/resume.takeover requires experimentalApi capability');
  });

  story('is free when that process has ended, in order or by a kill', async (stage, kind) => {
    const server = await stage.start('binary');
    const owner = await server.connect();
    await owner.initialize();
    const threadId = await startThread(owner, stage);
    await playTurn(owner, threadId, 'hi');
    server.process?.kill('SIGKILL');
    await owner.closed;
    const client = await stage.open(kind);
    await client.request('thread/resume', { threadId });
    await playTurn(client, threadId, 'again');
  });
});

describe('a server that is killed in mid-turn', () => {
  story('keeps every completed item; the turn reads interrupted and the thread goes on', async (stage, kind) => {
    const full = { approvalPolicy: 'never', sandbox: 'danger-full-access' };
    stage.model.script(
      answer(command('echo done', {}, { callId: 'c1' })),
      answer([text('So far', { id: 'msg_1', done: false }), gate('mid')]),
    );
    const server = await stage.start('binary');
    const owner = await server.connect();
    await owner.initialize();
    const threadId = await startThread(owner, stage, full);
    await startTurn(owner, threadId, 'go');
    await stage.model.reached('mid');
    await owner.next('item/agentMessage/delta');
    server.process?.kill('SIGKILL');
    await owner.closed;

    const client = await stage.open(kind);
    const { thread } = await client.request('thread/resume', { threadId });
    equal(thread.turns[0].status, 'interrupted');
    const completed = owner
      .incoming()
      .filter(({ method }) => method === 'item/completed')
      .map(({ params }) => params.item);
    const stored = new Map(thread.turns[0].items.map((item: any) => [item.id, item]));
    for (const item of completed) deepEqual(stored.get(item.id), item);
    equal(completed.length, 2);
    await playTurn(client, threadId, 'go on');
    const told = JSON.stringify((await stage.model.request(2)).input);
    ok(told.includes('"go"') && told.includes('"go on"'));
  });
});

describe('the end of a server', () => {
  story(
    'right behind a turn/start: the turn is there, interrupted, and the end does not wait for the model',
    async (stage) => {
      stage.model.otherwise(hang);
      const server = new RawServer(stage.home);
      await server.initialize();
      const started = await server.ask('thread/start', { cwd: stage.workspace });
      const threadId: string = started.result.thread.id;
      const asked = server.ask('turn/start', { threadId, input: [{ type: 'text', text: 'last words' }] });
      await server.stop();
      equal((await asked).error, undefined);
      const client = await stage.open('linked');
      const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
      equal(thread.turns[0].status, 'interrupted');
      equal(thread.turns[0].items[0].content[0].text, 'last words');
    },
    { kinds: ['binary'] },
  );

  for (const [how, end] of [
    ['when its client closes the connection', (child) => void child.stdin?.end()],
    ['at SIGTERM', (child) => void child.kill('SIGTERM')],
  ] satisfies [string, (child: import('node:child_process').ChildProcess) => void][]) {
    story(
      `${how}: exit code 0, the running turn reads interrupted`,
      async (stage) => {
        stage.model.script(answer([text('half', { done: false }), gate('mid')]));
        const server = await stage.start('binary');
        const owner = await server.connect();
        await owner.initialize();
        const threadId = await startThread(owner, stage);
        await startTurn(owner, threadId, 'go');
        await stage.model.reached('mid');
        const exited = once(server.process!, 'exit');
        end(server.process!);
        deepEqual(await exited, [0, null]);
        const client = await stage.open('linked');
        const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
        equal(thread.turns[0].status, 'interrupted');
      },
      { kinds: ['binary'] },
    );
  }
});
