// Interrupting a turn: everything that is open is closed, what runs is killed, what was said is kept, and nothing runs afterwards.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { answer, command, gate, hang, patch, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import { transcript, type Incoming } from '../support/wireClient.ts';

const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };

describe('interrupting', () => {
  story('a text: the part that was written is completed and stored', async (stage, kind) => {
    stage.model.script(answer([text('Half', { id: 'msg_cut', done: false, deltas: ['Ha', 'lf'] }), gate('mid')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'go');
    await client.next('item/agentMessage/delta', ({ delta }) => delta === 'lf');
    const from = client.lines.length;
    await client.request('turn/interrupt', { threadId, turnId });
    const { params } = await client.turnCompleted(threadId);
    deepEqual(transcript(client.lines.slice(from)), [
      '> turn/interrupt',
      '< result turn/interrupt',
      '< item/completed agentMessage',
      '< thread/status/changed idle',
      '< turn/completed interrupted',
    ]);
    equal(params.turn.error, null);
    deepEqual([params.turn.items, params.turn.itemsView], [[], 'notLoaded']);
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    equal(thread.turns[0].status, 'interrupted');
    deepEqual(
      thread.turns[0].items.map((item: any) => item.text ?? item.content[0].text),
      ['go', 'Half'],
    );
    equal(await (await stage.model.request(0)).over, 'closed');
    await playTurn(client, threadId, 'again');
    const told = JSON.stringify((await stage.model.request(1)).input);
    ok(told.includes('"Half"'));
    match(told, /<turn_aborted>/);
  });

  story('a command: its whole process group is killed', async (stage, kind) => {
    stage.model.script(answer(command('sleep 300 & echo "$! $$"; wait')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    const turnId = await startTurn(client, threadId, 'go');
    const { params } = await client.next('item/commandExecution/outputDelta', ({ delta }) => /\d+ \d+\n/.test(delta));
    const pids = params.delta.trim().split(' ').map(Number);
    deepEqual(pids.map(isRunning), [true, true]);
    const from = client.lines.length;
    await client.request('turn/interrupt', { threadId, turnId });
    await client.turnCompleted(threadId);
    deepEqual(transcript(client.lines.slice(from)), [
      '> turn/interrupt',
      '< result turn/interrupt',
      '< item/completed commandExecution failed',
      '< thread/status/changed idle',
      '< turn/completed interrupted',
    ]);
    deepEqual(pids.map(isRunning), [false, false]);
  });

  story('while an approval is open: a late accept runs nothing', async (stage, kind) => {
    const outside = { sandbox_permissions: 'require_escalated', justification: 'because' };
    stage.model.script(answer(command('touch ran', outside, { callId: 'c1' })));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'go');
    const asked = await client.next('item/commandExecution/requestApproval');
    const before = transcript(client.lines).length;
    // as real clients do it: the interrupt and, right behind it, the answer
    const interrupted = client.request('turn/interrupt', { threadId, turnId });
    client.answer(asked, { decision: 'accept' });
    await interrupted;
    await client.next('serverRequest/resolved', ({ requestId }) => requestId === asked.id);
    deepEqual(transcript(client.lines).slice(before), [
      '> turn/interrupt',
      '> result item/commandExecution/requestApproval',
      '< result turn/interrupt',
      '< item/completed commandExecution failed',
      '< thread/status/changed active',
      '< thread/status/changed idle',
      '< turn/completed interrupted',
      '< serverRequest/resolved',
    ]);
    await playTurn(client, threadId, 'next');
    equal(stage.exists('ran'), false);
  });

  story('while several approvals are open: late answers to all of them run nothing', async (stage, kind) => {
    const outside = { sandbox_permissions: 'require_escalated', justification: 'because' };
    const names = ['one', 'two', 'three'];
    stage.model.script(answer(names.map((name) => command(`touch ${name}`, outside, { callId: name }))));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'go');
    const asked: Incoming[] = [];
    for (const _name of names) asked.push(await client.next('item/commandExecution/requestApproval'));
    const interrupted = client.request('turn/interrupt', { threadId, turnId });
    for (const request of asked) client.answer(request, { decision: 'accept' });
    await interrupted;
    equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
    await playTurn(client, threadId, 'next');
    const ended = client
      .incoming()
      .filter(({ method, params }) => method === 'item/completed' && params.item.type === 'commandExecution');
    deepEqual(
      ended.map(({ params }) => params.item.status),
      ['failed', 'failed', 'failed'],
    );
    deepEqual(
      names.map((name) => stage.exists(name)),
      [false, false, false],
    );
  });

  story('while a patch waits for approval: no file is touched', async (stage, kind) => {
    stage.model.script(answer(patch('*** Begin Patch\n*** Add File: new.txt\n+text\n*** End Patch\n')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, { approvalPolicy: 'untrusted' });
    const turnId = await startTurn(client, threadId, 'go');
    const asked = await client.next('item/fileChange/requestApproval');
    await client.request('turn/interrupt', { threadId, turnId });
    client.answer(asked, { decision: 'accept' });
    await client.next('serverRequest/resolved', ({ requestId }) => requestId === asked.id);
    const completed = client
      .incoming()
      .find(({ method, params }) => method === 'item/completed' && params.item.type === 'fileChange');
    equal(completed?.params.item.status, 'failed');
    await playTurn(client, threadId, 'next');
    equal(stage.exists('new.txt'), false);
  });

  story('while a patch is being written', async (stage, kind) => {
    const half = '*** Begin Patch\n*** Add File: new.txt\n+one\n+tw';
    stage.model.script(answer([patch(half, { done: false, callId: 'p1' }), gate('mid')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'go');
    await client.next('item/started', ({ item }) => item.type === 'fileChange');
    await client.request('turn/interrupt', { threadId, turnId });
    const { params } = await client.next('item/completed', ({ item }) => item.type === 'fileChange');
    equal(params.item.status, 'failed');
    await client.turnCompleted(threadId);
    equal(stage.exists('new.txt'), false);
  });

  story('while the model has not answered yet', async (stage, kind) => {
    stage.model.script(hang);
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const turnId = await startTurn(client, threadId, 'go');
    await stage.model.request(0);
    await client.request('turn/interrupt', { threadId, turnId });
    equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
  });

  story('is refused without a turn and with another turn’s id', async (stage, kind) => {
    stage.model.script(answer([gate('mid'), text('x')]));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const idle = await client.ask('turn/interrupt', { threadId, turnId: 'x' });
    deepEqual([idle.error?.code, idle.error?.message], [-32600, 'no active turn to interrupt']);
    const turnId = await startTurn(client, threadId, 'go');
    const other = await client.ask('turn/interrupt', { threadId, turnId: 'other' });
    equal(other.error?.message, `expected active turn id other but found ${turnId}`);
    await client.request('turn/interrupt', { threadId, turnId });
    await client.turnCompleted(threadId);
    const late = await client.ask('turn/interrupt', { threadId, turnId });
    equal(late.error?.message, 'no active turn to interrupt');
  });
});

/** A process that has ended and that nobody has fetched yet does not run. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false; // no such process: that is the answer
  }
}
