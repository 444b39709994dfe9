// Tools that the client brings along: told to the model, run by the client, restored with the thread.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, call, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { transcript, type Incoming, type WireClient } from '../support/wireClient.ts';

const inputSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
const LOOKUP = { type: 'function', name: 'lookup_ticket', description: 'Finds a ticket', inputSchema };
const FIND = { type: 'function', name: 'find', description: 'Finds a customer', inputSchema };
const CRM = { type: 'namespace', name: 'crm', description: 'Customers', tools: [FIND] };
const CALL = 'item/tool/call';

const start = (client: WireClient, stage: Stage, ...dynamicTools: object[]): Promise<string> =>
  startThread(client, stage, { dynamicTools });

const lookUp = (callId: string) => answer(call('lookup_ticket', { id: 'ABC-1' }, { callId }));

function outputs(stage: Stage): readonly any[] {
  const { input } = stage.model.requests.at(-1)!;
  return input.filter((item: any) => item.type === 'function_call_output').map((item: any) => item.output);
}

const toolItems = (client: WireClient): any[] =>
  client
    .incoming()
    .filter(({ method, params }) => method === 'item/completed' && params.item.type === 'dynamicToolCall')
    .map(({ params }) => params.item);

describe('a tool of the client', () => {
  story('is called, shown, and answered, in the order of the wire', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await start(client, stage, LOOKUP);
    const at = client.lines.length;
    stage.model.script(lookUp('call_1'), answer(text('done')));
    client.whenAsked(() => ({ contentItems: [{ type: 'inputText', text: 'Ticket open' }], success: true }));
    await playTurn(client, threadId, 'go');
    deepEqual(transcript(client.lines.slice(at)).slice(6, -3), [
      '< item/started dynamicToolCall inProgress',
      '< item/tool/call',
      '> result item/tool/call',
      '< item/completed dynamicToolCall completed',
      '< item/started agentMessage',
      '< item/agentMessage/delta',
    ]);
    const asked = client.incoming().find(({ method }) => method === CALL);
    const { turnId, ...params } = asked!.params;
    deepEqual(params, {
      threadId,
      callId: 'call_1',
      namespace: null,
      tool: 'lookup_ticket',
      arguments: { id: 'ABC-1' },
    });
    const [item] = toolItems(client);
    deepEqual([item.id, item.namespace, item.tool, item.success], ['call_1', null, 'lookup_ticket', true]);
    deepEqual(item.contentItems, [{ type: 'inputText', text: 'Ticket open' }]);
    ok(item.durationMs >= 0);
    deepEqual(outputs(stage), ['Ticket open']);
    const told = stage.model.requests[0]!.body['tools'] as any[];
    deepEqual(
      told.find(({ name }) => name === 'lookup_ticket'),
      {
        type: 'function',
        name: 'lookup_ticket',
        description: 'Finds a ticket',
        parameters: inputSchema,
        strict: false,
      },
    );
    ok(turnId !== undefined && !client.incoming().some(({ method }) => method === 'serverRequest/resolved'));
  });

  story(
    'may stand in a namespace, return images, and fail',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await start(client, stage, LOOKUP, CRM);
      const image = 'data:image/png;base64,AAAA';
      stage.model.script(
        answer([
          call('find', { id: 'B' }, { callId: 'c1', namespace: 'crm' }),
          call('find', { id: 'B' }, { callId: 'c2' }),
          call('lookup_ticket', '{bad', { callId: 'c3' }),
        ]),
      );
      client.whenAsked(() => ({
        contentItems: [
          { type: 'inputText', text: 'None.' },
          { type: 'inputImage', imageUrl: image },
        ],
        success: false,
      }));
      await playTurn(client, threadId, 'go');
      deepEqual(
        toolItems(client).map(({ id, namespace, status, success }) => [id, namespace, status, success]),
        [['c1', 'crm', 'failed', false]],
      );
      const [found, unknown, bad] = outputs(stage);
      deepEqual(found, [
        { type: 'input_text', text: 'None.' },
        { type: 'input_image', image_url: image },
      ]);
      equal(unknown, 'unsupported call: find');
      match(bad, /^failed to parse function arguments: /);
      const told = stage.model.requests[0]!.body['tools'] as any[];
      const group = told.find(({ name }) => name === 'crm');
      deepEqual([group.type, group.tools.map(({ name }: any) => name)], ['namespace', ['find']]);
    },
    { kinds: ['linked'] },
  );

  story(
    'fails when the client refuses, and the turn goes on',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await start(client, stage, LOOKUP);
      stage.model.script(lookUp('call_1'), answer(text('done')));
      await startTurn(client, threadId, 'go');
      client.refuse(await client.next(CALL));
      const { params } = await client.turnCompleted(threadId);
      equal(params.turn.status, 'completed');
      deepEqual(
        toolItems(client).map(({ status, contentItems }) => [status, contentItems]),
        [['failed', [{ type: 'inputText', text: 'dynamic tool request failed' }]]],
      );
      deepEqual(outputs(stage), ['dynamic tool request failed']);
    },
    { kinds: ['linked'] },
  );

  story(
    'ends with an interrupted turn, and a late answer has no effect',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await start(client, stage, LOOKUP);
      stage.model.script(lookUp('call_1'));
      const turnId = await startTurn(client, threadId, 'go');
      const asked = await client.next(CALL);
      await client.request('turn/interrupt', { threadId, turnId });
      const { params } = await client.turnCompleted(threadId);
      equal(params.turn.status, 'interrupted');
      client.answer(asked, { contentItems: [{ type: 'inputText', text: 'LATE-ANSWER' }], success: true });
      const [item, ...more] = toolItems(client);
      deepEqual([item.status, item.success, item.contentItems, more.length], ['failed', false, [], 0]);
      await playTurn(client, threadId, 'next');
      ok(!JSON.stringify(stage.model.requests.at(-1)!.input).includes('LATE-ANSWER'));
    },
    { kinds: ['linked'] },
  );
});

