// The queue of a thread: prompts that wait, sent one after the other, each exactly once.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { lastUserText } from '../support/modelRequest.ts';
import { answer, apiError, gate, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;

const input = (words: string) => [{ type: 'text' as const, text: words }];

const add = async (client: WireClient, threadId: string, words: string, clientUserMessageId = words): Promise<any> =>
  (await client.request('thread/queue/add', { threadId, input: input(words), clientUserMessageId })).queuedSubmission;

async function queued(client: WireClient, threadId: string): Promise<string[]> {
  const { data } = await client.request('thread/queue/list', { threadId });
  return data.map((prompt: any) => prompt.input[0].text);
}

const sent = (stage: Stage): string[] => stage.model.requests.map((request) => lastUserText(request));

/** A turn that stands at its gate. */
async function hold(client: WireClient, stage: Stage, threadId: string): Promise<string> {
  stage.model.script(answer([text('working'), gate('held')]));
  const turnId = await startTurn(client, threadId, 'begin');
  await stage.model.reached('held');
  return turnId;
}

describe('a prompt in the queue', () => {
  story('waits for the running turn, and is sent in its order when that has completed', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await hold(client, stage, threadId);
    const one = await add(client, threadId, 'one');
    deepEqual(one.input, [{ type: 'text', text: 'one', text_elements: [] }]);
    deepEqual([one.clientUserMessageId, one.responsesapiClientMetadata], ['one', null]);
    await client.next('thread/queue/changed');
    await add(client, threadId, 'two');
    deepEqual(await queued(client, threadId), ['one', 'two']);
    stage.model.open('held');
    for (let turn = 0; turn < 3; turn += 1) await client.turnCompleted(threadId);
    deepEqual(sent(stage), ['begin', 'one', 'two']);
    deepEqual(await queued(client, threadId), []);
    const told = transcript(client.lines).filter((line) => /^< (thread\/queue|turn)\//.test(line));
    const next = ['< thread/queue/changed', '< turn/started inProgress', '< turn/completed completed'];
    deepEqual(told.slice(-7), ['< turn/completed completed', ...next, ...next]);
    const ids = client.incoming().flatMap(({ method, params }) => (method === 'item/completed' ? params.item : []));
    deepEqual(
      ids.filter(({ type }) => type === 'userMessage').map(({ clientId }) => clientId),
      [null, 'one', 'two'],
    );
  });

  story(
    'is sent at once on an idle thread, which it may be the first of',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await add(client, threadId, 'now');
      await client.turnCompleted(threadId);
      deepEqual(sent(stage), ['now']);
      deepEqual(await queued(client, threadId), []);
    },
    LINKED,
  );

  story(
    'can be changed, moved, and taken out',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await hold(client, stage, threadId);
      const ids: string[] = [];
      for (const words of ['a', 'b', 'c']) ids.push((await add(client, threadId, words)).id);
      const [a, b, c] = ids as [string, string, string];
      const change = { threadId, queuedSubmissionId: b, input: input('B') };
      const { queuedSubmission } = await client.request('thread/queue/update', change);
      deepEqual([queuedSubmission.id, queuedSubmission.clientUserMessageId], [b, 'b']);
      deepEqual(await client.request('thread/queue/reorder', { threadId, queuedSubmissionIds: [c, b, a] }), {});
      deepEqual(await queued(client, threadId), ['c', 'B', 'a']);
      const page = await client.request('thread/queue/list', { threadId, limit: 2 });
      deepEqual([page.data.length, page.nextCursor], [2, '2']);
      const rest = await client.request('thread/queue/list', { threadId, cursor: page.nextCursor });
      deepEqual([rest.data.map(({ id }: any) => id), rest.nextCursor], [[a], null]);
      const taken = { threadId, queuedSubmissionId: b };
      deepEqual(await client.request('thread/queue/delete', taken), { deleted: true });
      deepEqual(await client.request('thread/queue/delete', taken), { deleted: false });
      const errors = [
        await client.ask('thread/queue/update', { ...change, input: input('x') }),
        await client.ask('thread/queue/reorder', { threadId, queuedSubmissionIds: [c] }),
        await client.ask('thread/queue/start', { threadId }),
        await client.ask('thread/queue/add', { threadId, input: [], clientUserMessageId: 'd' }),
      ];
      deepEqual(
        errors.map(({ error }) => error?.message),
        [
          `queued submission not found: ${b}`,
          'queue reorder must include every queued submission exactly once',
          'thread already has an active or pending turn',
          'only user input can be added to the user-message queue',
        ],
      );
      stage.model.open('held');
      for (let turn = 0; turn < 3; turn += 1) await client.turnCompleted(threadId);
      deepEqual(sent(stage), ['begin', 'c', 'a']);
    },
    LINKED,
  );
});

