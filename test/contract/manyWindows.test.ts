// Several windows on one home: each learns of the threads of the others, shows who has them, and costs nothing while nothing happens.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { answer, command, text } from '../support/modelScript.ts';
import { pausedAfter } from '../support/pausedPart.ts';
import { playTurn, startThread, startTurn, story, type ServerKind, type Stage } from '../support/story.ts';

const ASK = 'item/commandExecution/requestApproval';
const BINARY: { readonly kinds: readonly ServerKind[] } = { kinds: ['binary'] };
const LONG = 'word after word after word, '.repeat(40);

async function opened(stage: Stage, kind: ServerKind, name: string, capabilities?: object) {
  const server = await stage.start(kind);
  const client = await server.connect();
  await client.initialize(name, capabilities);
  return { server, client };
}

/** What cannot be waited for by an event. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

describe('a window beside another', () => {
  story('hears of the other’s threads: begun, at work, waiting, named, archived, deleted', async (stage, kind) => {
    stage.model.script(answer(command('echo ran >> ran', {}, { callId: 'c1' })));
    const watching = await opened(stage, kind, 'watching');
    deepEqual((await watching.client.request('thread/list', {})).data, []);
    const { server, client } = await opened(stage, kind, 'working');
    const threadId = await startThread(client, stage, { approvalPolicy: 'untrusted' });
    await startTurn(client, threadId, 'go');
    const asked = await client.next(ASK);
    const started = await watching.client.next('thread/started');
    deepEqual([started.params.thread.id, started.params.thread.turns], [threadId, []]);
    const waiting = { type: 'active', activeFlags: ['waitingOnApproval'] };
    const told = await watching.client.next('thread/status/changed', ({ status }) => status.activeFlags?.length === 1);
    equal(told.params.lease.client, 'working');
    const [listed] = (await watching.client.request('thread/list', {})).data;
    deepEqual(
      [listed.status, listed.lease.client, listed.lease.pid],
      [waiting, 'working', server.process?.pid ?? process.pid],
    );
    deepEqual((await watching.client.request('thread/read', { threadId })).thread.lease, listed.lease);
    deepEqual((await client.request('thread/list', {})).data[0].lease, null);
    client.answer(asked, { decision: 'accept' });
    await watching.client.next('thread/status/changed', ({ status }) => status.type === 'idle');
    await client.request('thread/name/set', { threadId, name: 'Named' });
    await watching.client.next('thread/name/updated', (params) => params.threadName === 'Named');
    await client.request('thread/archive', { threadId });
    await watching.client.next('thread/archived', (params) => params.threadId === threadId);
    await client.request('thread/unarchive', { threadId });
    await watching.client.next('thread/unarchived');
    await client.request('thread/delete', { threadId });
    await watching.client.next('thread/deleted', (params) => params.threadId === threadId);
  });

  story(
    'sees an ended window’s threads as free, and neither lease nor status without experimentalApi',
    async (stage, kind) => {
      const stable = await opened(stage, kind, 'stable', { experimentalApi: false });
      const watching = await opened(stage, kind, 'watching');
      for (const { client } of [stable, watching]) await client.request('thread/list', {});
      const { server, client } = await opened(stage, kind, 'working');
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'hi');
      await watching.client.next('thread/status/changed', ({ status }) => status.type === 'idle');
      await stable.client.next('thread/started');
      const [seen] = (await stable.client.request('thread/list', {})).data;
      deepEqual([seen.status, 'lease' in seen], [{ type: 'notLoaded' }, false]);
      await server.stop();
      const left = await watching.client.next('thread/status/changed', ({ status }) => status.type === 'notLoaded');
      equal(left.params.lease, null);
      const [free] = (await watching.client.request('thread/list', {})).data;
      deepEqual([free.status, free.lease], [{ type: 'notLoaded' }, null]);
      ok(!stable.client.incoming().some(({ method }) => method === 'thread/status/changed'));
    },
  );

  story('does not hear of ephemeral threads, nor of one that has no turn yet', async (stage, kind) => {
    const watching = await opened(stage, kind, 'watching');
    await watching.client.request('thread/list', {});
    const { client } = await opened(stage, kind, 'working');
    const ephemeral = await startThread(client, stage, { ephemeral: true });
    await playTurn(client, ephemeral, 'hi');
    await startThread(client, stage);
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'hi');
    await watching.client.next('thread/status/changed', ({ status }) => status.type === 'idle');
    const about = watching.client.incoming().map(({ params }) => params.threadId ?? params.thread.id);
    deepEqual(new Set(about), new Set([threadId]));
  });
});

describe('twenty who follow', () => {
  story(
    'all see everything; when they leave nothing of them is left in the owner',
    async (stage, kind) => {
      stage.model.script(answer(pausedAfter(60, text(LONG, { deltas: 3, id: 'm1' }), 'mid')));
      const owner = await opened(stage, kind, 'owner');
      const threadId = await startThread(owner.client, stage);
      await startTurn(owner.client, threadId, 'go');
      await stage.model.reached('mid');
      await owner.client.next('item/agentMessage/delta');
      // the sandbox holds files of its own, and is looked at ahead at some time
      await owner.client.request('sandbox/read', {});
      const before = openFiles(owner.server.process?.pid);
      const second = await stage.start('linked');
      const clients = await Promise.all(
        Array.from({ length: 20 }, async (_, n) => {
          const client = await second.connect();
          await client.initialize(`follower_${n}`);
          await client.request('thread/resume', { threadId, follow: true });
          return client;
        }),
      );
      stage.model.open('mid');
      await Promise.all(clients.map((client) => client.turnCompleted(threadId)));
      for (const client of clients) {
        const events = client.incoming();
        const joined = events.find(({ method, params }) => method === 'item/started' && params.item.id === 'm1');
        const deltas = events.filter(({ method }) => method === 'item/agentMessage/delta');
        equal(joined?.params.item.text + deltas.map(({ params }) => params.delta).join(''), LONG);
      }
      // some say so, and some are just gone
      for (const client of clients.slice(10)) await client.request('thread/unsubscribe', { threadId });
      for (const client of clients.slice(0, 10)) client.close();
      await until(() => openFiles(owner.server.process?.pid) <= before);
    },
    BINARY,
  );
});

/** 0 where the system does not tell. */
function openFiles(pid: number | undefined): number {
  return process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : 0;
}