describe('a tool of several clients', () => {
  story(
    'is asked of all that follow the thread; the first answer counts, and the others are told',
    async (stage) => {
      const server = await stage.start('linked');
      const [one, two] = [await server.connect(), await server.connect()];
      await one.initialize();
      await two.initialize();
      const threadId = await start(one, stage, LOOKUP);
      await two.request('thread/resume', { threadId });
      stage.model.script(lookUp('call_1'), answer(text('done')));
      await startTurn(one, threadId, 'go');
      const [first, second] = [await one.next(CALL), await two.next(CALL)];
      equal(first.id, second.id);
      one.refuse(first);
      two.answer(second, { contentItems: [{ type: 'inputText', text: 'from two' }], success: true });
      await one.turnCompleted(threadId);
      deepEqual(outputs(stage), ['from two']);
      stage.model.script(lookUp('call_2'), answer(text('done')));
      await startTurn(one, threadId, 'go');
      const again = await one.next(CALL);
      const late = await two.next(CALL);
      one.answer(again, { contentItems: [{ type: 'inputText', text: 'from one' }], success: true });
      const resolved = await two.next('serverRequest/resolved');
      equal(resolved.params.requestId, late.id);
      two.answer(late, { contentItems: [{ type: 'inputText', text: 'too late' }], success: true });
      await one.turnCompleted(threadId);
      deepEqual(outputs(stage), ['from two', 'from one']);
    },
    { kinds: ['linked'] },
  );

  story(
    'waits when the client is gone, and is asked again when it comes back',
    async (stage) => {
      const server = await stage.start('linked');
      const gone = await server.connect();
      await gone.initialize();
      const threadId = await start(gone, stage, LOOKUP);
      stage.model.script(lookUp('call_1'), answer(text('done')));
      await startTurn(gone, threadId, 'go');
      const before = await gone.next(CALL);
      gone.close();
      const back = await server.connect();
      await back.initialize();
      await back.request('thread/resume', { threadId });
      const asked: Incoming = await back.next(CALL);
      equal(asked.id, before.id);
      back.answer(asked, { contentItems: [{ type: 'inputText', text: 'back' }], success: true });
      await back.turnCompleted(threadId);
      deepEqual(outputs(stage), ['back']);
    },
    { kinds: ['linked'] },
  );
});

describe('the tools of a client', () => {
  story(
    'belong to the thread: a resumed and a forked one have them, whatever the client says then',
    async (stage) => {
      const first = await stage.start('linked');
      const client = await first.connect();
      await client.initialize();
      const threadId = await start(client, stage, LOOKUP, CRM);
      await playTurn(client, threadId, 'go');
      await first.stop();
      const second = await stage.open('linked');
      await second.request('thread/resume', { threadId });
      stage.model.script(lookUp('call_1'), answer(text('done')));
      second.whenAsked(() => ({ contentItems: [{ type: 'inputText', text: 'still' }], success: true }));
      await playTurn(second, threadId, 'again');
      deepEqual(outputs(stage), ['still']);
      const { thread } = await second.request('thread/fork', { threadId });
      await playTurn(second, thread.id, 'in the fork');
      const names = (stage.model.requests.at(-1)!.body['tools'] as any[]).map(({ name }) => name);
      ok(names.includes('lookup_ticket') && names.includes('crm'), names.join());
    },
    { kinds: ['linked'] },
  );

  story(
    'are refused to clients without the experimental API, and when they cannot be told to a model',
    async (stage) => {
      const server = await stage.start('linked');
      const stable = await server.connect();
      await stable.initialize('stable', null);
      const refused = await stable.ask('thread/start', { cwd: stage.workspace, dynamicTools: [LOOKUP] });
      equal(refused.error?.code, -32600);
      equal(refused.error?.message, 'thread/start.dynamicTools requires experimentalApi capability');
      const client = await server.connect();
      await client.initialize();
      const twice = await client.ask('thread/start', { cwd: stage.workspace, dynamicTools: [LOOKUP, LOOKUP] });
      equal(twice.error?.message, 'duplicate dynamic tool name: lookup_ticket');
      const taken = { ...LOOKUP, name: 'exec_command' };
      const own = await client.ask('thread/start', { cwd: stage.workspace, dynamicTools: [taken] });
      equal(own.error?.message, 'dynamic tool name is taken by a built-in tool: exec_command');
    },
    { kinds: ['linked'] },
  );
});
