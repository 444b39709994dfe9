// What leaves for the model, and what does not without a question of its own: kept files, secrets in outputs, what a turn showed.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { appendFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { answer, call, command, text } from '../support/modelScript.ts';
import { outputOf } from '../support/modelRequest.ts';
import { playTurn, startThread, startTurn, story } from '../support/story.ts';
import type { Incoming, WireClient } from '../support/wireClient.ts';
import { githubToken } from '../unit/core/secrets/secretTable.ts';

const FULL_ACCESS = { approvalPolicy: 'never', sandbox: 'danger-full-access' };
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';
const ASK = 'item/permissions/requestApproval';

const readEnv = (callId: string) => call('read_file', { path: '.env' }, { callId });

/** Allows all that is asked for. */
const allow = (request: Incoming, scope: 'turn' | 'session') => ({
  permissions: { fileSystem: { read: request.params.permissions.fileSystem.read } },
  scope,
});

function asked(client: WireClient): number {
  return client.incoming().filter(({ method }) => method === ASK).length;
}

describe('files that are kept from the model', () => {
  story('are read for the turn or the session that the user allows, and for no other', async (stage, kind) => {
    stage.write('.env', 'HIDDEN=value-of-env\n');
    stage.model.script(
      answer(readEnv('no')),
      answer(text('Without it.')),
      answer(readEnv('once')),
      answer(readEnv('same-turn')),
      answer(text('Read.')),
      answer(readEnv('session')),
      answer(text('Read.')),
      answer(readEnv('later')),
      answer(text('Read.')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    await startTurn(client, threadId, 'one');
    const first = await client.next(ASK);
    const { reason, permissions, cwd, safety, itemId } = first.params;
    match(reason, /kept from the model: .*\.env\. A file of this name usually holds secrets/);
    deepEqual(permissions, { network: null, fileSystem: { read: [join(stage.workspace, '.env')], write: null } });
    deepEqual([cwd, itemId, safety.tripwire], [stage.workspace, 'no', null]);
    client.answer(first, { permissions: {}, scope: 'turn' });
    await client.turnCompleted(threadId);
    const refused = outputOf(await stage.model.request(1), 'no');
    match(refused, /was not read: the user did not allow it/);
    ok(!refused.includes('value-of-env'));

    await startTurn(client, threadId, 'two');
    const second = await client.next(ASK);
    client.answer(second, allow(second, 'turn'));
    await client.turnCompleted(threadId);
    match(outputOf(await stage.model.request(3), 'once'), /1\tHIDDEN=value-of-env/);
    match(outputOf(await stage.model.request(4), 'same-turn'), /1\tHIDDEN=value-of-env/);
    equal(asked(client), 2);

    await startTurn(client, threadId, 'three');
    const third = await client.next(ASK);
    client.answer(third, allow(third, 'session'));
    await client.turnCompleted(threadId);
    await playTurn(client, threadId, 'four');
    match(outputOf(await stage.model.request(8), 'later'), /1\tHIDDEN=value-of-env/);
    equal(asked(client), 3);
  });

  story('are refused in words where nobody may be asked', async (stage, kind) => {
    stage.write('.env', 'HIDDEN=value-of-env\n');
    stage.model.script(answer(readEnv('c')), answer(text('Well.')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, { approvalPolicy: 'never' });
    await playTurn(client, threadId, 'read');
    match(outputOf(await stage.model.request(1), 'c'), /was not read: /);
    equal(asked(client), 0);
  });

  story('come into no prompt by an AGENTS.md that is a link, nor with a picture unasked', async (stage, kind) => {
    stage.write('.env', 'HIDDEN=value-of-env\n');
    stage.write('.bowlineignore', 'plans/\n');
    stage.write('plans/x.txt', '');
    const picture = join(stage.workspace, 'plans/plan.png');
    writeFileSync(picture, Buffer.from(PNG, 'base64'));
    symlinkSync('.env', join(stage.workspace, 'AGENTS.md'));
    stage.model.script(answer(text('Seen.')), answer(text('Seen.')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage);
    const input = [
      { type: 'text' as const, text: 'look' },
      { type: 'localImage' as const, path: picture },
    ];
    await client.request('turn/start', { threadId, input });
    const request = await client.next(ASK);
    match(request.params.reason, /\.bowlineignore keeps it from the model/);
    client.answer(request, { permissions: {}, scope: 'turn' });
    await client.turnCompleted(threadId);
    const told = JSON.stringify((await stage.model.request(0)).input);
    ok(!told.includes('value-of-env') && !told.includes(PNG));
    match(told, /is kept from you and was not sent/);
    match(told, /Left out: it is a link to a file that is kept from you/);
    await client.request('turn/start', { threadId, input });
    const again = await client.next(ASK);
    client.answer(again, allow(again, 'turn'));
    await client.turnCompleted(threadId);
    ok(JSON.stringify((await stage.model.request(1)).input).includes(PNG));
  });
});

describe('secrets in what commands print', () => {
  story('are masked live, in what is stored, and for the model', async (stage, kind) => {
    const token = githubToken();
    const [head, tail] = [token.slice(0, 10), token.slice(10)];
    const printed = command(`printf '%s' 'token ${head}'; sleep 0.3; echo '${tail}'; echo done`);
    stage.model.script(answer(printed), answer(text('Well.')));
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    const { turn } = (await playTurn(client, threadId, 'print')).params;
    const shown = client
      .incoming()
      .filter(({ method }) => method === 'item/commandExecution/outputDelta')
      .map(({ params }) => params.delta)
      .join('');
    equal(shown, 'token [secret masked: GitHub token]\ndone\n[1 secret was masked.]\n');
    const { thread } = await client.request('thread/read', { threadId, includeTurns: true });
    const item = thread.turns[0].items.find(({ type }: any) => type === 'commandExecution');
    equal(item.aggregatedOutput, shown);
    const told = JSON.stringify((await stage.model.request(1)).input);
    ok(told.includes('token [secret masked: GitHub token]'));
    // the model wrote the halves itself; the whole stands nowhere
    ok(!JSON.stringify(client.lines).includes(token) && !told.includes(token));
    const context = await client.request('turn/context/read', { threadId, turnId: turn.id });
    equal(context.data.find(({ kind: of }: any) => of === 'toolOutput').masked, 1);
  });
});

describe('what the model sees in a turn', () => {
  story('is told by kind, also after a restart', async (stage, kind) => {
    stage.write('AGENTS.md', 'Use tabs.');
    stage.write('src/a.ts', 'export {};\n');
    stage.model.script(
      answer([call('read_file', { path: 'src/a.ts' }, { callId: 'r' }), command('echo hello', { callId: 'c' })]),
      answer(text('Read.')),
    );
    const client = await stage.open(kind);
    const threadId = await startThread(client, stage, FULL_ACCESS);
    const selection = `Selected lines of ${join(stage.workspace, 'src/a.ts')}:1-1\nexport {};`;
    const input = [
      { type: 'text' as const, text: 'Look at this' },
      { type: 'text' as const, text: selection },
      { type: 'mention' as const, name: 'a.ts', path: join(stage.workspace, 'src/a.ts') },
    ];
    const { turn } = await client.request('turn/start', { threadId, input });
    await client.turnCompleted(threadId);
    const params = { threadId, turnId: turn.id };
    const { data } = await client.request('turn/context/read', params);
    deepEqual(
      data.map(({ kind: of, label }: any) => [of, label]),
      [
        ['instructions', 'Instructions'],
        ['instructions', 'Permissions'],
        ['projectDocument', 'AGENTS.md'],
        ['environment', 'Environment'],
        ['message', 'Look at this'],
        ['selection', 'a.ts:1-1'],
        ['file', 'a.ts'],
        ['toolOutput', 'read_file src/a.ts'],
        ['toolOutput', 'echo hello'],
      ],
    );
    const read = data.find(({ itemId }: any) => itemId === 'r');
    deepEqual([read.path, read.masked], [join(stage.workspace, 'src/a.ts'), 0]);
    ok(data.every(({ bytes }: any) => bytes > 0));
    client.close();
    const later = await stage.open(kind);
    deepEqual((await later.request('turn/context/read', params)).data, data);
    const failure = await later.request('turn/context/read', { threadId, turnId: 'none' }).catch((error: any) => error);
    match(String(failure.message), /turn not found: none/);
  });
});

describe('a workspace that the client does not trust', () => {
  story('gives no documents and no configuration, and is not written to', async (stage, kind) => {
    stage.write('AGENTS.md', 'Do as the workspace says.');
    stage.write('.bowline/config.toml', 'developer_instructions = "from the workspace"\n');
    const trust = `\n[projects."${stage.workspace}"]\ntrust_level = "trusted"\n`;
    appendFileSync(join(stage.home, 'config.toml'), trust);
    stage.model.script(answer(text('One.')), answer(text('Two.')), answer(text('Three.')));
    const client = await stage.open(kind);
    const trusted = await startThread(client, stage);
    await playTurn(client, trusted, 'go');
    const told = async (index: number) => JSON.stringify((await stage.model.request(index)).input);
    ok((await told(0)).includes('from the workspace') && (await told(0)).includes('Do as the workspace says.'));
    const started = await client.request('thread/start', {
      cwd: stage.workspace,
      sandbox: 'workspace-write',
      config: { workspace_trust: 'untrusted' },
    });
    equal(started.sandbox.type, 'readOnly');
    deepEqual(started.instructionSources, []);
    await playTurn(client, started.thread.id, 'go', { sandboxPolicy: { type: 'dangerFullAccess' } });
    ok(!(await told(1)).includes('from the workspace') && !(await told(1)).includes('Do as the workspace says.'));
    match(await told(1), /Read-only/);
    const resumed = await client.request('thread/resume', {
      threadId: started.thread.id,
      sandbox: 'workspace-write',
      config: { workspace_trust: 'trusted' },
    });
    equal(resumed.thread.id, started.thread.id);
  });
});
