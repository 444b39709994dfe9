// Commands: output as it comes, exit codes, background terminals, typing, and output that is too much.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, call, command, text } from '../support/modelScript.ts';
import { outputOf, type ModelRequestRecord } from '../support/modelRequest.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };

function completedItem(client: WireClient, id: string): any {
  return client.incoming().find(({ method, params }) => method === 'item/completed' && params.item.id === id)?.params
    .item;
}

function deltasOf(client: WireClient, id: string): string {
  return client
    .incoming()
    .filter(({ method, params }) => method === 'item/commandExecution/outputDelta' && params.itemId === id)
    .map(({ params }) => params.delta)
    .join('');
}

describe('a command', () => {
  story('shows its output, its exit code, and what it did', async (stage, kind) => {
    const script = 'printf "grüß "; sleep 0.1; echo welt; echo oops >&2; exit 3';
    stage.model.script(answer(command(script, {}, { callId: 'c1' })));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    await playTurn(client, threadId, 'go');
    const started = client
      .incoming()
      .find(({ method, params }) => method === 'item/started' && params.item.id === 'c1');
    deepEqual([started?.params.item.source, started?.params.item.status], ['unifiedExecStartup', 'inProgress']);
    match(started?.params.item.processId, /^\d+$/);
    const item = completedItem(client, 'c1');
    deepEqual([item.status, item.exitCode, item.cwd], ['failed', 3, stage.workspace]);
    equal(item.aggregatedOutput, 'grüß welt\noops\n');
    equal(deltasOf(client, 'c1'), item.aggregatedOutput);
    match(item.command, /sh -lc /);
    const output = outputOf(await stage.model.request(1), 'c1');
    match(output, /Process exited with code 3/);
    ok(output.includes('grüß welt\noops'));
  });

  story('runs beside others; the model gets the outputs in the order of its calls', async (stage, kind) => {
    stage.makePipe('gate');
    stage.model.script(
      answer([command('cat gate', {}, { callId: 'slow' }), command('echo x > gate', {}, { callId: 'fast' })]),
    );
    const client = await stage.open(kind);
    await playTurn(client, await startThread(client, stage, FULL_ACCESS), 'go');
    const { input } = await stage.model.request(1);
    const outputs = input.filter((item) => item['type'] === 'function_call_output').map((item) => item['call_id']);
    deepEqual(outputs, ['slow', 'fast']);
    equal(completedItem(client, 'slow').aggregatedOutput, 'x\n');
  });

  story('tells what it reads, lists and searches', async (stage, kind) => {
    stage.write('a.txt', 'x\n');
    stage.model.script(answer(command('cat a.txt', {}, { callId: 'r' })));
    const client = await stage.open(kind);
    await playTurn(client, await startThread(client, stage, FULL_ACCESS), 'go');
    deepEqual(completedItem(client, 'r').commandActions, [
      { type: 'read', command: 'cat a.txt', name: 'a.txt', path: `${stage.workspace}/a.txt` },
    ]);
  });

  story('that prints far too much is cut in the middle, for the client and for the model', async (stage, kind) => {
    stage.model.script(
      answer(command('echo first; head -c 3000000 /dev/zero | tr "\\0" x; echo; echo last', {}, { callId: 'big' })),
    );
    const client = await stage.open(kind);
    await playTurn(client, await startThread(client, stage, FULL_ACCESS), 'go');
    const { aggregatedOutput } = completedItem(client, 'big');
    ok(aggregatedOutput.length <= 1_048_576 + 200, String(aggregatedOutput.length));
    ok(aggregatedOutput.startsWith('first\n') && aggregatedOutput.endsWith('\nlast\n'));
    const deltas = client.incoming().filter(({ method }) => method === 'item/commandExecution/outputDelta');
    equal(
      deltas.reduce((sum, { params }) => sum + params.delta.length, 0),
      3_000_000 + 'first\n\nlast\n'.length,
    );
    // also where what waits for a client that reads slowly is joined
    ok(deltas.every(({ params }) => params.delta.length <= 8192));
    const output = outputOf(await stage.model.request(1), 'big');
    ok(output.length < 60_000 && output.includes('first\n') && output.endsWith('last\n'), String(output.length));
  });

  story('in the background ends when it ends, after its turn', async (stage, kind) => {
    stage.makePipe('gate');
    stage.model.script(
      answer(command('echo begun; cat gate', { yield_time_ms: 250 }, { callId: 'bg' })),
      answer(text('Started.')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    const { params } = await playTurn(client, threadId, 'go');
    equal(params.turn.status, 'completed');
    match(outputOf(await stage.model.request(1), 'bg'), /Process running with session ID \d+/);
    equal(completedItem(client, 'bg'), undefined);
    stage.write('gate', 'later\n');
    const ended = await client.next('item/completed', ({ item }) => item.id === 'bg');
    equal(ended.params.turnId, params.turn.id);
    equal(ended.params.item.aggregatedOutput, 'begun\nlater\n');
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    equal(thread.turns[0].items.find((item: any) => item.id === 'bg').status, 'completed');
  });

  story('in the background is ended with the server', async (stage, kind) => {
    stage.model.script(answer(command('sleep 300', { yield_time_ms: 250 }, { callId: 'bg' })));
    const server = await stage.start(kind);
    const before = await server.connect();
    await before.initialize();
    const threadId = await startThread(before, stage, FULL_ACCESS);
    await playTurn(before, threadId, 'go');
    await server.stop();
    const client = await stage.open(kind);
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    equal(thread.turns[0].items.find((item: any) => item.id === 'bg').status, 'failed');
  });

  story('can be typed into', async (stage, kind) => {
    const session = (request: ModelRequestRecord): number =>
      Number(/session ID (\d+)/.exec(outputOf(request, 'tty'))?.[1]);
    stage.model.script(
      answer(command('read name; echo "hello $name"', { tty: true, yield_time_ms: 250 }, { callId: 'tty' })),
      (request) => answer(call('write_stdin', { session_id: session(request), chars: 'you\n' }, { callId: 'w' })),
    );
    const client = await stage.open(kind);
    await playTurn(client, await startThread(client, stage, FULL_ACCESS), 'go');
    const typed = client.incoming().find(({ method }) => method === 'item/commandExecution/terminalInteraction');
    deepEqual([typed?.params.itemId, typed?.params.stdin], ['tty', 'you\n']);
    match(outputOf(await stage.model.request(2), 'w'), /hello you/);
    equal(completedItem(client, 'tty').exitCode, 0);
  });

  story('with wrong arguments is told to the model alone', async (stage, kind) => {
    stage.model.script(
      answer([
        call('exec_command', '{not json', { callId: 'a' }),
        call('exec_command', { cmd: 7 }, { callId: 'b' }),
        call('write_stdin', { session_id: 1 }, { callId: 'c' }),
        call('no_such_tool', {}, { callId: 'd' }),
      ]),
    );
    const client = await stage.open(kind);
    equal(
      (await playTurn(client, await startThread(client, stage, FULL_ACCESS), 'go')).params.turn.status,
      'completed',
    );
    const request = await stage.model.request(1);
    match(outputOf(request, 'a'), /not valid JSON/);
    match(outputOf(request, 'b'), /cmd/);
    match(outputOf(request, 'c'), /no session 1/);
    equal(outputOf(request, 'd'), 'unsupported call: no_such_tool');
    equal(
      client.incoming().some(({ params }) => params?.item?.type === 'commandExecution'),
      false,
    );
  });

  story('changes files: the turn’s diff shows them', async (stage, kind) => {
    stage.write('a.txt', 'one\n');
    stage.model.script(answer(command('echo two >> a.txt; echo new > b.txt')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    await startTurn(client, threadId, 'go');
    const { params } = await client.next('turn/diff/updated');
    match(params.diff, /^diff --git a\/a\.txt b\/a\.txt\n/);
    ok(params.diff.includes('+two\n') && params.diff.includes('b/b.txt') && params.diff.includes('+new\n'));
    await client.turnCompleted(threadId);
  });

  story('in a folder that is not there fails visibly', async (stage, kind) => {
    stage.model.script(answer(command('pwd', {}, { callId: 'c1' })));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, { ...FULL_ACCESS, cwd: `${stage.workspace}/gone` });
    equal((await playTurn(client, threadId, 'go')).params.turn.status, 'completed');
    const item = completedItem(client, 'c1');
    equal(item.status, 'failed');
    match(item.aggregatedOutput, /gone/);
    match(outputOf(await stage.model.request(1), 'c1'), /gone/);
  });
});
