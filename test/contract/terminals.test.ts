// Commands beside the agent's own: those of the user, those left in the background, and what is put before the model unasked.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import type { InjectedItem } from '../../server/protocol/schema/modelItem.ts';
import { answer, command, gate, text } from '../support/modelScript.ts';
import { lastUserText, outputOf } from '../support/modelRequest.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import { itemsSince, talkIn } from '../support/talk.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const LINKED = { kinds: ['linked'] } as const;
const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };
const READ_ONLY = { approvalPolicy: 'untrusted', sandbox: 'read-only' };

describe('a command of the user', () => {
  story('is a turn of its own on an idle thread, unsandboxed and unasked', async (stage, kind) => {
    stage.write('sub/file', 'x');
    stage.model.script(answer(text('I see.')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, READ_ONLY);
    await client.next('thread/started');
    const from = client.lines.length;
    const script = 'rm -rf sub && echo written > ../outside && echo done';
    equal(JSON.stringify(await client.request('thread/shellCommand', { threadId, command: script })), '{}');
    const { params } = await client.turnCompleted(threadId);
    deepEqual(
      transcript(client.lines.slice(from)).filter((line) => !line.endsWith('outputDelta')),
      [
        '> thread/shellCommand',
        '< result thread/shellCommand',
        '< thread/status/changed active',
        '< turn/started inProgress',
        '< item/started commandExecution inProgress',
        '< item/completed commandExecution completed',
        '< thread/status/changed idle',
        '< turn/completed completed',
      ],
    );
    deepEqual([params.turn.items, params.turn.itemsView], [[], 'notLoaded']);
    equal(stage.exists('sub'), false);
    equal(stage.read('../outside'), 'written\n');
    const { item } = client.incoming().findLast(({ method }) => method === 'item/completed')!.params;
    deepEqual([item.source, item.exitCode, item.aggregatedOutput], ['userShell', 0, 'done\n']);
    match(item.command, /rm -rf sub/);

    await playTurn(client, threadId, 'and now?');
    const [told] = talkIn(await stage.model.request(0));
    match(told ?? '', /^user: <user_shell_command>\n<command>\nrm -rf sub .*Exit code: 0\n.*Output:\ndone\n/s);
  });

  story(
    'joins a running turn, and the model is asked once more',
    async (stage, kind) => {
      stage.model.script(answer([gate('mid'), text('first')]), answer(text('second')));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const turnId = await startTurn(client, threadId, 'go');
      await stage.model.reached('mid');
      await client.request('thread/shellCommand', { threadId, command: 'echo from the user' });
      const ended = await client.next('item/completed', ({ item }) => item.type === 'commandExecution');
      equal(ended.params.turnId, turnId);
      stage.model.open('mid');
      const { params } = await client.turnCompleted(threadId);
      equal(params.turn.items[0].text, 'second');
      match(lastUserText(await stage.model.request(1)), /from the user/);
      equal(stage.model.requests.length, 2);
    },
    LINKED,
  );

  story(
    'is waited for before a turn ends',
    async (stage, kind) => {
      stage.makePipe('gate');
      stage.model.script(answer([gate('mid'), text('first')]), answer(text('second')));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await startTurn(client, threadId, 'go');
      await stage.model.reached('mid');
      await client.request('thread/shellCommand', { threadId, command: 'read line < gate; echo "$line"' });
      await client.next('item/started', ({ item }) => item.type === 'commandExecution');
      stage.model.open('mid');
      await client.next('item/completed', ({ item }) => item.type === 'agentMessage');
      stage.write('gate', 'let through\n');
      equal((await client.turnCompleted(threadId)).params.turn.items[0].text, 'second');
      match(lastUserText(await stage.model.request(1)), /let through/);
    },
    LINKED,
  );

  story(
    'may be talked over: the message is answered when it has ended',
    async (stage, kind) => {
      stage.makePipe('gate');
      stage.model.script(answer(text('I saw it.')));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await client.request('thread/shellCommand', { threadId, command: 'read line < gate; echo "$line"' });
      const { params } = await client.next('item/started', ({ item }) => item.type === 'commandExecution');
      equal(await startTurn(client, threadId, 'what does it say?'), params.turnId);
      stage.write('gate', 'hello\n');
      equal((await client.turnCompleted(threadId)).params.turn.items[0].text, 'I saw it.');
      const talk = talkIn(await stage.model.request(0));
      match(talk[0] ?? '', /hello/);
      equal(talk[1], 'user: what does it say?');
    },
    LINKED,
  );

  story(
    'is killed by an interrupt and at its time limit',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      await client.request('thread/shellCommand', { threadId, command: 'sleep 300' });
      const { params } = await client.next('item/started', ({ item }) => item.type === 'commandExecution');
      await client.request('turn/interrupt', { threadId, turnId: params.turnId });
      equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
      await client.request('thread/shellCommand', { threadId, command: 'sleep 300', timeoutMs: 0 });
      const killed = await client.next('item/completed', ({ item }) => item.type === 'commandExecution');
      equal(killed.params.item.status, 'failed');
      equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
      await playTurn(client, threadId, 'next');
      const talk = talkIn(await stage.model.request(0)).join('\n');
      match(talk, /aborted by user.*killed at its time limit/s);
    },
    LINKED,
  );

  story(
    'is refused where there is nothing to run, and while the thread is being compacted',
    async (stage, kind) => {
      stage.model.script(answer(text('one')), answer([gate('mid'), text('Summed up.')]));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const refusal = async (params: object): Promise<any> => (await client.ask('thread/shellCommand', params)).error;
      equal((await refusal({ threadId, command: '  ' })).message, 'command must not be empty');
      equal((await refusal({ threadId, command: 'ls', timeoutMs: -1 })).code, -32602);
      const unknown = '01a2b3c4-0000-7000-8000-000000000000';
      equal((await refusal({ threadId: unknown, command: 'ls' })).message, `thread not found: ${unknown}`);
      await playTurn(client, threadId, 'go');
      await client.request('thread/compact/start', { threadId });
      await stage.model.reached('mid');
      equal((await refusal({ threadId, command: 'ls' })).data.kind, 'activeTurnNotSteerable');
      stage.model.open('mid');
      await client.turnCompleted(threadId);
    },
    LINKED,
  );
});