describe('the queue', () => {
  story(
    'waits after an interrupted and after a failed turn, until it is started or a turn completes',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const turnId = await hold(client, stage, threadId);
      await add(client, threadId, 'one');
      const { id } = await add(client, threadId, 'two');
      await add(client, threadId, 'three');
      await client.request('turn/interrupt', { threadId, turnId });
      await client.turnCompleted(threadId);
      await add(client, threadId, 'four');
      deepEqual(await queued(client, threadId), ['one', 'two', 'three', 'four']);
      stage.model.script(apiError(400, { message: 'no' }));
      const { turn } = await client.request('thread/queue/start', { threadId, queuedSubmissionId: id });
      equal(turn.status, 'inProgress');
      const failed = await client.turnCompleted(threadId);
      deepEqual([failed.params.turn.id, failed.params.turn.status], [turn.id, 'failed']);
      deepEqual(await queued(client, threadId), ['one', 'three', 'four']);
      await playTurn(client, threadId, 'mine');
      for (let more = 0; more < 3; more += 1) await client.turnCompleted(threadId);
      deepEqual(sent(stage), ['begin', 'two', 'mine', 'one', 'three', 'four']);
      const empty = await client.ask('thread/queue/start', { threadId });
      equal(empty.error?.message, 'queue is empty');
    },
    LINKED,
  );

  story(
    'belongs to stored threads: one that is not loaded can be queued for, an ephemeral one cannot',
    async (stage) => {
      const first = await stage.start('linked');
      const client = await first.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'begin');
      const ephemeral = await startThread(client, stage, { ephemeral: true });
      const refused = await client.ask('thread/queue/add', {
        threadId: ephemeral,
        input: input('x'),
        clientUserMessageId: 'x',
      });
      equal(refused.error?.message, `ephemeral thread does not support queued submissions: ${ephemeral}`);
      await first.stop();
      const second = await stage.open('linked');
      await add(second, threadId, 'later');
      deepEqual(sent(stage), ['begin']);
      await second.request('thread/resume', { threadId });
      await second.turnCompleted(threadId);
      deepEqual(sent(stage), ['begin', 'later']);
      const unknown = await second.ask('thread/queue/list', { threadId: '01a227e2-9492-74d3-8ebb-c8ed667a89b3' });
      equal(unknown.error?.data.kind, 'threadNotFound');
    },
    LINKED,
  );

  story(
    'survives a killed server: nothing is lost, and nothing is sent twice',
    async (stage) => {
      const server = await stage.start('binary');
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      await hold(client, stage, threadId);
      await add(client, threadId, 'one');
      await add(client, threadId, 'two');
      stage.model.open('held');
      stage.model.script(answer([text('one is under way'), gate('killed')]));
      await stage.model.reached('killed');
      const dead = once(server.process!, 'exit');
      server.process!.kill('SIGKILL');
      await dead;
      const next = await stage.open('linked');
      await next.request('thread/resume', { threadId });
      deepEqual(await queued(next, threadId), ['two']);
      await next.request('thread/queue/start', { threadId });
      await next.turnCompleted(threadId);
      deepEqual(sent(stage), ['begin', 'one', 'two']);
    },
    LINKED,
  );
});

describe('the same clientUserMessageId', () => {
  story(
    'is queued once, and never sent twice, whichever way it comes',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const turnId = await hold(client, stage, threadId);
      const first = await add(client, threadId, 'words', 'm1');
      deepEqual(await add(client, threadId, 'other words', 'm1'), first);
      deepEqual(await queued(client, threadId), ['words']);
      const steered = await client.request('turn/start', { threadId, input: input('now'), clientUserMessageId: 'm1' });
      equal(steered.turn.id, turnId);
      await add(client, threadId, 'steered', 'm2');
      await client.request('turn/steer', {
        threadId,
        expectedTurnId: turnId,
        input: input('then'),
        clientUserMessageId: 'm2',
      });
      stage.model.open('held');
      await client.turnCompleted(threadId);
      deepEqual(await queued(client, threadId), []);
      await add(client, threadId, 'again', 'm1');
      deepEqual(await queued(client, threadId), []);
      await playTurn(client, threadId, 'last');
      const messages = client
        .incoming()
        .filter(({ method, params }) => method === 'item/completed' && params.item.clientId);
      deepEqual(
        messages.map(({ params }) => params.item.clientId),
        ['m1', 'm2'],
      );
    },
    LINKED,
  );

  story(
    'is known to the next server, and to another one that takes the thread over',
    async (stage) => {
      const first = await stage.start('linked');
      const client = await first.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      const send = (to: WireClient): Promise<any> =>
        to.request('turn/start', { threadId, input: input('once'), clientUserMessageId: 'm1' });
      const { turn } = await send(client);
      await client.turnCompleted(threadId);
      const other = await stage.open('linked');
      await other.request('thread/resume', { threadId, takeover: true });
      const repeated = await send(other);
      deepEqual([repeated.turn.id, repeated.turn.status], [turn.id, 'completed']);
      await first.stop();
      const third = await stage.open('linked');
      await third.request('thread/resume', { threadId, takeover: true });
      equal((await send(third)).turn.id, turn.id);
      await add(third, threadId, 'once', 'm1');
      deepEqual(await queued(third, threadId), []);
      equal(stage.model.requests.length, 1);
      const { data } = await third.request('thread/turns/list', { threadId });
      equal(data.length, 1);
      ok(!third.incoming().some(({ method }) => method === 'turn/started'));
    },
    LINKED,
  );
});
