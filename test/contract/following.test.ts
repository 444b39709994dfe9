// Several processes look at one thread: it is followed live, answered, steered and stopped from elsewhere, and outlives its owner.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, command, gate, text } from '../support/modelScript.ts';
import { pausedAfter } from '../support/pausedPart.ts';
import {
  playTurn,
  startThread,
  startTurn,
  story,
  type RunningServer,
  type ServerKind,
  type Stage,
} from '../support/story.ts';
import type { Incoming, WireClient } from '../support/wireClient.ts';

const ASK = 'item/commandExecution/requestApproval';
const UNTRUSTED = { approvalPolicy: 'untrusted' };
const BINARY: { readonly kinds: readonly ServerKind[] } = { kinds: ['binary'] };
const LONG = 'word after word after word, '.repeat(40);

interface Opened {
  readonly server: RunningServer;
  readonly client: WireClient;
}

async function opened(stage: Stage, kind: ServerKind, name: string): Promise<Opened> {
  const server = await stage.start(kind);
  const client = await server.connect();
  await client.initialize(name);
  return { server, client };
}

/** Another process that follows the thread. */
async function following(stage: Stage, kind: ServerKind, threadId: string): Promise<Opened & { resumed: any }> {
  const { server, client } = await opened(stage, kind, 'second_client');
  const resumed = await client.request('thread/resume', { threadId, follow: true });
  return { server, client, resumed };
}

