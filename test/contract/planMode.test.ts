// Plan mode: questions to the user, plans as items of their own, and nothing that changes the workspace.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { answer, call, command, customCall, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story, type Stage } from '../support/story.ts';
import { transcript, type WireClient } from '../support/wireClient.ts';

const QUESTION = {
  id: 'colour',
  header: 'Colour',
  question: 'Which colour?',
  options: [
    { label: 'Red (Recommended)', description: 'warm' },
    { label: 'Blue', description: 'cold' },
  ],
};
const ASK = 'item/tool/requestUserInput';
const RED = { answers: { colour: { answers: ['Red (Recommended)'] } } };

const mode = (kind: 'plan' | 'default') => ({
  mode: kind,
  settings: { model: 'scripted-model', reasoning_effort: null, developer_instructions: null },
});
const PLAN = { collaborationMode: mode('plan') };

const question = (callId: string) => answer(call('request_user_input', { questions: [QUESTION] }, { callId }));

const lastOutput = (stage: Stage): any =>
  stage.model.requests.at(-1)!.input.findLast((item: any) => item.output !== undefined)?.['output'];

const completed = (client: WireClient, type: string): any[] =>
  client
    .incoming()
    .filter(({ method, params }) => method === 'item/completed' && params.item.type === type)
    .map(({ params }) => params.item);

describe('a question of plan mode', () => {
  story('waits for the user, in the order of the wire, and its answer goes to the model', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    stage.model.script(question('call_1'), answer(text('Red it is.')));
    const at = client.lines.length;
    await startTurn(client, threadId, 'paint', PLAN);
    const asked = await client.next(ASK);
    const { startedAtMs, turnId, ...params } = asked.params;
    deepEqual(params, {
      threadId,
      itemId: 'call_1',
      questions: [{ ...QUESTION, isOther: true, isSecret: false }],
      isBlocking: true,
      autoResolutionMs: null,
    });
    ok(startedAtMs > 0 && turnId.length > 0);
    client.answer(asked, RED);
    await client.turnCompleted(threadId);
    deepEqual(transcript(client.lines.slice(at)).slice(2, -4), [
      '< thread/settings/updated',
      '< thread/status/changed active',
      '< turn/started inProgress',
      '< item/started userMessage',
      '< item/completed userMessage',
      '< thread/status/changed active waitingOnUserInput',
      '< item/tool/requestUserInput',
      '> result item/tool/requestUserInput',
      '< serverRequest/resolved',
      '< thread/status/changed active',
      '< item/started agentMessage',
    ]);
    deepEqual(JSON.parse(lastOutput(stage)), RED);
  });

  story(
    'that is refused, interrupted, or badly put has no answers',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      stage.model.script(question('call_1'), answer(text('Then not.')));
      await startTurn(client, threadId, 'paint', PLAN);
      client.refuse(await client.next(ASK));
      await client.turnCompleted(threadId);
      equal(lastOutput(stage), '{"answers":{}}');
      stage.model.script(question('call_2'));
      const turnId = await startTurn(client, threadId, 'again');
      const asked = await client.next(ASK);
      const at = client.lines.length;
      await client.request('turn/interrupt', { threadId, turnId });
      await client.next('serverRequest/resolved', ({ requestId }) => requestId === asked.id);
      deepEqual(transcript(client.lines.slice(at)), [
        '> turn/interrupt',
        '< result turn/interrupt',
        '< thread/status/changed idle',
        '< turn/completed interrupted',
        '< serverRequest/resolved',
      ]);
      stage.model.script(answer(call('request_user_input', { questions: [] }, { callId: 'call_3' })));
      await playTurn(client, threadId, 'none');
      match(lastOutput(stage), /questions/);
    },
    { kinds: ['linked'] },
  );

  story(
    'is not put in default mode',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      stage.model.script(question('call_1'), question('call_2'));
      await playTurn(client, threadId, 'paint');
      equal(lastOutput(stage), 'request_user_input is unavailable in Default mode');
      stage.model.script(answer(text('planned')), question('call_3'));
      await playTurn(client, threadId, 'plan', PLAN);
      await playTurn(client, threadId, 'act', { collaborationMode: mode('default') });
      equal(lastOutput(stage), 'request_user_input is unavailable in Default mode');
    },
    { kinds: ['linked'] },
  );

  story(
    'survives its server: the next one asks it under the same id, and the turn goes on with the answer',
    async (stage) => {
      const first = await stage.start('linked');
      const client = await first.connect();
      await client.initialize();
      const threadId = await startThread(client, stage);
      stage.model.script(question('call_1'), answer(text('Red it is.')));
      await startTurn(client, threadId, 'paint', PLAN);
      const asked = await client.next(ASK);
      await first.stop();
      const second = await stage.open('linked');
      const listed = await second.request('thread/list', {});
      deepEqual(listed.data[0].status, { type: 'active', activeFlags: ['waitingOnUserInput'] });
      const inbox = await second.request('approval/list', {});
      deepEqual(
        inbox.data.map(({ requestId, method }: any) => [requestId, method]),
        [[asked.id, ASK]],
      );
      const { thread, collaborationMode } = await second.request('thread/resume', { threadId });
      deepEqual(thread.status, { type: 'active', activeFlags: ['waitingOnUserInput'] });
      equal(collaborationMode.mode, 'plan');
      const again = await second.next(ASK);
      equal(again.id, asked.id);
      second.answer(again, RED);
      const { params } = await second.turnCompleted(threadId);
      equal(params.turn.status, 'completed');
      deepEqual(JSON.parse(lastOutput(stage)), RED);
    },
    { kinds: ['linked'] },
  );
});

