// Questions outlive the server that asked them: whatever ends it, the next one asks again under the same id, and nothing runs twice.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { Thread } from '../../server/protocol/schema/thread.ts';
import { answer, command, patch } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { startThread, startTurn, story, type RunningServer, type ServerKind, type Stage } from '../support/story.ts';
import { transcript, type Incoming, type WireClient } from '../support/wireClient.ts';

const ASK = 'item/commandExecution/requestApproval';
const ASK_PATCH = 'item/fileChange/requestApproval';
const WAITING = { type: 'active', activeFlags: ['waitingOnApproval'] };

interface Asked {
  readonly server: RunningServer;
  readonly client: WireClient;
  readonly threadId: string;
  readonly turnId: string;
  readonly asked: Incoming;
}

/** A turn in which the model calls `command` as c1 and asks about it. */
async function asking(stage: Stage, kind: ServerKind, script = 'echo ran >> ran'): Promise<Asked> {
  stage.model.script(answer(command(script, {}, { callId: 'c1' })));
  const server = await stage.start(kind);
  const client = await server.connect();
  await client.initialize();
  const threadId = await startThread(client, stage, { approvalPolicy: 'untrusted' });
  const turnId = await startTurn(client, threadId, 'go');
  return { server, client, threadId, turnId, asked: await client.next(ASK) };
}

/** The next server, and its answer to `thread/resume`. */
async function resumed(
  stage: Stage,
  kind: ServerKind,
  threadId: string,
): Promise<{ client: WireClient; thread: Thread }> {
  const client = await stage.open(kind);
  const { thread } = await client.request('thread/resume', { threadId });
  return { client, thread };
}

/** Whether the usage of the first response is known depends on how far its stream had come. */
const isNoUsage = (line: string): boolean => !line.includes('tokenUsage');

type End = (server: RunningServer) => Promise<void>;

const inputEnds: End = (server) => server.stop();

const ENDS: readonly { readonly words: string; readonly kinds: readonly ServerKind[]; readonly end: End }[] = [
  { words: 'whose input ended', kinds: ['linked', 'binary'], end: inputEnds },
  { words: 'that was told to end', kinds: ['binary'], end: (server) => ended(server, 'SIGTERM') },
  { words: 'that was killed', kinds: ['binary'], end: (server) => ended(server, 'SIGKILL') },
];

async function ended(server: RunningServer, signal: NodeJS.Signals): Promise<void> {
  server.process?.kill(signal);
  await server.stop();
}

