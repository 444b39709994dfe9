// Threads with questions that outlived their server: what else their turn had, who may take them up, and what ends them.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, call, command, patch, text } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { seeded } from '../support/modelChunks.ts';
import { startThread, startTurn, story, type RunningServer, type ServerKind, type Stage } from '../support/story.ts';
import type { Incoming, WireClient } from '../support/wireClient.ts';

const ASK = 'item/commandExecution/requestApproval';
const ASK_PATCH = 'item/fileChange/requestApproval';
const ASK_READ = 'item/permissions/requestApproval';
const UNTRUSTED = { approvalPolicy: 'untrusted' };
const ESCALATED = { sandbox_permissions: 'require_escalated', justification: 'Needed.' };
const BINARY: { readonly kinds: readonly ServerKind[] } = { kinds: ['binary'] };

interface Opened {
  readonly server: RunningServer;
  readonly client: WireClient;
  readonly threadId: string;
}

async function opened(stage: Stage, kind: ServerKind, params: object = UNTRUSTED): Promise<Opened> {
  const server = await stage.start(kind);
  const client = await server.connect();
  await client.initialize();
  return { server, client, threadId: await startThread(client, stage, params) };
}

/** A turn that asks about `echo ran >> ran`. */
async function asking(stage: Stage, kind: ServerKind): Promise<Opened & { readonly asked: Incoming }> {
  stage.model.script(answer(command('echo ran >> ran', {}, { callId: 'c1' })));
  const open = await opened(stage, kind);
  await startTurn(open.client, open.threadId, 'go');
  return { ...open, asked: await open.client.next(ASK) };
}

async function killed(server: RunningServer): Promise<void> {
  server.process?.kill('SIGKILL');
  await server.stop();
}