describe('a proposed plan', () => {
  story('is an item of its own, cut out of the message, wherever the tags are cut', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const whole = 'Intro\n<proposed_plan>\n- one\n- two\n</proposed_plan>\nOutro';
    const deltas = ['Intro\n<prop', 'osed_plan>\n- o', 'ne\n- two\n</propos', 'ed_plan>', '\nOutro'];
    stage.model.script(answer(text(whole, { id: 'msg_1', deltas })));
    const at = client.lines.length;
    const turnId = await startTurn(client, threadId, 'plan', PLAN);
    await client.turnCompleted(threadId);
    deepEqual(transcript(client.lines.slice(at)).slice(7), [
      '< item/started agentMessage',
      '< item/agentMessage/delta',
      '< item/started plan',
      '< item/plan/delta',
      '< item/agentMessage/delta',
      '< item/completed plan',
      '< item/completed agentMessage',
      '< thread/status/changed idle',
      '< turn/completed completed',
    ]);
    const [plan] = completed(client, 'plan');
    deepEqual([plan.id, plan.text], [`${turnId}-plan`, '- one\n- two\n']);
    const [message] = completed(client, 'agentMessage');
    deepEqual([message.id, message.text], ['msg_1', 'Intro\nOutro']);
    const grown = client.incoming().filter(({ method }) => method === 'item/plan/delta');
    equal(grown.map(({ params }) => params.delta).join(''), plan.text);
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    deepEqual(thread.turns[0].items.map(({ type, text: said }: any) => [type, said]).slice(1), [
      ['agentMessage', 'Intro\nOutro'],
      ['plan', '- one\n- two\n'],
    ]);
    await playTurn(client, threadId, 'go on');
    ok(JSON.stringify(stage.model.requests.at(-1)!.input).includes('<proposed_plan>'), 'the model sees what it wrote');
  });

  story(
    'alone leaves no empty message; a stream that breaks keeps what came of it; outside of plan mode tags are text',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage);
      const only = '\n<proposed_plan>\nP\n</proposed_plan>\n';
      stage.model.script(answer(text(only, { added: false })));
      const { params } = await playTurn(client, threadId, 'plan', PLAN);
      deepEqual([params.turn.items, completed(client, 'agentMessage').length], [[], 0]);
      equal(completed(client, 'plan')[0].text, 'P\n');
      const broken = text('So:\n<proposed_plan>\nhalf', { done: false });
      stage.model.script(answer(broken, { ending: { type: 'failed', code: 'invalid_prompt', message: 'no' } }));
      await playTurn(client, threadId, 'plan');
      equal(completed(client, 'plan')[1].text, 'half');
      equal(completed(client, 'agentMessage')[0].text, 'So:\n');
      stage.model.script(answer(text(only)));
      await playTurn(client, threadId, 'act', { collaborationMode: mode('default') });
      equal(completed(client, 'agentMessage')[1].text, only);
      equal(completed(client, 'plan').length, 2);
    },
    { kinds: ['linked'] },
  );
});

describe('in plan mode', () => {
  story(
    'no patch is applied and no command writes, whatever the thread allows',
    async (stage, kind) => {
      const client = await stage.open(kind);
      const threadId = await startThread(client, stage, { approvalPolicy: 'never', sandbox: 'danger-full-access' });
      const patch = '*** Begin Patch\n*** Add File: a.txt\n+x\n*** End Patch';
      stage.model.script(
        answer([customCall('apply_patch', patch, { callId: 'p1' }), command('echo x > b.txt', {}, { callId: 'x1' })]),
      );
      await playTurn(client, threadId, 'plan', PLAN);
      deepEqual([stage.exists('a.txt'), stage.exists('b.txt')], [false, false]);
      const outputs = stage.model.requests.at(-1)!.input.filter((item: any) => item.output !== undefined);
      match(String(outputs[0]?.['output']), /Plan mode: files are not changed/);
      const told = JSON.stringify(stage.model.requests[0]!.input);
      ok(told.includes('# Plan mode'), 'the model is told of the mode');
      stage.model.script(answer(customCall('apply_patch', patch, { callId: 'p2' })));
      await playTurn(client, threadId, 'act', { collaborationMode: mode('default') });
      ok(stage.exists('a.txt'));
      ok(!JSON.stringify(stage.model.requests.at(-1)!.input).includes('# Plan mode'));
    },
    { kinds: ['linked'] },
  );

  story(
    'is refused to clients without the experimental API',
    async (stage) => {
      const client = await (await stage.start('linked')).connect();
      await client.initialize('stable', null);
      const threadId = await startThread(client, stage);
      const refused = await client.ask('turn/start', { threadId, input: [], ...PLAN });
      equal(refused.error?.message, 'turn/start.collaborationMode requires experimentalApi capability');
    },
    { kinds: ['linked'] },
  );
});