describe('a question of a server', () => {
  for (const { words, kinds, end } of ENDS) {
    story(
      `${words} is asked again under its id; accepted, it runs once`,
      async (stage, kind) => {
        const first = await asking(stage, kind);
        await end(first.server);
        const client = await stage.open(kind);
        await isShownWaiting(client, first);
        const from = client.lines.length;
        const { thread } = await client.request('thread/resume', { threadId: first.threadId });
        deepEqual(thread.status, WAITING);
        deepEqual(
          thread.turns.map((turn: { status: string }) => turn.status),
          ['inProgress'],
        );
        const again = await client.next(ASK);
        equal(again.id, first.asked.id);
        deepEqual(again.params, first.asked.params);
        deepEqual(transcript(client.lines.slice(from)).filter(isNoUsage), [
          '> thread/resume',
          '< thread/status/changed active waitingOnApproval',
          '< result thread/resume',
          '< thread/goal/cleared',
          '< item/started commandExecution inProgress',
          `< ${ASK}`,
        ]);
        const answered = client.lines.length;
        client.answer(again, { decision: 'accept' });
        const { params } = await client.turnCompleted(first.threadId);
        deepEqual([params.turn.id, params.turn.status], [first.turnId, 'completed']);
        deepEqual(
          transcript(client.lines.slice(answered)).filter((line) => isNoUsage(line) && !/agentMessage|diff/.test(line)),
          [
            '> result ?',
            '< serverRequest/resolved',
            '< thread/status/changed active',
            '< item/completed commandExecution completed',
            '< thread/status/changed idle',
            '< turn/completed completed',
          ],
        );
        equal(stage.read('ran'), 'ran\n');
        match(outputOf(await stage.model.request(1), 'c1'), /Process exited with code 0|Exit code: 0/);
        deepEqual((await client.request('approval/list', {})).data, []);
      },
      { kinds },
    );
  }

  async function isShownWaiting(client: WireClient, { threadId, turnId, asked }: Asked): Promise<void> {
    const { data } = await client.request('thread/list', {});
    deepEqual(
      data.map((thread: Thread) => [thread.id, thread.status]),
      [[threadId, WAITING]],
    );
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    deepEqual(thread.status, WAITING);
    const [turn] = thread.turns;
    deepEqual([turn.id, turn.status], [turnId, 'inProgress']);
    const item = turn.items.find(({ id }: { id: string }) => id === 'c1');
    deepEqual([item.status, item.completedAtMs], ['inProgress', null]);
    const { cwd, preview } = thread;
    deepEqual((await client.request('approval/list', {})).data, [
      {
        requestId: asked.id,
        method: ASK,
        threadId,
        threadTitle: preview,
        cwd,
        startedAtMs: asked.params.startedAtMs,
        isLoaded: false,
      },
    ]);
  }

  story('declined after a restart: the turn goes on and nothing runs', async (stage, kind) => {
    const { server, threadId } = await asking(stage, kind);
    await server.stop();
    const { client } = await resumed(stage, kind, threadId);
    client.answer(await client.next(ASK), { decision: 'decline' });
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    match(outputOf(await stage.model.request(1), 'c1'), /rejected by the user/);
    equal(stage.exists('ran'), false);
  });

  for (const how of ['cancelled', 'interrupted'] as const) {
    story(`${how} after a restart: the turn ends, and is asked about no more`, async (stage, kind) => {
      const { server, threadId, turnId } = await asking(stage, kind);
      await server.stop();
      const { client } = await resumed(stage, kind, threadId);
      const again = await client.next(ASK);
      if (how === 'cancelled') client.answer(again, { decision: 'cancel' });
      else await client.request('turn/interrupt', { threadId, turnId });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
      equal(stage.exists('ran'), false);
      const { data } = await client.request('thread/list', {});
      deepEqual(data[0].status, { type: 'idle' });
      deepEqual((await client.request('approval/list', {})).data, []);
    });
  }

  story('waits with what the user said meanwhile', async (stage, kind) => {
    const { server, client: before, threadId, turnId } = await asking(stage, kind);
    const input = [{ type: 'text' as const, text: 'be quick' }];
    await before.request('turn/steer', { threadId, expectedTurnId: turnId, input });
    await server.stop();
    const { client } = await resumed(stage, kind, threadId);
    client.answer(await client.next(ASK), { decision: 'accept' });
    const { params } = await client.turnCompleted(threadId);
    equal(params.turn.id, turnId);
    const sent = JSON.stringify((await stage.model.request(1)).input);
    ok(sent.indexOf('be quick') > sent.indexOf('function_call_output'), 'the message comes after the output');
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    equal(thread.turns[0].items.filter(({ type }: { type: string }) => type === 'userMessage').length, 2);
  });

  story('survives several restarts', async (stage, kind) => {
    const { server, threadId, asked } = await asking(stage, kind);
    await server.stop();
    for (let round = 0; round < 2; round += 1) {
      const next = await stage.start(kind);
      const client = await next.connect();
      await client.initialize();
      await client.request('thread/resume', { threadId });
      // the second time it is ended before it has asked
      if (round === 0) equal((await client.next(ASK)).id, asked.id);
      await next.stop();
    }
    const { client } = await resumed(stage, kind, threadId);
    const again = await client.next(ASK);
    equal(again.id, asked.id);
    client.answer(again, { decision: 'accept' });
    await client.turnCompleted(threadId);
    equal(stage.read('ran'), 'ran\n');
  });

  story('of a patch is asked again with the changes as they are now', async (stage, kind) => {
    stage.write('a.txt', 'one\ntwo\n');
    const change = '*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+2\n*** End Patch\n';
    stage.model.script(answer(patch(change, { callId: 'p1' })));
    const server = await stage.start(kind);
    const before = await server.connect();
    await before.initialize();
    const threadId = await startThread(before, stage, { approvalPolicy: 'untrusted' });
    await startTurn(before, threadId, 'go');
    const asked = await before.next(ASK_PATCH);
    await server.stop();
    stage.write('a.txt', 'zero\none\ntwo\n');
    const { client } = await resumed(stage, kind, threadId);
    const again = await client.next(ASK_PATCH);
    equal(again.id, asked.id);
    const told = client.incoming().find(({ method }) => method === 'item/fileChange/patchUpdated');
    match(told?.params.changes[0].diff, /zero|@@ -1,3/);
    client.answer(again, { decision: 'accept' });
    await client.turnCompleted(threadId);
    equal(stage.read('a.txt'), 'zero\none\n2\n');
  });

  story('of a patch that no longer fits fails, and is asked no more', async (stage, kind) => {
    stage.write('a.txt', 'two\n');
    const change = '*** Begin Patch\n*** Update File: a.txt\n@@\n-two\n+2\n*** End Patch\n';
    stage.model.script(answer(patch(change, { callId: 'p1' })));
    const server = await stage.start(kind);
    const before = await server.connect();
    await before.initialize();
    const threadId = await startThread(before, stage, { approvalPolicy: 'untrusted' });
    await startTurn(before, threadId, 'go');
    await before.next(ASK_PATCH);
    await server.stop();
    stage.write('a.txt', 'else\n');
    const { client } = await resumed(stage, kind, threadId);
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    equal(stage.read('a.txt'), 'else\n');
    deepEqual((await client.request('approval/list', {})).data, []);
    equal(
      client.incoming().some(({ method }) => method === ASK_PATCH),
      false,
    );
  });
});
