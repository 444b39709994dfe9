// What once went wrong in the server and must not come back: messages lost, items merged, threads held for nothing.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { lastUserText, type ModelRequestRecord } from '../support/modelRequest.ts';
import { answer, call, command, gate, text } from '../support/modelScript.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import type { WireClient } from '../support/wireClient.ts';

const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };

const said = (words: string) => [{ type: 'text' as const, text: words }];

/** The texts of the user and of the agent, turn by turn. */
async function conversation(client: WireClient, threadId: string): Promise<string[][]> {
  const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
  return thread.turns.map((turn: any) =>
    turn.items.flatMap((item: any) => (item.type === 'userMessage' ? [item.content[0].text] : (item.text ?? []))),
  );
}

describe('a message that comes while a turn is being stopped', () => {
  story('begins a turn of its own and is answered', async (stage, kind) => {
    // the command takes its time to die, so that the turn is still ending when the next message comes
    stage.model.script(answer(command('trap "sleep 0.3; exit" TERM; echo up; while :; do sleep 0.05; done')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    const turnId = await startTurn(client, threadId, 'first');
    await client.next('item/commandExecution/outputDelta');
    stage.model.script(answer(text('Second it is.')));
    const interrupted = client.request('turn/interrupt', { threadId, turnId });
    const next = client.request('turn/start', { threadId, input: said('second') });
    await interrupted;
    const { turn } = await next;
    ok(turn.id !== turnId, 'the message must not join the turn that is being stopped');
    equal((await client.turnCompleted(threadId)).params.turn.status, 'interrupted');
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    deepEqual(await conversation(client, threadId), [['first'], ['second', 'Second it is.']]);
  });

  story('is refused as steering, so that the client can start a turn with it', async (stage, kind) => {
    stage.model.script(answer(command('trap "sleep 0.3; exit" TERM; echo up; while :; do sleep 0.05; done')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    const turnId = await startTurn(client, threadId, 'first');
    await client.next('item/commandExecution/outputDelta');
    const interrupted = client.request('turn/interrupt', { threadId, turnId });
    const steered = await client.ask('turn/steer', { threadId, expectedTurnId: turnId, input: said('too late') });
    await interrupted;
    equal(steered.error?.message, 'no active turn to steer');
    await client.turnCompleted(threadId);
    deepEqual(await conversation(client, threadId), [['first']]);
  });
});

describe('a model that gives two calls the same id', () => {
  story('both commands are shown, stored and answered', async (stage, kind) => {
    const same = { callId: 'functions.exec_command:0' };
    stage.model.script(
      answer(command('echo one', {}, same)),
      answer(command('echo two', {}, same)),
      answer(text('Both done.')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    await playTurn(client, threadId, 'go');
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    const outputs = thread.turns[0].items.flatMap((item: any) => item.aggregatedOutput ?? []);
    deepEqual(outputs, ['one\n', 'two\n']);
    const { input } = await stage.model.request(2);
    const calls = input.filter((item) => item['type'] === 'function_call').map((item) => item['call_id']);
    const answered = input.filter((item) => item['type'] === 'function_call_output').map((item) => item['call_id']);
    equal(new Set(calls).size, 2);
    deepEqual(answered, calls);
  });

  story('two messages with the same id are two messages', async (stage, kind) => {
    stage.model.script(
      answer([text('Let me look.', { id: 'msg_0' }), command('true')]),
      answer(text('There is nothing.', { id: 'msg_0' })),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    await playTurn(client, threadId, 'go');
    deepEqual(await conversation(client, threadId), [['go', 'Let me look.', 'There is nothing.']]);
  });
});

describe('a thread that could not be opened', () => {
  story('is not held: another process may open it', async (stage, kind) => {
    stage.model.script(answer(text('hello')));
    const first = await stage.start(kind);
    const before = await first.connect();
    await before.initialize();
    const threadId = await startThread(before, stage);
    await playTurn(before, threadId, 'go');
    await first.stop();
    const client = await stage.open(kind);
    const refused = await client.ask('thread/resume', { threadId, modelProvider: 'nowhere' });
    match(refused.error?.message ?? '', /not configured/);
    const other = await stage.open('binary');
    equal((await other.request('thread/resume', { threadId })).thread.id, threadId);
  });
});

describe('what is typed into a running command', () => {
  const typed = (chars: string) => (request: ModelRequestRecord) => {
    const session = Number(/session ID (\d+)/.exec(JSON.stringify(request.input))?.[1]);
    return answer(call('write_stdin', { session_id: session, chars }));
  };

  story('outside of the sandbox asks like a command of its own', async (stage, kind) => {
    stage.model.script(
      answer(command('sh', { tty: true, yield_time_ms: 250, sandbox_permissions: 'require_escalated' })),
      typed('touch declined\n'),
      typed('touch accepted; echo it is done\n'),
      answer(text('Done.')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await startTurn(client, threadId, 'go');
    client.answer(await client.next('item/commandExecution/requestApproval'), { decision: 'accept' });
    const first = await client.next('item/commandExecution/requestApproval');
    deepEqual([first.params.kind, first.params.command], ['writeStdin', 'touch declined\n']);
    client.answer(first, { decision: 'decline' });
    const second = await client.next('item/commandExecution/requestApproval');
    equal(second.params.command, 'touch accepted; echo it is done\n');
    client.answer(second, { decision: 'accept' });
    await client.next('item/commandExecution/outputDelta', ({ delta }) => /^it is done/m.test(delta));
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    deepEqual(['declined', 'accepted'].map(stage.exists), [false, true]);
    match(JSON.stringify((await stage.model.request(2)).input), /Nothing was typed: the user rejected it/);
  });

  story('is refused once full access is taken back and nobody may be asked', async (stage, kind) => {
    stage.model.script(
      answer(command('sh', { tty: true, yield_time_ms: 250 })),
      answer(text('It runs.')),
      typed('touch sneaked\n'),
      answer(text('Well.')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    await playTurn(client, threadId, 'go');
    await playTurn(client, threadId, 'on', { sandboxPolicy: { type: 'readOnly', networkAccess: false } });
    match(JSON.stringify((await stage.model.request(3)).input), /Nothing was typed/);
    equal(stage.exists('sneaked'), false);
  });

  story('a command accepted for the session asks again when it can be typed into', async (stage, kind) => {
    const outside = { sandbox_permissions: 'require_escalated' };
    stage.model.script(
      answer(command('cat', outside)),
      answer(command('cat', { ...outside, tty: true, yield_time_ms: 250 })),
      answer(text('Well.')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await startTurn(client, threadId, 'go');
    client.answer(await client.next('item/commandExecution/requestApproval'), { decision: 'acceptForSession' });
    client.answer(await client.next('item/commandExecution/requestApproval'), { decision: 'decline' });
    await client.turnCompleted(threadId);
  });
});

describe('the key of the user', () => {
  story('is not read to the model, whatever it is called', async (stage, kind) => {
    const secret = 'sk-do-not-tell-this-key';
    const client = await stage.open(kind);
    await client.request('account/login/start', { type: 'apiKey', apiKey: secret });
    const keyFile = join(stage.home, 'auth.json');
    symlinkSync(keyFile, join(stage.workspace, 'notes.txt'));
    symlinkSync(keyFile, join(stage.workspace, 'AGENTS.md'));
    stage.write('near.txt', 'sk-do-not-mind-me');
    stage.model.script(
      answer([
        call('read_file', { path: keyFile }),
        call('read_file', { path: 'notes.txt' }),
        call('grep', { pattern: 'sk-do-not', path: keyFile }),
        call('grep', { pattern: 'sk-do-not', path: 'notes.txt' }),
        call('grep', { pattern: 'sk-do-not', path: stage.home }),
        call('grep', { pattern: 'sk-do-not', path: stage.home, glob: 'auth.json' }),
        call('grep', { pattern: 'sk-do-not', path: dirname(stage.home) }),
      ]),
    );
    const threadId = await startThread(client, stage);
    await playTurn(client, threadId, 'look');
    const told = JSON.stringify((await stage.model.request(1)).input);
    equal(told.includes(secret), false);
    match(told, /near\.txt:1:sk-do-not-mind-me/);
    match(told, /holds the keys of the user and is not read/);
  });
});

describe('overrides that come while a turn runs', () => {
  story('do not turn its eyes to another folder: the diff shows what its commands change', async (stage, kind) => {
    stage.model.script(answer([gate('mid'), text('Never said.')]), answer(command('echo new > made.txt')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    await startTurn(client, threadId, 'go');
    await stage.model.reached('mid');
    await startTurn(client, threadId, 'elsewhere next time', { cwd: stage.home });
    await client.turnCompleted(threadId);
    const told = client.incoming().filter(({ method }) => method === 'turn/diff/updated');
    match(told.at(-1)?.params['diff'] ?? '', /made\.txt/);
  });
});

describe('a message that comes before the wait for the next try', () => {
  story('is told to the model at once', async (stage, kind) => {
    const ending = { type: 'failed', code: 'rate_limit_exceeded', message: 'Please try again in 120s.' } as const;
    stage.model.script(answer(command('read line < gate'), { ending }), answer(text('Yes.')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    stage.makePipe('gate');
    const turnId = await startTurn(client, threadId, 'go');
    await client.next('item/started', ({ item }) => item.type === 'commandExecution');
    await client.request('turn/steer', { threadId, expectedTurnId: turnId, input: said('are you there?') });
    stage.write('gate', 'x\n');
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    equal(lastUserText(await stage.model.request(1)), 'are you there?');
  });
});

describe('an image that is no file', () => {
  story('is told to the model instead of being waited for', async (stage, kind) => {
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    stage.makePipe('pipe.png');
    const path = join(stage.workspace, 'pipe.png');
    await client.request('turn/start', { threadId, input: [{ type: 'localImage', path }] });
    equal((await client.turnCompleted(threadId)).params.turn.status, 'completed');
    match(JSON.stringify((await stage.model.request(0)).input), /pipe\.png is no file/);
  });
});