/** What the client was told of the thread's turns. */
function told(client: WireClient, from = 0): string[] {
  return client
    .incoming(from)
    .filter(({ method }) => /^(turn|item)\//.test(method))
    .map(({ method, params }) => `${method} ${JSON.stringify(params)}`);
}

function deltasOf(events: readonly Incoming[]): string {
  return events
    .filter(({ method }) => method === 'item/agentMessage/delta')
    .map(({ params }) => params.delta)
    .join('');
}

async function killed(server: RunningServer): Promise<void> {
  server.process?.kill('SIGKILL');
  await server.stop();
}

describe('a thread that is followed from another process', () => {
  story('is seen live: what was so far with the answer, then everything, in order and once', async (stage, kind) => {
    stage.model.script(answer(pausedAfter(60, text(LONG, { deltas: 3, id: 'm1' }), 'mid')));
    const owner = await opened(stage, kind, 'first_client');
    const threadId = await startThread(owner.client, stage);
    await startTurn(owner.client, threadId, 'go');
    await stage.model.reached('mid');
    await owner.client.next('item/agentMessage/delta');
    const { client, resumed } = await following(stage, kind, threadId);
    deepEqual([resumed.thread.status.type, resumed.thread.turns[0].status], ['active', 'inProgress']);
    equal(resumed.thread.lease.client, 'first_client');
    const joined = await client.next('item/started', ({ item }) => item.id === 'm1');
    ok(joined.params.item.text.length > 0 && joined.params.item.text.length < LONG.length);
    stage.model.open('mid');
    await Promise.all([client.turnCompleted(threadId), owner.client.turnCompleted(threadId)]);
    equal(joined.params.item.text + deltasOf(client.incoming()), LONG);
    const [, ...after] = told(client);
    deepEqual(after, told(owner.client).slice(-after.length));
  });

  story('takes a message from there; both see the turn, its answer first', async (stage, kind) => {
    const owner = await opened(stage, kind, 'first_client');
    const threadId = await startThread(owner.client, stage);
    await playTurn(owner.client, threadId, 'hi');
    const { client, resumed } = await following(stage, kind, threadId);
    equal(resumed.thread.turns.length, 1);
    const [ownFrom, from] = [owner.client.lines.length, client.lines.length];
    await playTurn(client, threadId, 'from the second window');
    await owner.client.turnCompleted(threadId);
    const statuses = client.incoming(from).filter(({ method }) => method === 'thread/status/changed');
    deepEqual(new Set(statuses.map(({ params }) => params.lease?.client)), new Set(['first_client']));
    const [asked, answered] = client.lines.slice(from);
    ok(asked !== undefined && 'method' in asked.message && asked.message.method === 'turn/start');
    ok(answered !== undefined && 'result' in answered.message, 'the answer comes first');
    ok(told(client, from).length > 4);
    deepEqual(told(client, from), told(owner.client, ownFrom));
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    deepEqual([thread.turns.length, thread.turns[1].status, thread.lease.client], [2, 'completed', 'first_client']);
  });

  story('is answered from there; the first answer counts and the other hears of it', async (stage, kind) => {
    stage.model.script(
      answer(command('echo ran >> ran', {}, { callId: 'c1' })),
      answer(command('echo ran >> second', {}, { callId: 'c2' })),
    );
    const owner = await opened(stage, kind, 'first_client');
    const threadId = await startThread(owner.client, stage, UNTRUSTED);
    await startTurn(owner.client, threadId, 'go');
    const asked = await owner.client.next(ASK);
    const { client } = await following(stage, kind, threadId);
    const again = await client.next(ASK);
    deepEqual([again.id, again.params], [asked.id, asked.params]);
    const [listed] = (await client.request('approval/list', {})).data;
    deepEqual([listed.requestId, listed.threadId, listed.isLoaded], [asked.id, threadId, true]);
    deepEqual((await client.request('thread/loaded/list', {})).data, [threadId]);
    client.answer(again, { decision: 'accept' });
    await owner.client.next('serverRequest/resolved', ({ requestId }) => requestId === asked.id);
    const [mine, theirs] = await Promise.all([owner.client.next(ASK), client.next(ASK)]);
    equal(mine.id, theirs.id);
    owner.client.answer(mine, { decision: 'decline' });
    await client.next('serverRequest/resolved', ({ requestId }) => requestId === mine.id);
    // too late, and without effect
    client.answer(theirs, { decision: 'accept' });
    await Promise.all([client.turnCompleted(threadId), owner.client.turnCompleted(threadId)]);
    deepEqual([stage.read('ran'), stage.exists('second')], ['ran\n', false]);
  });

  story('is steered and stopped from there, and errors come as the owner says them', async (stage, kind) => {
    stage.model.script(
      answer([text('half', { done: false }), gate('first')]),
      answer([text('half', { done: false }), gate('second')]),
    );
    const owner = await opened(stage, kind, 'first_client');
    const threadId = await startThread(owner.client, stage);
    const { error: unstored } = await (
      await opened(stage, kind, 'x')
    ).client.ask('thread/resume', { threadId, follow: true });
    match(unstored?.message ?? '', /no rollout found/);
    const turnId = await startTurn(owner.client, threadId, 'go');
    await stage.model.reached('first');
    const { client } = await following(stage, kind, threadId);
    const input = [{ type: 'text' as const, text: 'left, please' }];
    const wrong = { threadId, input, expectedTurnId: 'other' };
    const [theirs, own] = [await client.ask('turn/steer', wrong), await owner.client.ask('turn/steer', wrong)];
    deepEqual(theirs.error, own.error);
    equal(theirs.error?.data.kind, 'turnMismatch');
    deepEqual(await client.request('turn/steer', { threadId, input, expectedTurnId: turnId }), { turnId });
    await stage.model.reached('second');
    await client.request('turn/interrupt', { threadId, turnId });
    equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
    equal((await owner.client.turnCompleted(threadId)).params.turn.status, 'interrupted');
    ok(JSON.stringify((await stage.model.request(1)).input).includes('left, please'));
  });

  story(
    'is stopped from there although the question is answered right behind it',
    async (stage, kind) => {
      stage.model.script(answer(command('echo ran >> ran', {}, { callId: 'c1' })));
      const owner = await opened(stage, kind, 'first_client');
      const threadId = await startThread(owner.client, stage, UNTRUSTED);
      const turnId = await startTurn(owner.client, threadId, 'go');
      const { client } = await following(stage, kind, threadId);
      const asked = await client.next(ASK);
      const interrupted = client.ask('turn/interrupt', { threadId, turnId });
      client.answer(asked, { decision: 'accept' });
      deepEqual((await interrupted).result, {});
      equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
      const methods = client.incoming().map(({ method }) => method);
      const [ended, resolved] = [methods.indexOf('turn/completed'), methods.indexOf('serverRequest/resolved')];
      ok(resolved === -1 || resolved > ended, 'it was settled by the end of the turn, not by the answer');
      equal(stage.exists('ran'), false);
    },
    { kinds: ['linked'] },
  );

  story('is named, left and archived from there', async (stage, kind) => {
    const owner = await opened(stage, kind, 'first_client');
    const threadId = await startThread(owner.client, stage);
    await playTurn(owner.client, threadId, 'hi');
    const { client } = await following(stage, kind, threadId);
    await client.request('thread/name/set', { threadId, name: 'Named elsewhere' });
    await owner.client.next('thread/name/updated', ({ threadName }) => threadName === 'Named elsewhere');
    deepEqual(await client.request('thread/unsubscribe', { threadId }), { status: 'unsubscribed' });
    deepEqual(await client.request('thread/unsubscribe', { threadId }), { status: 'notLoaded' });
    const from = client.lines.length;
    await playTurn(owner.client, threadId, 'alone');
    await client.request('thread/list', {});
    deepEqual(told(client, from), []);
    const refused = await client.ask('turn/start', { threadId, input: [{ type: 'text', text: 'x' }] });
    equal(refused.error?.data.kind, 'threadNotFound');
    await client.request('thread/resume', { threadId, follow: true });
    await client.request('thread/archive', { threadId });
    await owner.client.next('thread/archived', (params) => params.threadId === threadId);
    await client.request('thread/unarchive', { threadId });
  });

  story('refuses a client that asks for neither, and one without experimentalApi', async (stage, kind) => {
    const owner = await opened(stage, kind, 'first_client');
    const threadId = await startThread(owner.client, stage);
    await playTurn(owner.client, threadId, 'hi');
    const { client } = await opened(stage, kind, 'second_client');
    const refused = await client.ask('thread/resume', { threadId });
    deepEqual([refused.error?.code, refused.error?.data.kind], [-32600, 'threadHeld']);
    const stable = await (await stage.start(kind)).connect();
    await stable.initialize('stable', null);
    const { error } = await stable.ask('thread/resume', { threadId, follow: true });
    equal(error?.message, 'thread/resume.follow requires experimentalApi capability');
  });
});

describe('a thread whose owner is lost while it is followed', () => {
  story(
    'goes on in the process that writes first; who follows is told at once, and no turn is lost',
    async (stage, kind) => {
      stage.model.script(answer([text('half', { id: 'm1', done: false }), gate('mid')]));
      const owner = await opened(stage, kind, 'first_client');
      const threadId = await startThread(owner.client, stage);
      await startTurn(owner.client, threadId, 'go');
      await stage.model.reached('mid');
      const [second, third] = [await following(stage, kind, threadId), await following(stage, kind, threadId)];
      await Promise.all([second, third].map(({ client }) => client.next('item/started')));
      await killed(owner.server);
      for (const { client } of [second, third]) {
        const lost = await client.next('thread/status/changed', ({ status }) => status.type === 'notLoaded');
        equal(lost.params.lease, null);
        match((await client.next('warning')).params.message, /first_client \(pid \d+ on .*Send a message, or resume/);
      }
      await playTurn(second.client, threadId, 'go on');
      // the other finds who was quicker, and follows there
      const from = second.client.lines.length;
      await playTurn(third.client, threadId, 'and on');
      await second.client.turnCompleted(threadId);
      ok(told(second.client, from).length > 4);
      const { thread } = await third.client.request('thread/resume', { threadId, follow: true });
      deepEqual(
        thread.turns.map(({ status }: any) => status),
        ['interrupted', 'completed', 'completed'],
      );
      equal(thread.lease.pid, second.server.process?.pid);
    },
    BINARY,
  );

  story(
    'keeps the question that was open: who resumes is asked again under its id',
    async (stage, kind) => {
      stage.model.script(answer(command('echo ran >> ran', {}, { callId: 'c1' })));
      const owner = await opened(stage, kind, 'first_client');
      const threadId = await startThread(owner.client, stage, UNTRUSTED);
      await startTurn(owner.client, threadId, 'go');
      const asked = await owner.client.next(ASK);
      const { client } = await following(stage, kind, threadId);
      await client.next(ASK);
      await killed(owner.server);
      await client.next('serverRequest/resolved', ({ requestId }) => requestId === asked.id);
      await client.next('warning');
      const { thread } = await client.request('thread/resume', { threadId });
      deepEqual(thread.status, { type: 'active', activeFlags: ['waitingOnApproval'] });
      const again = await client.next(ASK);
      equal(again.id, asked.id);
      client.answer(again, { decision: 'accept' });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
      equal(stage.read('ran'), 'ran\n');
    },
    BINARY,
  );
});
