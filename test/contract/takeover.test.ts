// A thread changes hands: its owner is asked to let go, and one that does not answer is passed over.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { answer, command, gate, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type ServerKind, type Stage } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

const ASK = 'item/commandExecution/requestApproval';
const FULL = { approvalPolicy: 'never', sandbox: 'danger-full-access' };
const BINARY: { readonly kinds: readonly ServerKind[] } = { kinds: ['binary'] };

/** A client of a process of its own, and a thread that this process writes. */
async function owning(stage: Stage, kind: ServerKind, params: object = {}) {
  const server = await stage.start(kind);
  const client = await server.connect();
  await client.initialize('first_client');
  return { server, client, threadId: await startThread(client, stage, params) };
}

async function other(stage: Stage, kind: ServerKind, name = 'second_client'): Promise<WireClient> {
  const client = await (await stage.start(kind)).connect();
  await client.initialize(name);
  return client;
}

/** Stops the process, and waits until the system says so. */
async function stopped(pid: number, stop: () => void): Promise<void> {
  stop();
  const isStopped = (): boolean =>
    process.platform !== 'linux' || / T \d/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  while (!isStopped()) await new Promise((resolve) => setImmediate(resolve));
}

describe('takeover', () => {
  story('asks the owner, which closes what it has open and says who has the thread now', async (stage, kind) => {
    stage.makePipe('pipe');
    stage.model.script(answer(command('echo began; cat pipe', {}, { callId: 'c1' })));
    const owner = await owning(stage, kind, FULL);
    const { threadId } = owner;
    await startTurn(owner.client, threadId, 'go');
    await owner.client.next('item/commandExecution/outputDelta');
    const client = await other(stage, kind);
    const polite = await client.ask('thread/resume', { threadId, takeover: true, force: false });
    deepEqual([polite.error?.code, polite.error?.data.kind], [-32600, 'turnInProgress']);
    const { thread } = await client.request('thread/resume', { threadId, takeover: true });
    const ended = await owner.client.turnCompleted(threadId);
    equal(ended.params.turn.status, 'failed');
    match(ended.params.turn.error.message, /taken over by second_client/);
    match((await owner.client.next('warning')).params.message, /taken over by second_client/);
    await owner.client.next('thread/closed');
    const [turn] = thread.turns;
    const item = turn.items.find(({ id }: any) => id === 'c1');
    deepEqual([turn.status, item.status, item.completedAtMs !== null], ['failed', 'failed', true]);
    await playTurn(client, threadId, 'mine now');
  });

  story('leaves a turn that waits for the user to the new owner', async (stage, kind) => {
    stage.model.script(answer(command('echo ran >> ran', {}, { callId: 'c1' })));
    const owner = await owning(stage, kind, { approvalPolicy: 'untrusted' });
    const { threadId } = owner;
    await startTurn(owner.client, threadId, 'go');
    const asked = await owner.client.next(ASK);
    const client = await other(stage, kind);
    await client.request('thread/resume', { threadId, takeover: true, force: false });
    await owner.client.next('serverRequest/resolved', ({ requestId }) => requestId === asked.id);
    await owner.client.next('thread/closed');
    const again = await client.next(ASK);
    equal(again.id, asked.id);
    client.answer(again, { decision: 'accept' });
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    equal(stage.read('ran'), 'ran\n');
  });

  story(
    'that is refused leaves who follows where they were; who gets the thread hears no last words of its owner',
    async (stage, kind) => {
      stage.model.script(answer([text('half', { id: 'm1', done: false }), gate('mid'), text(' whole', { id: 'm1' })]));
      const owner = await owning(stage, kind);
      const { threadId } = owner;
      await startTurn(owner.client, threadId, 'go');
      await stage.model.reached('mid');
      const client = await other(stage, kind);
      await client.request('thread/resume', { threadId, follow: true });
      const polite = await client.ask('thread/resume', { threadId, takeover: true, force: false });
      equal(polite.error?.data.kind, 'turnInProgress');
      stage.model.open('mid');
      equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
      const from = client.lines.length;
      const told = owner.client.next('thread/status/changed', ({ lease }) => lease !== undefined);
      await client.request('thread/resume', { threadId, takeover: true, force: false });
      equal((await told).params.lease.client, 'second_client');
      const said = owner.client.incoming();
      ok(said.some(({ method, params }) => method === 'warning' && params.about === 'writer'));
      ok(said.some(({ method }) => method === 'thread/closed'));
      await playTurn(client, threadId, 'mine now');
      ok(!client.incoming(from).some(({ method }) => ['thread/closed', 'warning'].includes(method)));
    },
    { kinds: ['linked'] },
  );

  story('by one who follows, while others go on to follow the new owner', async (stage, kind) => {
    const owner = await owning(stage, kind);
    const { threadId } = owner;
    await playTurn(owner.client, threadId, 'hi');
    const [second, third] = [await other(stage, kind), await other(stage, kind, 'third_client')];
    for (const client of [second, third]) await client.request('thread/resume', { threadId, follow: true });
    const from = second.lines.length;
    await second.request('thread/resume', { threadId, takeover: true });
    await third.next('thread/closed');
    ok(!second.incoming(from).some(({ method }) => method === 'thread/closed'));
    await playTurn(third, threadId, 'to the new owner');
    await second.turnCompleted(threadId);
    const { thread } = await third.request('thread/read', { threadId });
    equal(thread.lease.client, 'second_client');
  });

  story('thread/release lets go for whoever comes next', async (stage, kind) => {
    const owner = await owning(stage, kind);
    const { threadId } = owner;
    deepEqual(await owner.client.request('thread/release', { threadId }), { isReleased: false });
    await playTurn(owner.client, threadId, 'hi');
    deepEqual(await owner.client.request('thread/release', { threadId }), { isReleased: true });
    const client = await other(stage, kind);
    equal((await client.request('thread/resume', { threadId })).thread.turns.length, 1);
  });
});