describe('items put before the model', () => {
  const items: InjectedItem[] = [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'seen elsewhere' }] },
    { type: 'function_call', call_id: 'x1', name: 'lookup', arguments: '{}' },
    { type: 'function_call_output', call_id: 'x1', output: '42' },
  ] as const;

  story(
    'go along with the next request, and outlive the server',
    async (stage, kind) => {
      const server = await stage.start(kind);
      const client = await server.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      await playTurn(client, threadId, 'one');
      const from = client.lines.length;
      equal(JSON.stringify(await client.request('thread/inject_items', { threadId, items })), '{}');
      deepEqual(transcript(client.lines.slice(from)), ['> thread/inject_items', '< result thread/inject_items']);
      await server.stop();
      const other = await stage.open(kind);
      await other.request('thread/resume', { threadId });
      await playTurn(other, threadId, 'two');
      const { input } = await stage.model.request(1);
      deepEqual(input.slice(-4, -1), items);
      equal(lastUserText(await stage.model.request(1)), 'two');
    },
    LINKED,
  );

  story(
    'wait for the outputs of calls that run',
    async (stage, kind) => {
      stage.makePipe('gate');
      stage.model.script(answer(command('read line < gate', {}, { callId: 'c1' })), answer(text('Done.')));
      const client = await stage.open(kind, { overrides: ['model_providers.scripted.wire_api="chat"'] });
      const threadId = await startThread(client, stage, FULL_ACCESS);
      await startTurn(client, threadId, 'go');
      await client.next('item/started', ({ item }) => item.type === 'commandExecution');
      await client.request('thread/inject_items', { threadId, items: items.slice(0, 1) });
      stage.write('gate', 'x\n');
      await client.turnCompleted(threadId);
      const roles = (await stage.model.request(1)).input.map(({ role }) => role);
      deepEqual(roles.slice(-3), ['assistant', 'tool', 'user']);
      match(lastUserText(await stage.model.request(1)), /seen elsewhere/);
    },
    LINKED,
  );

  story(
    'that are none are refused with their place',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const wrong = await client.ask('thread/inject_items', { threadId, items: [items[0], { type: 'nonsense' }] });
      equal(wrong.error?.code, -32602);
      match(wrong.error?.message ?? '', /items.*1/);
      equal((await client.ask('thread/inject_items', { threadId, items: [] })).error?.code, -32602);
    },
    LINKED,
  );
});