describe('a thread whose question outlived its server', () => {
  story(
    'keeps what finished beside it, and gives up what ran',
    async (stage, kind) => {
      stage.makePipe('pipe');
      const run = (script: string, callId: string) => command(script, {}, { callId });
      stage.model.script(
        answer([
          run('echo done >> finished', 'finished'),
          run('echo began >> running; cat pipe', 'running'),
          run('echo ran >> waiting', 'waiting'),
        ]),
      );
      const { server, client: before, threadId } = await opened(stage, kind);
      await startTurn(before, threadId, 'go');
      const asked = new Map<string, Incoming>();
      while (asked.size < 3) {
        const question = await before.next(ASK);
        asked.set(question.params.itemId, question);
      }
      before.answer(asked.get('finished')!, { decision: 'accept' });
      await before.next('item/completed', ({ item }) => item.id === 'finished');
      before.answer(asked.get('running')!, { decision: 'accept' });
      await until(() => stage.exists('running'));
      await killed(server);
      const client = await stage.open(kind);
      await client.request('thread/resume', { threadId });
      const again = await client.next(ASK);
      deepEqual([again.id, again.params.itemId], [asked.get('waiting')!.id, 'waiting']);
      client.answer(again, { decision: 'accept' });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
      const request = await stage.model.request(1);
      match(outputOf(request, 'finished'), /code 0/);
      match(outputOf(request, 'running'), /aborted/);
      match(outputOf(request, 'waiting'), /code 0/);
      deepEqual([stage.read('finished'), stage.read('waiting')], ['done\n', 'ran\n']);
      const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
      const statusOf = (id: string): string =>
        thread.turns[0].items.find((item: { id: string }) => item.id === id).status;
      deepEqual(['finished', 'running', 'waiting'].map(statusOf), ['completed', 'failed', 'completed']);
    },
    BINARY,
  );

  story('goes on with the diff of what its turn had changed before', async (stage, kind) => {
    stage.write('a.txt', 'one\n');
    const change =
      '*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+two\n*** Add File: b.txt\n+new\n*** End Patch\n';
    stage.model.script(answer(patch(change)), answer(command('echo three >> a.txt', ESCALATED)), answer(text('Done.')));
    const { server, client: before, threadId } = await opened(stage, kind, {});
    await startTurn(before, threadId, 'go');
    await before.next(ASK);
    await server.stop();
    const client = await stage.open(kind);
    await client.request('thread/resume', { threadId });
    client.answer(await client.next(ASK), { decision: 'accept' });
    await client.turnCompleted(threadId);
    const { diff } = client.incoming().findLast(({ method }) => method === 'turn/diff/updated')!.params;
    match(diff, /-one\n\+two\n\+three\n/);
    match(diff, /b\/b\.txt[\s\S]*\+new\n/);
  });

  story('asks again whether what is kept may be read', async (stage, kind) => {
    stage.write('.env', 'NAME=value\n');
    stage.model.script(answer(call('read_file', { path: '.env' }, { callId: 'r1' })));
    const { server, client: before, threadId } = await opened(stage, kind);
    await startTurn(before, threadId, 'go');
    const asked = await before.next(ASK_READ);
    await server.stop();
    const client = await stage.open(kind);
    await client.request('thread/resume', { threadId });
    const again = await client.next(ASK_READ);
    equal(again.id, asked.id);
    const { read } = asked.params.permissions.fileSystem;
    client.answer(again, { permissions: { fileSystem: { read, write: null } }, scope: 'turn' });
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    match(outputOf(await stage.model.request(1), 'r1'), /NAME=/);
  });

  story('lets the server end although a patch waits behind another', async (stage, kind) => {
    const add = (name: string) => `*** Begin Patch\n*** Add File: ${name}\n+text\n*** End Patch\n`;
    stage.model.script(answer([patch(add('a.txt'), { callId: 'p1' }), patch(add('b.txt'), { callId: 'p2' })]));
    const { server, client: before, threadId } = await opened(stage, kind);
    await startTurn(before, threadId, 'go');
    await before.next(ASK_PATCH);
    // the whole response has been read
    await until(() => before.incoming().some(({ method }) => method === 'thread/tokenUsage/updated'));
    await server.stop();
    const client = await stage.open(kind);
    await client.request('thread/resume', { threadId });
    const again = await client.next(ASK_PATCH);
    equal(again.params.itemId, 'p1');
    client.answer(again, { decision: 'accept' });
    await client.turnCompleted(threadId);
    deepEqual([stage.exists('a.txt'), stage.exists('b.txt')], [true, false]);
    match(outputOf(await stage.model.request(1), 'p2'), /rejected|interrupted|aborted/);
  });

  story('is held by one process; who takes it over takes the question', async (stage, kind) => {
    const { client: holder, threadId, asked } = await asking(stage, kind);
    const other = await stage.open(kind);
    deepEqual((await other.request('approval/list', {})).data, []);
    equal((await other.request('thread/list', {})).data[0].lease.client, 'test_client');
    const { error } = await other.ask('thread/resume', { threadId });
    equal(error?.data.kind, 'threadHeld');
    await other.request('thread/resume', { threadId, takeover: true });
    const again = await other.next(ASK);
    equal(again.id, asked.id);
    // the former holder's answer comes too late, whether or not it has noticed
    holder.answer(asked, { decision: 'accept' });
    await holder.next('thread/closed');
    equal(stage.exists('ran'), false);
    other.answer(again, { decision: 'accept' });
    await other.turnCompleted(threadId);
    equal(stage.read('ran'), 'ran\n');
    forgetAnswersOf(holder);
  });

  story('leaves it to the original when it is forked', async (stage, kind) => {
    const { server, threadId, asked } = await asking(stage, kind);
    await server.stop();
    const client = await stage.open(kind);
    const { thread } = await client.request('thread/fork', { threadId });
    deepEqual([thread.status, thread.turns[0].status], [{ type: 'idle' }, 'interrupted']);
    const { data } = await client.request('approval/list', {});
    deepEqual(
      data.map((entry: { threadId: string }) => entry.threadId),
      [threadId],
    );
    const { error } = await client.ask('thread/fork', { threadId, lastTurnId: asked.params.turnId });
    equal(error?.data.kind, 'turnInProgress');
    await client.request('thread/resume', { threadId });
    client.answer(await client.next(ASK), { decision: 'accept' });
    await client.turnCompleted(threadId);
    equal(stage.read('ran'), 'ran\n');
  });

  story('gives it up when it is archived', async (stage, kind) => {
    const { server, threadId } = await asking(stage, kind);
    await server.stop();
    const client = await stage.open(kind);
    await client.request('thread/archive', { threadId });
    deepEqual((await client.request('approval/list', {})).data, []);
    await client.request('thread/unarchive', { threadId });
    const { thread } = await client.request('thread/resume', { threadId });
    deepEqual([thread.status, thread.turns[0].status], [{ type: 'idle' }, 'interrupted']);
    equal(stage.exists('ran'), false);
  });

  story('gives it up when it is deleted', async (stage, kind) => {
    const { server, threadId } = await asking(stage, kind);
    await server.stop();
    const client = await stage.open(kind);
    await client.request('thread/delete', { threadId });
    deepEqual((await client.request('approval/list', {})).data, []);
    deepEqual((await client.request('thread/list', {})).data, []);
  });

  story('can be named without losing it', async (stage, kind) => {
    const { server, threadId } = await asking(stage, kind);
    await server.stop();
    const client = await stage.open(kind);
    await client.request('thread/name/set', { threadId, name: 'Named' });
    equal((await client.request('approval/list', {})).data[0].threadTitle, 'Named');
  });

  story('is ended, with the reason, when its model is no longer configured', async (stage, kind) => {
    const { server, threadId } = await asking(stage, kind);
    await server.stop();
    const file = join(stage.home, 'config.toml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('scripted', 'renamed'));
    const client = await stage.open(kind);
    const { thread } = await client.request('thread/resume', { threadId });
    deepEqual([thread.status, thread.turns[0].status], [{ type: 'idle' }, 'interrupted']);
    const { params } = await client.next('warning', (given) => given.threadId === threadId);
    match(params.message, /could not go on.*scripted.*Nothing of what it asked for was run/);
    deepEqual((await client.request('approval/list', {})).data, []);
  });

  story('waits beside others, the newest thread first', async (stage, kind) => {
    const { client, threadId: older, asked } = await asking(stage, kind);
    const newer = await startThread(client, stage, { approvalPolicy: 'untrusted' });
    stage.model.script(answer([command('touch a'), command('touch b')]));
    await startTurn(client, newer, 'and this');
    const others = [await client.next(ASK), await client.next(ASK)];
    const { data } = await client.request('approval/list', {});
    deepEqual(
      data.map((entry: any) => [entry.threadId, entry.requestId, entry.isLoaded]),
      [
        [newer, others[0]!.id, true],
        [newer, others[1]!.id, true],
        [older, asked.id, true],
      ],
    );
  });
});

/** What the former holder was asked and answered belongs to no thread of its own by then: the schema knows no more of it. */
function forgetAnswersOf(client: WireClient): void {
  client.lines.splice(0);
}

const MOMENTS = 24;

describe('a server that is killed about the time of an answer', () => {
  for (let seed = 1; seed <= MOMENTS; seed += 1) {
    story(
      `runs the command at most once, and asks again or says how it ended (seed ${seed})`,
      killedAboutTheAnswer(seed),
      BINARY,
    );
  }
});

function killedAboutTheAnswer(seed: number) {
  return async (stage: Stage, kind: ServerKind): Promise<void> => {
    const { server, client: before, threadId, asked } = await asking(stage, kind);
    before.answer(asked, { decision: 'accept' });
    await moment(seed, before);
    await killed(server);
    const client = await stage.open(kind);
    const { data } = await client.request('approval/list', {});
    const ranBefore = runs(stage);
    const { thread } = await client.request('thread/resume', { threadId });
    const [turn] = thread.turns;
    if (data.length > 0) {
      equal(ranBefore, 0, 'it has run and is asked about again');
      client.answer(await client.next(ASK), { decision: 'accept' });
      await client.turnCompleted(threadId);
      equal(runs(stage), 1);
      return;
    }
    ok(['interrupted', 'completed'].includes(turn.status), turn.status);
    if (turn.status === 'completed') equal(ranBefore, 1);
    stage.model.otherwise(answer(text('Going on.')));
    await startTurn(client, threadId, 'go on');
    await client.turnCompleted(threadId);
    ok(runs(stage) <= 1, 'it ran twice');
  };
}

/** Some microseconds to some milliseconds later, or at one of the next words of the server. */
async function moment(seed: number, client: WireClient): Promise<void> {
  const part = seeded(seed)();
  if (seed % 3 === 0) return void (await client.next(seed % 2 === 0 ? 'serverRequest/resolved' : 'item/completed'));
  const end = performance.now() + part * part * 60;
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
}

function runs(stage: Stage): number {
  return stage.exists('ran') ? stage.read('ran').split('\n').length - 1 : 0;
}

/** For what is told before or after something else, and for what a command does, which nobody tells. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