describe('an owner that is stopped', () => {
  story(
    'is not waited for: it can be taken over, and learns of it when it goes on',
    async (stage, kind) => {
      stage.model.script(answer([text('half', { done: false }), gate('mid')]));
      const owner = await owning(stage, kind);
      const { threadId } = owner;
      await startTurn(owner.client, threadId, 'go');
      await stage.model.reached('mid');
      const client = await other(stage, kind);
      await stopped(owner.server.process?.pid ?? 0, () => owner.server.process?.kill('SIGSTOP'));
      const silent = await client.ask('thread/resume', { threadId, follow: true });
      equal(silent.error?.data.kind, 'ownerSilent');
      const { thread } = await client.request('thread/resume', { threadId, takeover: true });
      equal(thread.turns[0].status, 'interrupted');
      await playTurn(client, threadId, 'go on');
      owner.server.process?.kill('SIGCONT');
      match((await owner.client.turnCompleted(threadId)).params.turn.error.message, /second_client/);
      await owner.client.next('thread/closed');
      const { thread: after } = await client.request('thread/read', { threadId, includeTurns: true });
      deepEqual(
        after.turns.map(({ status }: any) => status),
        ['interrupted', 'completed'],
      );
    },
    BINARY,
  );
});

describe('many processes and one thread', () => {
  story(
    'resumed by eight at once it has one owner, and a message sent by all begins one turn',
    async (stage, kind) => {
      const owner = await owning(stage, kind);
      const { threadId } = owner;
      await playTurn(owner.client, threadId, 'hi');
      await owner.server.stop();
      const clients = await Promise.all(Array.from({ length: 8 }, (_, n) => other(stage, kind, `client_${n}`)));
      const resumed = await Promise.all(
        clients.map((client) => client.request('thread/resume', { threadId, follow: true })),
      );
      const leases = resumed.map(({ thread }) => thread.lease?.client);
      equal(leases.filter((name) => name === undefined).length, 1, 'one writes');
      equal(new Set(leases.filter((name) => name !== undefined)).size, 1, 'all others follow it');
      const input = [{ type: 'text' as const, text: 'once' }];
      const started = await Promise.all(
        clients.map((client) => client.request('turn/start', { threadId, input, clientUserMessageId: 'message-1' })),
      );
      equal(new Set(started.map(({ turn }) => turn.id)).size, 1);
      await Promise.all(clients.map((client) => client.turnCompleted(threadId)));
      equal(stage.model.requests.length, 2);
      const { thread } = await clients[0]!.request('thread/read', { threadId, includeTurns: true });
      equal(thread.turns.length, 2);
    },
    BINARY,
  );
});