describe('background terminals', () => {
  story(
    'outlive the interrupt and the turn, are listed, and end by request',
    async (stage, kind) => {
      const left = (n: number) => command('sleep 300', { yield_time_ms: 250 }, { callId: `c${n}` });
      stage.model.script(answer([left(1), left(2), left(3)]), answer([gate('mid'), text('x')]));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const turnId = await startTurn(client, threadId, 'go');
      await stage.model.reached('mid');
      match(outputOf(await stage.model.request(1), 'c1'), /running with session ID/);
      await client.request('turn/interrupt', { threadId, turnId });
      await client.turnCompleted(threadId);
      equal(endedCommands(client).length, 0);

      const list = async (params = {}) => client.request('thread/backgroundTerminals/list', { threadId, ...params });
      const { data, nextCursor } = await list();
      equal(nextCursor, null);
      deepEqual(
        data.map((terminal: any) => [terminal.itemId, terminal.cwd]),
        ['c1', 'c2', 'c3'].map((id) => [id, stage.workspace]),
      );
      ok(data.every((terminal: any) => /sleep 300/.test(terminal.command) && terminal.osPid > 0));
      const first = await list({ limit: 2 });
      equal(first.data.length, 2);
      deepEqual((await list({ limit: 2, cursor: first.nextCursor })).data, [data[2]]);
      equal(
        (await client.ask('thread/backgroundTerminals/list', { threadId, cursor: 'x' })).error?.data.kind,
        'invalidCursor',
      );

      const terminate = async (processId: string): Promise<boolean> =>
        (await client.request('thread/backgroundTerminals/terminate', { threadId, processId })).terminated;
      equal(await terminate(data[1].processId), true);
      equal(await terminate(data[1].processId), false);
      deepEqual(endedCommands(client), [['c2', turnId, 'failed']]);
      equal(JSON.stringify(await client.request('thread/backgroundTerminals/clean', { threadId })), '{}');
      deepEqual((await list()).data, []);
      equal(endedCommands(client).length, 3);
      const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
      const ends = thread.turns[0].items.flatMap((item: any) => (item.type === 'commandExecution' ? item.status : []));
      deepEqual(ends, ['failed', 'failed', 'failed']);
    },
    LINKED,
  );

  story(
    'may end by themselves during a later turn; their item stays with its own',
    async (stage, kind) => {
      stage.makePipe('gate');
      const waiting = command('read line < gate; echo "$line"', { yield_time_ms: 250 }, { callId: 'c1' });
      stage.model.script(answer(waiting), answer(text('It runs.')), answer([gate('mid'), text('x')]));
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, FULL_ACCESS);
      const { turn } = (await playTurn(client, threadId, 'go')).params;
      const from = client.lines.length;
      await startTurn(client, threadId, 'next');
      await stage.model.reached('mid');
      stage.write('gate', 'late\n');
      const { params } = await client.next('item/completed', ({ item }) => item.type === 'commandExecution');
      deepEqual([params.turnId, params.item.aggregatedOutput, params.item.status], [turn.id, 'late\n', 'completed']);
      stage.model.open('mid');
      await client.turnCompleted(threadId);
      deepEqual(itemsSince(client, from), ['userMessage', 'agentMessage']);
      deepEqual((await client.request('thread/backgroundTerminals/list', { threadId })).data, []);
    },
    LINKED,
  );

  story(
    'are for clients that want what is experimental, and for loaded threads',
    async (stage, kind) => {
      const client = await (await stage.start(kind)).connect();
      await client.initialize('test_client', null);
      const threadId = await startThread(client, stage);
      const plain = await client.ask('thread/backgroundTerminals/list', { threadId });
      equal(plain.error?.message, 'thread/backgroundTerminals/list requires experimentalApi capability');
      const wanting = await stage.open(kind);
      const unknown = '01a2b3c4-0000-7000-8000-000000000000';
      const missing = await wanting.ask('thread/backgroundTerminals/clean', { threadId: unknown });
      equal(missing.error?.message, `thread not found: ${unknown}`);
    },
    LINKED,
  );
});

function endedCommands(client: WireClient): string[][] {
  return client
    .incoming()
    .filter(({ method, params }) => method === 'item/completed' && params.item.type === 'commandExecution')
    .map(({ params }) => [params.item.id, params.turnId, params.item.status]);
}
